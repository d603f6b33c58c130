"""The log on SQLite: WAL with synchronous=FULL, so that what was acknowledged survives a power cut."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import count
from typing import TypeVar
from uuid import UUID

from eventsourcing.persistence import IntegrityError, Notification, StoredEvent
from eventsourcing.sqlite import (
    SQLiteApplicationRecorder,
    SQLiteConnection,
    SQLiteConnectionPool,
    SQLiteCursor,
    SQLiteDatastore,
)
from sqlalchemy.dialects import sqlite

from projections.runs import insert
from server.log.beside import command_outcomes, compiled
from server.log.store import NEWEST, Commit, Conflict, Outcome, Result, Turn
from server.logs import log

R = TypeVar("R")

CLOSING_SECONDS = 20
"""How long whoever still reads or writes is waited for; then its connections are left to the end of the process."""

_WAITS, _TRACE_WAITS = 10_000, 250
"""Milliseconds for which a connection waits for others; and for which emptying the WAL waits for readers."""
_TRACE_LATER = 1.0
"""Seconds until it is tried again."""

_DIALECT = sqlite.dialect(paramstyle="qmark")
_EVENTS = "stored_events"
_SELECT_COMMAND_IDS = f"SELECT command_id FROM {command_outcomes.name} WHERE stream = ?"
_SELECT_EVENTS = (
    f"SELECT originator_version, topic, state FROM {_EVENTS} "
    "WHERE originator_id = ? AND originator_version > ? AND originator_version <= ? ORDER BY originator_version"
)
_SELECT_VERSIONS = (
    "SELECT originator_id, max(originator_version) FROM stored_events WHERE rowid <= ? GROUP BY originator_id"
)
_SELECT_TAIL = (
    "SELECT originator_id, originator_version, topic, state, rowid FROM stored_events "
    "WHERE rowid > ? ORDER BY rowid LIMIT ?"
)
_TAKE_WRITE_LOCK = f"DELETE FROM {command_outcomes.name} WHERE 0"
_SELECT_OUTCOME = f"SELECT * FROM {command_outcomes.name} WHERE stream = ? AND command_id = ?"


class _DurablePool(SQLiteConnectionPool):
    def _create_connection(self) -> SQLiteConnection:
        connection = super()._create_connection()
        for pragma in ("synchronous=FULL", f"busy_timeout={_WAITS}", "temp_store=MEMORY", "secure_delete=ON"):
            connection.cursor().execute(f"PRAGMA {pragma}")
        return connection

    def close(self) -> None:
        """Close, once nobody reads or writes: closed under a thread at work, SQLite takes the process with it."""
        with self._put_condition:
            if self._put_condition.wait_for(lambda: not self._in_use, timeout=CLOSING_SECONDS):
                super().close()


class _Recorder(SQLiteApplicationRecorder):
    def convert_originator_id(self, originator_id: str) -> UUID:
        return _stream_of(originator_id)


_stream_of = lru_cache(1024)(UUID)


class SqliteLog:
    """Events in the table of eventsourcing's recorder; a batch is written whole, or, when one conflicts, each commit in
    a savepoint of its own. Whoever writes has a connection of its own: one that saw another write forgets its pages."""

    is_shared = False

    def __init__(self, path: str) -> None:
        datastore = SQLiteDatastore(path)
        datastore.pool.close()
        datastore.pool = _DurablePool(db_name=path, pool_size=4)
        self._datastore = datastore
        self._writing = _DurablePool(db_name=path, pool_size=1)
        self._recorder = _Recorder(datastore)
        self._closed = False

    def create_tables(self) -> None:
        """The events' own table."""
        self._recorder.create_table()

    def write(self, commits: Sequence[Commit]) -> list[Result]:
        sound = [commit for commit in commits if not commit.lineage.broken]
        try:
            with self._transaction() as cursor:
                turn = _SqliteTurn(cursor)
                by_commit = dict(zip(map(id, sound), turn.write_all(sound), strict=True))
        except IntegrityError:
            with self._transaction() as cursor:
                turn = _SqliteTurn(cursor)
                results: list[Result] = [turn.write_alone(commit) for commit in commits]
        else:
            results = [by_commit.get(id(commit), Conflict()) for commit in commits]
        if turn.erased:
            self._surely_leave_no_trace()
        return results

    def write_in_turn(self, work: Callable[[Turn], R]) -> R:
        with self._transaction() as cursor:
            cursor.execute(_TAKE_WRITE_LOCK)
            turn = _SqliteTurn(cursor)
            done = work(turn)
        if turn.erased:
            self._surely_leave_no_trace()
        return done

    def _leave_no_trace(self) -> None:
        """Empty the WAL, which still has what was deleted; while somebody reads, a moment later."""
        connection = self._writing.get_connection(is_writer=True)
        try:
            cursor = connection.cursor()
            try:
                cursor.execute(f"PRAGMA busy_timeout={_TRACE_WAITS}")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                (is_busy, *_) = cursor.fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={_WAITS}")
        finally:
            self._writing.put_connection(connection)
        if is_busy and not self._closed:
            later = threading.Timer(_TRACE_LATER, self._surely_leave_no_trace)
            later.daemon = True
            later.start()

    def _surely_leave_no_trace(self) -> None:
        """What was written is durable by now, whatever becomes of this."""
        try:
            if not self._closed:
                self._leave_no_trace()
        except Exception:
            log.exception("what was erased may still be in the WAL, until it is written anew")

    @contextmanager
    def _transaction(self) -> Iterator[SQLiteCursor]:
        connection = self._writing.get_connection(is_writer=True)
        try:
            with connection.transaction(commit=True) as cursor:
                yield cursor
        finally:
            self._writing.put_connection(connection)

    def events(self, stream: UUID, after: int = 0, *, up_to: int = NEWEST) -> Sequence[StoredEvent]:
        with self._datastore.transaction(commit=False) as cursor:
            return _events(cursor, stream, after, up_to)

    def tail(self, after: int, limit: int) -> Sequence[Notification]:
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(_SELECT_TAIL, (after, limit))
            return [Notification(_stream_of(stream), *rest) for stream, *rest in cursor.fetchall()]

    def versions(self, up_to: int) -> dict[UUID, int]:
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(_SELECT_VERSIONS, (up_to,))
            return {_stream_of(stream): version for stream, version in cursor.fetchall()}

    def outcome(self, stream: str, command_id: str) -> Outcome | None:
        with self._datastore.transaction(commit=False) as cursor:
            return _outcome(cursor, stream, command_id)

    def command_ids(self, stream: str) -> Sequence[str]:
        with self._datastore.transaction(commit=False) as cursor:
            cursor.execute(_SELECT_COMMAND_IDS, (stream,))
            return [row[0] for row in cursor.fetchall()]

    def newest(self) -> int:
        return self._recorder.max_notification_id() or 0

    def version(self, stream: UUID) -> int:
        newest = self._recorder.select_events(stream, desc=True, limit=1)
        return newest[0].originator_version if newest else 0

    def close(self) -> None:
        self._closed = True
        self._datastore.close()
        self._writing.close()


class _SqliteTurn:
    """erased: whether something was deleted that must leave no trace."""

    def __init__(self, cursor: SQLiteCursor) -> None:
        self._cursor = cursor
        self.erased = False

    def events(self, stream: UUID, after: int) -> Sequence[StoredEvent]:
        return _events(self._cursor, stream, after)

    def outcome(self, stream: str, command_id: str) -> Outcome | None:
        return _outcome(self._cursor, stream, command_id)

    def write(self, commit: Commit) -> int:
        result = self.write_alone(commit)
        if isinstance(result, Exception):
            raise result
        return result[-1] if result else 0

    def write_alone(self, commit: Commit) -> Result:
        if commit.lineage.broken:
            return Conflict()
        self._cursor.execute("SAVEPOINT command")
        try:
            return self.write_all([commit])[0]
        except sqlite3.IntegrityError as error:
            self._cursor.execute("ROLLBACK TO command")
            commit.lineage.broken = True
            return Conflict(str(error))
        finally:
            self._cursor.execute("RELEASE command")

    def write_all(self, commits: Sequence[Commit]) -> list[list[int]]:
        """Returns the ids of each commit's events: the next ones, since nobody else can write meanwhile."""
        cursor = self._cursor
        events = [_row(event) for commit in commits for event in commit.events]
        insert(cursor.execute, _EVENTS, events)
        last = cursor.lastrowid if events else 0
        insert(cursor.execute, command_outcomes.name, [commit.outcome for commit in commits if commit.outcome])
        for commit in commits:
            for statement in commit.rows:
                cursor.execute(*compiled(statement, _DIALECT))
                self.erased |= commit.erases and statement.is_delete and cursor.sqlite_cursor.rowcount > 0
        following = count(last - len(events) + 1)
        return [[next(following) for _ in commit.events] for commit in commits]


def _row(event: StoredEvent) -> tuple[str, int, str, bytes]:
    assert isinstance(event.originator_id, UUID)
    return event.originator_id.hex, event.originator_version, event.topic, event.state


def _events(cursor: SQLiteCursor, stream: UUID, after: int, up_to: int = NEWEST) -> list[StoredEvent]:
    cursor.execute(_SELECT_EVENTS, (stream.hex, after, up_to))
    return [StoredEvent(stream, *row) for row in cursor.fetchall()]


def _outcome(cursor: SQLiteCursor, stream: str, command_id: str) -> Outcome | None:
    cursor.execute(_SELECT_OUTCOME, (stream, command_id))
    row = cursor.fetchone()
    return Outcome(*row) if row else None
