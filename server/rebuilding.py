"""Projects the read models again from the first event, beside the old ones, and puts them in their place."""

from __future__ import annotations

import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import OperationalError

from projections import tables
from projections.batch import Rows
from projections.projector import Projector, take_turn, write_position
from server.aggregates import Aggregates
from server.database import Database, models_beside, path_of, sqlite_engine
from server.mapper import CanonicalMapper

PAGE = 5000
"""Events folded and written at a time."""

_SCHEMA = "onetext_anew"

Progress = Callable[[int, int, int, float], None]
"""Told after each page: events done, position, newest position, events a second."""


class _Page(NamedTuple):
    events: int
    position: int
    rows: Rows


def rebuild(database: Database, progress: Progress = lambda *_: None) -> int:
    """A thread folds a page ahead, while the one before is written. Readers see the old rows until all new ones are
    there. Returns the number of events."""
    newest, position, done, started = database.log.newest(), 0, 0, time.monotonic()
    pages = _folded(database)
    with _two_at_work(), _beside(database) as connection, ThreadPoolExecutor(1) as ahead:
        coming = ahead.submit(next, pages, None)
        while page := coming.result():
            coming = ahead.submit(next, pages, None)
            page.rows.write(connection)
            position, done = page.position, done + page.events
            progress(done, position, newest, done / max(time.monotonic() - started, 1e-6))
        write_position(connection, position)
    return done


def _folded(database: Database) -> Iterator[_Page]:
    mapper, projector, position = CanonicalMapper(), Projector(database.models, Aggregates(database.log).load), 0
    while page := database.log.tail(position, PAGE):
        position = page[-1].id
        batch = projector.fold((each.id, mapper.to_domain_event(each)) for each in page)
        yield _Page(len(page), position, Rows(batch.brought))


@contextmanager
def _beside(database: Database) -> Iterator[Connection]:
    """Empty read models, which in the end take the place of the old ones, all at once."""
    if database.is_sqlite:
        with _new_file(Path(models_beside(path_of(database))), database.models) as connection:
            yield connection
    else:
        with _new_schema(database.models) as connection:
            yield connection


@contextmanager
def _new_file(old: Path, models: Engine) -> Iterator[Connection]:
    """Without a journal: clearing the old file and writing everything twice took as long as the rows themselves."""
    new = old.with_name(f"{old.name}.anew")
    new.unlink(missing_ok=True)
    engine = sqlite_engine(str(new), "journal_mode=OFF", "synchronous=OFF", "locking_mode=EXCLUSIVE")
    try:
        with engine.begin() as connection:
            tables.metadata.create_all(connection)
            yield connection
        engine.dispose()
        with open(new, "rb") as written:
            os.fsync(written.fileno())
        models.dispose()
        for part in ("", "-wal", "-shm"):  # the file first: without it, nothing is ever read from its log
            old.with_name(old.name + part).unlink(missing_ok=True)
        new.rename(old)
    finally:
        engine.dispose()
        new.unlink(missing_ok=True)


@contextmanager
def _new_schema(models: Engine) -> Iterator[Connection]:
    """Nodes that serve wait with their rows; nothing of this is seen, or stays, unless it succeeds."""
    with models.begin() as connection:
        take_turn(connection)
        home = connection.execute(select(func.current_schema())).scalar_one()
        connection.exec_driver_sql(f"CREATE SCHEMA {_SCHEMA}")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {_SCHEMA}")
        tables.metadata.create_all(connection)
        yield connection
        names = [f'"{home}".{name}' for name in tables.metadata.tables]
        _wait_for_readers(connection, names)
        connection.exec_driver_sql(f"DROP TABLE {', '.join(names)}")
        for name in tables.metadata.tables:
            connection.exec_driver_sql(f'ALTER TABLE {name} SET SCHEMA "{home}"')
        connection.exec_driver_sql(f"DROP SCHEMA {_SCHEMA}")


def _wait_for_readers(connection: Connection, names: list[str]) -> None:
    """Gives up, lets them go on and tries again before PostgreSQL would see a deadlock with one who reads on."""
    connection.exec_driver_sql("SET LOCAL lock_timeout = '500ms'")
    while True:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(f"LOCK TABLE {', '.join(names)}")
                return
        except OperationalError as error:
            if not isinstance(error.orig, psycopg.errors.LockNotAvailable):
                raise


@contextmanager
def _two_at_work() -> Iterator[None]:
    """Folds and rows have no cycles: walking them in search of some took a third of the time. And whoever comes back
    from the database gets the interpreter soon."""
    interval = sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        gc.enable()
