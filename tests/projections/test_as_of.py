"""For random negotiations and every version: as_of equals a fold of the log to it, and what was shown live then."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection
from sqlalchemy.event import listen, remove

from domain.agreement import Agreement
from domain.canonical import canonical, sha256
from domain.events import Event
from domain.ids import AgreementId
from domain.partnership import Partnership
from projections import as_of, tables
from projections.conflict_history import objection_row
from projections.consents import consent_bodies
from projections.current_terms import term_row
from projections.folding import NOTHING
from projections.folding import folded as folded_for_rows
from projections.headers import header_row
from projections.home import HomePresent
from projections.needs_board import need_row, serving
from projections.open_proposals import proposal_row, question_row
from projections.present import Present
from projections.projector import Projector, clear, dump
from projections.sealed_exchanges import exchange_row, statement_row
from projections.shared_future import intention_row
from projections.shown_to_others import share_row
from projections.story import story
from server.log.database import migrate, open_database
from server.log.mapper import CanonicalMapper
from tests.databases import fresh_url
from tests.negotiations import World, random_step
from tests.relationships import Bond, random_act

SHELVES = [
    (tables.proposals, "proposals", proposal_row),
    (tables.objections, "objections", objection_row),
    (tables.questions, "questions", question_row),
]


def played(seed: int, steps: int) -> list[Event]:
    world, random = World(), Random(seed)
    for _ in range(steps):
        step = random_step(world, random)
        if isinstance(step, timedelta):
            world.now += step
        else:
            world.do(*step)
    return list(world.events)


def played_together(seed: int, steps: int) -> list[Event]:
    """A partnership."""
    bond, random = Bond(), Random(seed)
    for _ in range(steps):
        step = random_act(bond, random)
        if isinstance(step, timedelta):
            bond.now += step
        else:
            bond.do(*step)
    return list(bond.events)


def folded(events: list[Event], agreement: Agreement | None = None) -> Agreement:
    mapper = CanonicalMapper()
    for event in events:
        agreement = mapper.to_domain_event(mapper.to_stored_event(event)).mutate(agreement)
    assert agreement
    return agreement


def asked(connection: Connection, agreement_id: str, version: int | None) -> dict[str, Any]:
    """Everything that the read models say."""
    return {
        "header": as_of.one(connection, tables.headers, agreement_id, "", version),
        "terms": as_of.standing(connection, tables.terms, agreement_id, version),
        "consents": in_parts(connection, agreement_id, version),
        "voided": as_of.voided(connection, agreement_id, version),
        **{table.name: as_of.ever(connection, table, agreement_id, version) for table, _, _ in SHELVES},
    }


def in_parts(connection: Connection, agreement_id: str, version: int | None) -> list[dict[str, Any]]:
    """The consents, read a few at a time; what one event brought stays together."""
    found: list[dict[str, Any]] = []
    after = 0
    while True:
        page = as_of.happened(connection, tables.consents, agreement_id, version, after, limit=3)
        whole = as_of.happened(connection, tables.consents, agreement_id, version, after)
        if not page.bodies:
            assert page.next == after
            assert whole.bodies == []
            return found
        assert page.bodies == whole.bodies[: len(page.bodies)]
        assert page.next > after
        found, after = found + page.bodies, page.next


def said(agreement: Agreement) -> dict[str, Any]:
    """The same from a fold."""
    due = agreement.deadlines.next()
    seen: dict[str, Any] = {"header": header_row(agreement).body | {"next_deadline": due.until if due else None}}
    seen["terms"] = [row.body for term_id in agreement.text if (row := term_row(agreement, term_id))]
    for _, shelf, row_of in SHELVES:
        rows = [row for key in getattr(agreement, shelf) if (row := row_of(agreement, key))]
        seen[shelf] = [row.body for row in sorted(rows, key=lambda row: row.sort)]
    return seen


def void(events: list[Event]) -> dict[int, int]:
    """Signatures that were followed by the end of their ratification, told from the log alone."""
    found: dict[int, int] = {}
    given: list[int] = []
    for event in events:
        if event.TOPIC == "ConsentGiven":
            given.append(event.originator_version)
        elif event.TOPIC == "RatificationVoided":
            found |= dict.fromkeys(given, event.originator_version)
        if event.TOPIC in ("RatificationVoided", "AgreementRatified"):
            given = []
    return found


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", range(6))
def test_as_of_equals_the_fold_and_what_was_shown_live(kind: str, seed: int, tmp_path: Path) -> None:
    events = played(seed, 130)
    agreement_id = AgreementId(str(events[0].originator_id))
    database = open_database(fresh_url(kind, tmp_path))
    migrate(database)
    random = Random(seed)
    live: dict[int, dict[str, Any]] = {}
    projector = Projector(database.models, lambda _, version: folded(events[:version]))
    present = Present(agreement_id)
    at = 0
    while at < len(events):
        batch = events[at : at + random.choice([1, 1, 2, 7])]
        for change in projector.project([(each.originator_version, each) for each in batch]):
            present.apply(change)
        at += len(batch)
        if random.random() < 0.2:  # a restart: the fold is loaded from the log again
            projector = Projector(database.models, lambda _, version: folded(events[:version]))
        with database.models.connect() as connection:
            live[at] = asked(connection, agreement_id, None)
            assert present == Present.load(connection, agreement_id), "kept up by changes it equals what is loaded"
            if random.random() < 0.1:
                present = Present.load(connection, agreement_id)
                present.apply(change)

    with database.models.connect() as connection:
        fold: Agreement | None = None
        consents: list[Any] = []
        for event in events:
            fold = folded([event], fold)
            version = event.originator_version
            consents += consent_bodies(fold, event)
            shown = asked(connection, agreement_id, version)
            assert shown.pop("consents") == consents
            assert shown.pop("voided") == void(events[:version])
            assert shown == said(fold)
            if version in live:
                assert asked(connection, agreement_id, version) == live[version]
        assert asked(connection, agreement_id, 0)["terms"] == []
        moments = as_of.happened(connection, tables.timeline, agreement_id).bodies
        for term_id in {each for moment in moments for each in moment["term_ids"]}:
            told = [moment for moment in moments if term_id in moment["term_ids"]]
            assert story(connection, agreement_id, term_id) == told
        before = dump(connection)

    with database.models.begin() as connection:
        clear(connection)
    rebuilt = Projector(database.models, lambda *_: pytest.fail("a rebuild starts from the first event"))
    rebuilt.project([(each.originator_version, each) for each in events])
    with database.models.connect() as connection:
        assert dump(connection) == before, "a rebuild gives the same rows, byte for byte"
    database.close()


OF_A_PARTNERSHIP = [
    (tables.needs, "needs", need_row),
    (tables.intentions, "intentions", intention_row),
    (tables.exchanges, "exchanges", exchange_row),
    (tables.statements, "statements", statement_row),
    (tables.shares, "shares", share_row),
]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("seed", range(4))
def test_of_a_partnership_too_as_of_equals_the_fold_and_what_was_shown_live(
    kind: str, seed: int, tmp_path: Path
) -> None:
    events = played_together(seed, 130)
    partnership_id = str(events[0].originator_id)
    database = open_database(fresh_url(kind, tmp_path))
    migrate(database)
    random = Random(seed)
    projector = Projector(database.models, lambda _, version: refolded(events[:version]))
    present = HomePresent(partnership_id)
    at = 0
    while at < len(events):
        batch = events[at : at + random.choice([1, 1, 2, 7])]
        for change in projector.project([(each.originator_version, each) for each in batch]):
            present.apply(change)
        at += len(batch)
        with database.models.connect() as connection:
            loaded = HomePresent.load(connection, partnership_id)
            assert present == loaded, "kept up by changes it equals what is loaded"

    with database.models.connect() as connection:
        fold: Partnership | None = None
        for event in events:
            fold = refolded([event], fold)
            for table, shelf, row_of in OF_A_PARTNERSHIP:
                rows = [row for key in getattr(fold, shelf) if (row := row_of(fold, key))]
                then = as_of.ever(connection, table, partnership_id, event.originator_version)
                assert then == json.loads(canonical([row.body for row in sorted(rows, key=lambda row: row.sort)]))
        before = dump(connection)

    with database.models.begin() as connection:
        clear(connection)
    rebuilt = Projector(database.models, lambda *_: pytest.fail("a rebuild starts from the first event"))
    rebuilt.project([(each.originator_version, each) for each in events])
    with database.models.connect() as connection:
        assert dump(connection) == before, "a rebuild gives the same rows, byte for byte"
    database.close()


def refolded(events: list[Event], partnership: Partnership | None = None) -> Partnership:
    mapper = CanonicalMapper()
    for event in events:
        partnership = mapper.to_domain_event(mapper.to_stored_event(event)).mutate(partnership)
    assert partnership
    return partnership


def test_every_question_is_answered_by_an_index(tmp_path: Path) -> None:
    """Also where one agreement has all rows, of which PostgreSQL believes that many are present."""
    events = played(1, 130)
    agreement_id = AgreementId(str(events[0].originator_id))
    database = open_database(fresh_url("postgresql", tmp_path))
    migrate(database)
    projector = Projector(database.models, lambda *_: pytest.fail("nothing is loaded"))
    projector.project([(each.originator_version, each) for each in events])
    questions: list[tuple[str, Any]] = []
    with database.models.connect() as connection:
        for table in tables.metadata.tables:
            connection.exec_driver_sql(f"ANALYZE {table}")

        def keep(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
            questions.append((statement, parameters))

        listen(connection, "before_cursor_execute", keep)
        asked(connection, agreement_id, None)
        asked(connection, agreement_id, 60)
        Present.load(connection, agreement_id)
        story(connection, agreement_id, next(iter(asked(connection, agreement_id, None)["terms"]))["term_id"])
        as_of.agreements_of(connection, agreement_id)
        HomePresent.load(connection, agreement_id)
        serving(connection, str(events[0].partnership_id))  # type: ignore[attr-defined]
        as_of.version_before(connection, agreement_id, events[20].at)
        for statement, parameters in list(questions):
            plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {statement}", parameters).scalars())
            assert "Seq Scan" not in plan, f"{statement}\n{plan}"
    assert len(questions) > 20
    database.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_reading_costs_what_the_askers_own_partnership_holds(kind: str, tmp_path: Path) -> None:
    """Rows and steps of the database, counted: with many agreements of others they are as many as with few."""
    events = played(1, 40)
    agreement = folded(events)
    agreement_id, partnership_id = agreement.agreement_id, agreement.partnership_id
    database = open_database(fresh_url(kind, tmp_path))
    migrate(database)
    projector = Projector(database.models, lambda *_: pytest.fail("nothing is loaded"))
    projector.project([(each.originator_version, each) for each in events])

    def read(connection: Connection) -> None:
        (header,) = as_of.agreements_of(connection, partnership_id)
        assert header["agreement_id"] == agreement_id
        Present.load(connection, agreement_id)
        assert as_of.ever(connection, tables.terms, agreement_id)

    counted = {"sqlite": steps, "postgresql": rows}[kind]
    with database.models.begin() as connection:
        add_foreign(connection, agreement_id, 10)
        beside_few = counted(connection, read)
        add_foreign(connection, agreement_id, 3000)
        beside_many = counted(connection, read)
        assert 0 < beside_many < beside_few * 1.5
        if kind == "postgresql":  # and once it knows how many there are
            for table in tables.metadata.tables:
                connection.exec_driver_sql(f"ANALYZE {table}")
            assert counted(connection, read) < beside_few * 1.5
    database.close()


def add_foreign(connection: Connection, like: AgreementId, number: int) -> None:
    """Agreements of other partnerships, each with a header like that of one's own."""
    header = connection.execute(
        tables.headers.select().where(tables.headers.c.stream == like, tables.headers.c.until.is_(None))
    ).one()
    of_one = json.loads(header.body)
    for _ in range(10):
        others, partnership_id = [str(uuid4()) for _ in range(number // 10)], str(uuid4())
        connection.execute(
            tables.headers.insert(),
            [
                {
                    **header._mapping,
                    "stream": other,
                    "body": json.dumps(of_one | {"agreement_id": other, "partnership_id": partnership_id}),
                }
                for other in others
            ],
        )
        connection.execute(
            tables.agreements.insert(),
            [{"agreement_id": other, "partnership_id": partnership_id} for other in others],
        )


def steps(connection: Connection, read: Callable[[Connection], None]) -> int:
    """Steps of SQLite's machine."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(step, 1)
    read(connection)
    driver.set_progress_handler(None, 0)
    return taken


def rows(connection: Connection, read: Callable[[Connection], None]) -> int:
    """Rows that PostgreSQL takes up, whether it hands them on or not."""
    questions: list[tuple[str, Any]] = []

    def keep(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        questions.append((statement, parameters))

    listen(connection, "before_cursor_execute", keep)
    read(connection)
    remove(connection, "before_cursor_execute", keep)
    found = 0
    for statement, parameters in questions:
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", parameters).scalar_one()
        waiting = [each["Plan"] for each in (json.loads(explained) if isinstance(explained, str) else explained)]
        while waiting:
            node = waiting.pop()
            each = (
                node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
            )
            found += round(each * node["Actual Loops"])
            waiting += node.get("Plans", [])
    return found


FORM = (16, "774276bcb4a652e129b63e5cb7c3ea2712700bd70e094eb6dd5bc7bf00b489f6")
"""The number of the read models' form, and a hash of that form."""


def test_another_form_of_the_read_models_has_another_number(tmp_path: Path) -> None:
    """Where a table or what is in its rows changes, rows that were written before must be made anew: raise MODEL, and
    put the hash of the new form here."""
    events = [each for seed in range(6) for each in (*played(seed, 130), *played_together(seed, 130))]
    found: dict[str, Any] = {
        str(table.name): [f"{column.name} {column.type}" for column in table.columns] for table in tables.of_streams()
    }
    fold = NOTHING
    for position, event in enumerate(events):
        fold = fold if event.originator_version > 1 else NOTHING
        fold, brought = folded_for_rows(fold, event, position)
        for put in brought.puts:
            found.setdefault(f"in {put.table.name}", set()).update(names_in(put.row.body if put.row else {}))
        for table, row in brought.happened:
            found.setdefault(f"in {table.name}", set()).update(names_in(row[-1]))
    form = {name: sorted(each) if isinstance(each, set) else each for name, each in found.items()}
    assert (tables.MODEL, sha256(form)) == FORM


def names_in(value: Any, at: str = "") -> set[str]:
    """The fields of JSON values, those within others by their path; not what keys of maps by ids are."""
    if isinstance(value, list | tuple):
        return {name for each in value for name in names_in(each, at)}
    if not isinstance(value, dict):
        return set()
    named = {key: each for key, each in value.items() if "-" not in key}
    return {f"{at}{key}" for key in named} | {
        name for key, each in named.items() for name in names_in(each, f"{at}{key}.")
    }
