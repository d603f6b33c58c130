"""For random negotiations and more than a thousand versions: the page as it stood is the page that was shown then, by
version and by time, and two moments with what is compared between them rebuild each other."""

from __future__ import annotations

import re
from itertools import count
from pathlib import Path
from random import Random

import pytest

from domain.events import Event
from domain.times import moment_of, written
from projections import as_of, tables
from projections.history import Past
from projections.projector import Projector
from server.log.database import migrate, open_database
from tests.databases import fresh_url
from tests.projections.test_as_of import folded, played, said
from tests.web.test_history import DIRECTORY, rebuilds
from web.compare import compared
from web.history import HistoryReader
from web.history_pages import history_page

VERSIONS = 130
"""Of each of eight negotiations: more than a thousand together."""


def shown(past: Past | None) -> str:
    """What the page says, without where its links lead in time."""
    assert past
    page = "".join(history_page(HistoryReader(past, DIRECTORY, "en"), None))
    main = page[page.index("<main") : page.index("</main>")]
    return re.sub(r'\?(?=["#])', "", re.sub(r"as_of=\d+(?:&amp;)?", "", main))


@pytest.mark.parametrize("seed", [61, 62, 63, 65, 66, 67, 68, 69])
def test_the_past_is_what_was_shown_then(seed: int, tmp_path: Path) -> None:
    events = played(seed, 1500)[:VERSIONS]
    assert len(events) == VERSIONS
    agreement_id = str(events[0].originator_id)
    database = open_database(fresh_url("sqlite", tmp_path))
    migrate(database)
    projector = Projector(database.models, lambda _, version: folded(events[:version]))
    ids, live = count(1), {}
    for event in events:
        projector.project([(next(ids), event)])
        with database.models.connect() as connection:
            live[event.originator_version] = shown(Past.load(connection, agreement_id))
    random = Random(seed)
    fold = None
    with database.models.connect() as connection:
        for event in events:
            version = event.originator_version
            fold = folded([event], fold)
            past = Past.load(connection, agreement_id, version)
            assert shown(past) == live[version]
            assert past
            of_fold = said(fold)
            assert (past.header, list(past.terms)) == (of_fold["header"], of_fold["terms"])
            by_time(connection, events, version, random)
        for _ in range(150):
            first, second = random.randint(0, VERSIONS), random.randint(1, VERSIONS)
            before = as_of.standing(connection, tables.terms, agreement_id, first)
            after = as_of.standing(connection, tables.terms, agreement_id, second)
            rebuilds(compared(before, after), before, after)
    database.close()


def by_time(connection: object, events: list[Event], version: int, random: Random) -> None:
    """At the time of an event, and between it and the next, what held was the last event by then."""
    agreement_id, at = str(events[0].originator_id), written(events[version - 1].timestamp)
    assert as_of.version_at(connection, agreement_id, at) == max(  # type: ignore[arg-type]
        each.originator_version for each in events if written(each.timestamp) <= at
    )
    if version < len(events):
        now, then = moment_of(at), moment_of(written(events[version].timestamp))
        between = now + (then - now) * random.random()
        last = max(each.originator_version for each in events if written(each.timestamp) <= written(between))
        assert as_of.version_at(connection, agreement_id, written(between)) == last  # type: ignore[arg-type]
