"""Events keep their stored names, are raised to the present schema on reading, and bring their time and ids along."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import eventsourcing.domain
import orjson
import pytest
import rfc8785
from eventsourcing.persistence import StoredEvent

from domain.agreement_events import AgreementEvent, TermOpened
from domain.events import EVENT_TYPES
from projections.folding import NOTHING, folded
from server.log.mapper import CanonicalMapper
from tests.negotiations import World, random_step


def played(steps: int = 400) -> World:
    from random import Random

    world, random = World(), Random(3)
    for _ in range(steps):
        step = random_step(world, random)
        if isinstance(step, tuple):
            world.do(*step)
    return world


def test_stored_bytes_are_canonical_and_read_back_equal() -> None:
    mapper = CanonicalMapper()
    for event in played().events:
        stored = mapper.to_stored_event(event)
        assert stored.state == rfc8785.dumps(orjson.loads(stored.state))
        assert mapper.to_stored_event(mapper.to_domain_event(stored)) == stored
        kept = orjson.loads(stored.state)
        assert kept["type"] == stored.topic
        assert kept["version"] == stored.originator_version


def test_an_event_that_was_made_is_the_one_that_would_be_read() -> None:
    """So what folds it may take it as it was made (server/reading/projecting.py)."""
    mapper, of_made, of_read = CanonicalMapper(), NOTHING, NOTHING
    for position, made in enumerate(played().events):
        read = mapper.to_domain_event(mapper.to_stored_event(made))
        assert isinstance(read, AgreementEvent)
        (of_made, brought), (of_read, expected) = folded(of_made, made, position), folded(of_read, read, position)
        assert brought == expected
        assert (type(made), made.at, made) == (type(read), read.at, read)
        assert vars(made).keys() == vars(read).keys()
        assert_same_kinds(made.data(), read.data())


def assert_same_kinds(made: Any, read: Any) -> None:
    """Of the same kinds all the way down; a word of a list may stand for its text."""
    assert isinstance(made, type(read)), (made, read)
    if isinstance(read, dict):
        assert list(made) == list(read) or sorted(made) == list(read)
        for key in read:
            assert_same_kinds(made[key], read[key])
    elif isinstance(read, list):
        for one, other in zip(made, read, strict=True):
            assert_same_kinds(one, other)


def test_every_type_is_stored_under_its_own_stable_name() -> None:
    for name, event in EVENT_TYPES.items():
        assert event.__dict__["TOPIC"] == name


def test_a_renamed_class_does_not_orphan_events() -> None:
    """The stored name is TOPIC, not the class's own."""

    class ClauseEntitled(AgreementEvent):
        TOPIC = "TestTermEntitled"
        term_id: str

    state = orjson.dumps(
        {
            "stream": str(UUID(int=1)), "version": 2, "type": "TestTermEntitled", "schema": 1,
            "at": "2026-03-02T09:00:00.000000Z", "actor": {"kind": "clock"}, "command_id": None,
            "data": {"term_id": "t"},
        }
    )  # fmt: skip
    read = CanonicalMapper().to_domain_event(StoredEvent(UUID(int=1), 2, "TestTermEntitled", state))
    assert isinstance(read, ClauseEntitled)
    assert read.term_id == "t"
    del EVENT_TYPES["TestTermEntitled"]


def test_old_schemas_are_raised_on_reading_and_stored_bytes_stay() -> None:
    class TermTitled(AgreementEvent):
        TOPIC = "TestTermTitled"
        SCHEMA = 3
        term_id: str
        heading: str
        language: str

        @staticmethod
        def upcast_v1(data: dict[str, Any]) -> dict[str, Any]:
            return {"term_id": data["term_id"], "heading": data["title"]}

        @staticmethod
        def upcast_v2(data: dict[str, Any]) -> dict[str, Any]:
            return {**data, "language": "en"}

    state = orjson.dumps(
        {
            "stream": str(UUID(int=1)), "version": 2, "type": "TestTermTitled", "schema": 1,
            "at": "2026-03-02T09:00:00.000000Z", "actor": {"kind": "clock"}, "command_id": None,
            "data": {"term_id": "t", "title": "1 Price"},
        }
    )  # fmt: skip
    stored = StoredEvent(UUID(int=1), 2, "TestTermTitled", state)
    read = CanonicalMapper().to_domain_event(stored)
    assert isinstance(read, TermTitled)
    assert (read.heading, read.language) == ("1 Price", "en")
    assert stored.state == state
    del EVENT_TYPES["TestTermTitled"]


def test_the_domain_never_asks_for_the_clock_or_an_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library fills a missing time or id by itself; commands must bring both."""

    def forbidden(*_: Any, **__: Any) -> Any:
        raise AssertionError("time and ids come with the command")

    class NoClock(datetime):
        now = forbidden
        utcnow = forbidden

    monkeypatch.setattr(eventsourcing.domain, "datetime_now_with_tzinfo", forbidden)
    monkeypatch.setattr(eventsourcing.domain, "uuid4", forbidden)
    monkeypatch.setattr(eventsourcing.domain, "datetime", NoClock)
    world = played()
    assert any(isinstance(event, TermOpened) for event in world.events)
    assert uuid4()
