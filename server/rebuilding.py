"""Empties the read models and projects them again from the first event."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from projections.batch import Rows
from projections.projector import Projector, clear, write_position
from server.aggregates import Aggregates
from server.database import Database
from server.mapper import CanonicalMapper

PAGE = 5000
"""Events folded and written at a time."""

Progress = Callable[[int, int, int, float], None]
"""Told after each page: events done, position, newest position, events a second."""


def rebuild(database: Database, progress: Progress = lambda *_: None) -> int:
    """In one transaction: readers see the old rows until all new ones are there. Returns the number of events."""
    mapper, projector = CanonicalMapper(), Projector(database.models, Aggregates(database.log).load)
    newest, position, done, started = database.log.newest(), 0, 0, time.monotonic()
    with _without_walks(), database.models.begin() as connection:
        clear(connection)
        while page := database.log.tail(position, PAGE):
            batch = projector.fold((each.id, mapper.to_domain_event(each)) for each in page)
            Rows(batch.brought).write(connection)
            position, done = page[-1].id, done + len(page)
            progress(done, position, newest, done / max(time.monotonic() - started, 1e-6))
        write_position(connection, position)
    return done


@contextmanager
def _without_walks() -> Iterator[None]:
    """Folds and rows have no cycles; walking them in search of some took a third of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
