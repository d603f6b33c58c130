"""Projects the read models again from the first event, beside the old ones, and puts them in their place."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import wait
from pathlib import Path
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import OperationalError

from projections import tables
from projections.batch import Brought, Rows
from projections.folding import NOTHING, folded
from projections.kept import MODELS
from projections.projector import read_position, take_turn, write_position
from server.log.database import Database, alone, models_beside, open_database, path_of, sqlite_engine
from server.log.mapper import CanonicalMapper
from server.log.store import Log, LogDamaged
from server.logs import log

PAGE = 5000
"""Events whose rows are written at a time; a process is given as many at least."""
MOST_PROCESSES = 8
_SWITCH = 0.0005
"""Seconds after which the folding thread lets the writing one go on, which asks for it with every 32 KB that it sends.
With Python's 5 ms, rows took longer to be sent than the next ones to be made."""

_SCHEMA = "onetext_anew"

Progress = Callable[[int, int, float], None]
"""Told after each share: events done, all events, events a second."""
_Share = Sequence[tuple[UUID, int]]
"""Streams, each with its newest version."""


def rebuild(database: Database, progress: Progress = lambda *_: None) -> int:
    """Each core folds its share of the agreements and writes what they bring. Readers see the old rows until all new
    ones are there. Returns the number of events; raises LogDamaged, or ChildProcessError when a process was ended."""
    started, done = time.monotonic(), 0
    with _beside(database) as place:
        newest = database.log.newest()
        streams = database.log.versions(newest)
        for events in _at_work(database, place, list(_shares(streams))):
            done += events
            progress(done, sum(streams.values()), done / (time.monotonic() - started))
        with place.transaction() as connection:
            write_position(connection, newest)
    return done


def project_first(database: Database) -> None:
    """Project a long log of which nothing is projected, as after an upgrade with other read models. A node would do it
    by itself, but on one core, and load agreements again and again. Of nodes that start at once, one does it and the
    others wait."""
    with alone(database):
        with database.models.connect() as connection:
            is_projected = read_position(connection) > 0
        if not is_projected and (events := database.log.newest()) > PAGE:
            log.info("read models are projected from the first event", events=events)
            rebuild(database)


def _shares(streams: dict[UUID, int]) -> Iterator[_Share]:
    """The largest streams first, each for itself; small ones together."""
    share: list[tuple[UUID, int]] = []
    size = 0
    for stream, version in sorted(streams.items(), key=lambda each: each[1], reverse=True):
        share.append((stream, version))
        size += version
        if size >= PAGE:
            yield share
            share, size = [], 0
    if share:
        yield share


# Where the new rows are written.


@dataclass(frozen=True, slots=True)
class _Place:
    """schema: where the tables are on PostgreSQL."""

    engine: Engine
    schema: str | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        with self.engine.begin() as connection:
            if self.schema:
                connection.exec_driver_sql(f"SET LOCAL search_path TO {self.schema}")
            yield connection


def _place_beside(database: Database) -> _Place:
    """On SQLite a file without a journal: clearing the old one and writing everything twice took as long as the rows
    themselves."""
    if not database.is_sqlite:
        return _Place(database.models, _SCHEMA)
    return _Place(sqlite_engine(str(_new_file_of(database)), "journal_mode=OFF", "synchronous=OFF"))


def _beside(database: Database) -> AbstractContextManager[_Place]:
    """Empty read models, which in the end take the place of the old ones, all at once."""
    place = _place_beside(database)
    return _new_file(database, place) if database.is_sqlite else _new_schema(place)


def _new_file_of(database: Database) -> Path:
    return Path(f"{models_beside(path_of(database))}.anew")


@contextmanager
def _new_file(database: Database, place: _Place) -> Iterator[_Place]:
    new, old = _new_file_of(database), Path(models_beside(path_of(database)))
    new.unlink(missing_ok=True)
    try:
        with place.transaction() as connection:
            tables.metadata.create_all(connection)
        yield place
        place.engine.dispose()
        with open(new, "rb") as written:
            os.fsync(written.fileno())
        database.models.dispose()
        for part in ("", "-wal", "-shm"):  # the file first: without it, nothing is ever read from its log
            old.with_name(old.name + part).unlink(missing_ok=True)
        new.rename(old)
    finally:
        place.engine.dispose()
        new.unlink(missing_ok=True)


@contextmanager
def _new_schema(place: _Place) -> Iterator[_Place]:
    """Nodes that serve wait with their rows, and another rebuild for its turn; nobody else knows of the schema."""
    with place.engine.begin() as connection:
        take_turn(connection)
        home = connection.execute(select(func.current_schema())).scalar_one()
        _drop_schema(place)
        try:
            with place.transaction() as making:
                making.exec_driver_sql(f"CREATE SCHEMA {_SCHEMA}")
                tables.metadata.create_all(making)
            yield place
            with connection.begin_nested():
                _move(connection, home)
        except BaseException:
            _drop_schema(place)
            raise


def _drop_schema(place: _Place) -> None:
    with place.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {_SCHEMA} CASCADE")


def _move(connection: Connection, home: str) -> None:
    names = [f'"{home}".{name}' for name in tables.metadata.tables]
    _wait_for_readers(connection, names)
    connection.exec_driver_sql(f"DROP TABLE {', '.join(names)}")
    for name in tables.metadata.tables:
        connection.exec_driver_sql(f'ALTER TABLE {_SCHEMA}.{name} SET SCHEMA "{home}"')
    connection.exec_driver_sql(f"DROP SCHEMA {_SCHEMA}")


def _wait_for_readers(connection: Connection, names: list[str]) -> None:
    """Lock them. PostgreSQL's own vacuum gives way to one who waits for a second (`deadlock_timeout`), so each is
    waited for longer, but alone, where no deadlock can be; then for all of them, but less, before PostgreSQL would see
    a deadlock with one who reads on. Who was in the way goes on in between."""
    while True:
        for name in names:
            with suppress(_InTheWay), connection.begin_nested() as only_this:
                _lock(connection, name, "1500ms")
                only_this.rollback()
        with suppress(_InTheWay), connection.begin_nested():
            _lock(connection, ", ".join(names), "500ms")
            break
    connection.exec_driver_sql("SET LOCAL lock_timeout TO DEFAULT")


class _InTheWay(Exception):
    """Somebody did not let go of a table in time."""


def _lock(connection: Connection, names: str, patience: str) -> None:
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{patience}'")
    try:
        connection.exec_driver_sql(f"LOCK TABLE {names}")
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable):
            raise _InTheWay from error
        raise


# Who writes them.


class _Worker:
    """Folds agreements one after the other, while a thread writes what the page before brought: that waits for the
    database most of the time. one_writes: held while rows are written to a database that takes one writer at a time."""

    def __init__(self, log: Log, place: _Place, one_writes: AbstractContextManager[object]) -> None:
        self._log, self._place, self._one_writes = log, place, one_writes
        self._mapper = CanonicalMapper()

    def project(self, share: _Share) -> int:
        """Fold and write; returns the number of events."""
        with _at_full_speed(), ThreadPoolExecutor(1) as beside:
            brought = (each for stream, newest in share for each in self._folded(stream, newest))
            writing = beside.submit(lambda: None)
            while page := list(islice(brought, PAGE)):
                rows = Rows(page)
                writing.result()
                writing = beside.submit(self._write, rows)
            writing.result()
        return sum(newest for _, newest in share)

    def _write(self, rows: Rows) -> None:
        with self._one_writes, self._place.transaction() as connection:
            rows.write(connection)

    def _folded(self, stream: UUID, newest: int) -> Iterator[Brought]:
        fold, version = NOTHING, 0
        while version < newest:
            page = self._log.events(stream, version, up_to=min(version + PAGE, newest))
            for stored in page:
                version += 1
                try:
                    event = self._mapper.to_domain_event(stored)
                    if version == 1 and event.KINDS[0] not in MODELS:
                        return
                    fold, brought = folded(fold, event, position=0)
                except Exception as error:
                    raise _damaged(stream, version, repr(error)) from error
                yield brought
            if not page:
                raise _damaged(stream, version + 1, "it is missing")


def _damaged(stream: UUID, version: int, why: str) -> LogDamaged:
    return LogDamaged(
        f"The log is damaged: version {version} of stream {stream} cannot be applied ({why}). "
        "The read models stay as they were. Restore a backup."
    )


def _at_work(database: Database, place: _Place, shares: Sequence[_Share]) -> Iterator[int]:
    """Yields the number of events of each share when its rows are written. This process begins with the largest, while
    others start and take the rest in its order; when it is done it helps from the end."""
    others = min(len(shares), _cores(), MOST_PROCESSES) - 1
    if others <= 0:
        yield from map(_Worker(database.log, place, nullcontext()).project, shares)
        return
    context = multiprocessing.get_context("spawn")
    one_writes = context.Lock()
    here = _Worker(database.log, place, one_writes if database.is_sqlite else nullcontext())
    with ProcessPoolExecutor(others, context, _start, (database.url, one_writes)) as pool:
        first, *rest = shares
        elsewhere = {pool.submit(_project, share): share for share in rest}
        try:
            yield here.project(first)
            for future, share in reversed(elsewhere.items()):
                if future.cancel():
                    yield here.project(share)
            for future in elsewhere:
                if not future.cancelled():
                    yield future.result()
        except BrokenProcessPool as error:
            raise ChildProcessError(
                "A process of the rebuild was ended, perhaps for want of memory. The read models stay as they were. "
                "Look at the system's log, then run `onetext rebuild` again."
            ) from error
        finally:
            pool.shutdown(cancel_futures=True)


def _cores() -> int:
    """Those that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


_of_this_process: _Worker


def _start(url: str, one_writes: AbstractContextManager[object]) -> None:
    """In a process of its own, which ends with the one that started it."""
    global _of_this_process  # a pool gives its processes no other place to keep something
    threading.Thread(target=_end_with_parent, daemon=True).start()
    database = open_database(url)
    one_writes = one_writes if database.is_sqlite else nullcontext()
    _of_this_process = _Worker(database.log, _place_beside(database), one_writes)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent
    wait([parent.sentinel])
    os._exit(1)


def _project(share: _Share) -> int:
    return _of_this_process.project(share)


@contextmanager
def _at_full_speed() -> Iterator[None]:
    """Folds and rows have no cycles: walking them in search of some took a third of the time."""
    before = sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(_SWITCH)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
        gc.enable()
