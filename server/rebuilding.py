"""Empties the read models and projects them again from the first event: one process folds, one writes."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from multiprocessing import get_context
from multiprocessing.connection import Connection

from projections.batch import Rows
from projections.projector import Projector, clear, write_position
from server.aggregates import Aggregates
from server.database import Database, open_database
from server.mapper import CanonicalMapper

PAGE = 2000
"""Events folded and written at a time."""

Page = tuple[int, int, Rows]
"""How many events, the position of the last of them, and their rows."""
Progress = Callable[[int, int, int, float], None]
"""Told after each page: events done, position, newest position, events a second."""


class RebuildFailed(Exception):
    """Nothing has changed."""


def rebuild(database: Database, progress: Progress = lambda *_: None) -> int:
    """In one transaction: readers see the old rows until all new ones are there. Returns the number of events."""
    with closing(_folded_elsewhere(database.url)) as pages:
        return write(database, pages, progress)


def write(database: Database, pages: Iterator[Page], progress: Progress = lambda *_: None) -> int:
    """Put the rows of pages in the place of those that are there. The first page is asked for once nobody else can
    write rows, so that none of theirs is missed."""
    newest, position, done, started = database.log.newest(), 0, 0, time.monotonic()
    with database.models.begin() as connection:
        clear(connection)
        for events, position, rows in pages:
            rows.write(connection)
            done += events
            progress(done, position, newest, done / max(time.monotonic() - started, 1e-6))
        write_position(connection, position)
    return done


def folded(database: Database) -> Iterator[Page]:
    """The rows of the whole log."""
    mapper, projector, position = CanonicalMapper(), Projector(database.models, Aggregates(database.log).load), 0
    while page := database.log.tail(position, PAGE):
        batch = projector.fold((each.id, mapper.to_domain_event(each)) for each in page)
        position = batch.position
        yield len(page), position, Rows(batch.brought)


def _folded_elsewhere(url: str) -> Generator[Page, None, None]:
    """As `folded`, by a process that starts with the first page."""
    context = get_context("spawn")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_send_folded, args=(url, sending), daemon=True)
    process.start()
    sending.close()
    try:
        while page := receiving.recv():
            yield page
    except EOFError:
        raise RebuildFailed("The process that folds the log has failed; the read models are as before.") from None
    finally:
        process.kill()
        process.join()


def _send_folded(url: str, pipe: Connection) -> None:
    gc.disable()  # folds and rows have no cycles, and walking them in search of some took a third of the time
    database = open_database(url)
    for page in folded(database):
        pipe.send(page)
    pipe.send(None)
    database.close()
