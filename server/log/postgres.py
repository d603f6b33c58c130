"""The log on PostgreSQL: under the table lock, so that ids are committed in their order and no reader misses one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import InterfaceError, Notification, OperationalError, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from eventsourcing.utils import retry
from psycopg.conninfo import conninfo_to_dict
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier
from sqlalchemy.dialects import postgresql

from server.log.beside import command_outcomes, compiled, sealed
from server.log.store import NEWEST, Commit, Conflict, Outcome, Result, Turn
from server.logs import log

R = TypeVar("R")

CHANNEL = "onetext_events"
SCHEMA_LOCK = 0x6F6E6574657874
"""The advisory lock under which a schema is set up, so that nodes that start at once wait for each other."""

_DIALECT = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
_LOCK = f"SET LOCAL lock_timeout = '10s'; LOCK TABLE {{table}} IN EXCLUSIVE MODE; NOTIFY {CHANNEL}"
"""Lets no other writer's ids come between, until the end of the transaction, which wakes every node's tail."""

_TRACE_WAITS = 250
"""Milliseconds for which a batch waits at most while the table of what is sealed is to be written anew."""
_TRACE_LATER = 5.0
"""Seconds until it is tried again."""
_again = retry((InterfaceError, OperationalError), max_attempts=10, wait=0.2)
"""As eventsourcing reads: a connection that was lost is made again."""


class PostgresLog:
    """Events through eventsourcing's recorder; a batch is written whole, or, when one conflicts, one by one."""

    is_shared = True

    def __init__(self, url: str) -> None:
        given = conninfo_to_dict(url)
        self._erasing = threading.Condition()
        self._to_erase, self._eraser, self._closed = False, False, False
        self.url = url
        self.name = _new_name()
        """Told to every node with a batch, so that the one that wrote it need not read it again. After a fault it has
        another: what may have become durable all the same is then read like that of another node."""
        self._datastore = PostgresDatastore(
            dbname=str(given.get("dbname") or "postgres"),
            host=str(given.get("host") or "127.0.0.1"),
            port=str(given.get("port") or 5432),
            user=str(given.get("user") or "postgres"),
            password=str(given.get("password") or ""),
            pool_size=1,
            max_overflow=4,
            schema="public",
        )
        self._recorder = PostgresApplicationRecorder(self._datastore)
        table = SQL("{}.{}").format(Identifier(self._datastore.schema), Identifier(self._recorder.events_table_name))
        self._events = table.as_string()
        self._lock = _LOCK.format(table=self._events)
        self._tail = (
            f"SELECT originator_id, originator_version, topic, state, notification_id FROM {self._events} "
            "WHERE notification_id > %s ORDER BY notification_id LIMIT %s"
        ).encode()
        self._select_events = (
            f"SELECT originator_version, topic, state FROM {self._events} "
            "WHERE originator_id = %s AND originator_version > %s AND originator_version <= %s"
        ).encode()
        self._version = f"SELECT max(originator_version) FROM {self._events} WHERE originator_id = %s".encode()
        self._versions = (
            f"SELECT originator_id, max(originator_version) FROM {self._events} "
            "WHERE notification_id <= %s GROUP BY originator_id"
        ).encode()

    def create_tables(self) -> None:
        """The events' own table; call it under SCHEMA_LOCK."""
        self._recorder.create_table()

    def write(self, commits: Sequence[Commit]) -> list[Result]:
        sound = [commit for commit in commits if not commit.lineage.broken]
        try:
            ids = self._transact(sound)
        except psycopg.errors.UniqueViolation:
            return [self._write_alone(commit) for commit in commits]
        by_commit = dict(zip(map(id, sound), ids, strict=True))
        return [by_commit.get(id(commit), Conflict()) for commit in commits]

    def _write_alone(self, commit: Commit) -> Result:
        if commit.lineage.broken:
            return Conflict()
        try:
            return self._transact([commit])[0]
        except psycopg.errors.UniqueViolation as error:
            commit.lineage.broken = True
            return Conflict(str(error))

    def _transact(self, commits: Sequence[Commit]) -> list[list[int]]:
        with self._datastore.pool.connection() as connection:
            first = [f"{self._lock}, '{self.name}'"] if any(commit.events for commit in commits) else []
            turn = _PostgresTurn(self, connection)
            try:
                ids = turn.write_all(commits, first)
            except psycopg.Error:
                self.name = _new_name()
                raise
        if turn.erased:
            self._leave_no_trace()
        return ids

    def write_in_turn(self, work: Callable[[Turn], R]) -> R:
        """Under the table lock every other node's writer waits; readers do not."""
        with self._datastore.pool.connection() as connection, connection.transaction():
            connection.execute(self._lock.encode())
            turn = _PostgresTurn(self, connection)
            done = work(turn)
        if turn.erased:
            self._leave_no_trace()
        return done

    def _leave_no_trace(self) -> None:
        """Write the table anew, without what was deleted, beside everything else. The server's own log keeps it for as
        long as it is set to (docs/security.md)."""
        with self._erasing:
            self._to_erase = True
            if not self._eraser:
                self._eraser = True
                threading.Thread(target=self._erase, name="eraser", daemon=True).start()

    def _erase(self) -> None:
        """One at a time. While somebody reads the table, a backup say, it is tried again: who waits for a lock on it
        holds up whoever seals."""
        while True:
            with self._erasing:
                if self._closed or not self._to_erase:
                    self._eraser = False
                    return
                self._to_erase = False
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    connection.execute(f"SET lock_timeout = '{_TRACE_WAITS}ms'".encode())
                    connection.execute(f"VACUUM FULL {sealed.name}".encode())
            except psycopg.errors.LockNotAvailable:
                with self._erasing:
                    self._to_erase = True
                    self._erasing.wait_for(lambda: self._closed, _TRACE_LATER)
            except psycopg.Error:
                log.exception("what was erased is still in the table's file, until it is written anew")

    @_again
    def events(self, stream: UUID, after: int = 0, *, up_to: int = NEWEST) -> Sequence[StoredEvent]:
        with self._datastore.get_connection() as connection:
            return self._read(connection, stream, after, up_to)

    def _read(
        self, connection: psycopg.Connection[Any], stream: UUID, after: int, up_to: int = NEWEST
    ) -> list[StoredEvent]:
        """A range of versions, sorted here, where they arrive almost in order: asked for so many in their order,
        PostgreSQL would sort all that come after, on its disk."""
        with connection.cursor(row_factory=tuple_row, binary=True) as cursor:
            cursor.execute(self._select_events, (stream, after, up_to), prepare=True)
            return [StoredEvent(stream, *row) for row in sorted(cursor, key=itemgetter(0))]

    @_again
    def tail(self, after: int, limit: int) -> Sequence[Notification]:
        with self._datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(self._tail, (after, limit), prepare=True)
            return [Notification(*row) for row in cursor.fetchall()]

    @_again
    def versions(self, up_to: int) -> dict[UUID, int]:
        with self._datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            cursor.execute(self._versions, (up_to,))
            return dict(cursor.fetchall())

    def outcome(self, stream: str, command_id: str) -> Outcome | None:
        with self._datastore.cursor() as cursor:
            return _outcome(cursor, stream, command_id)

    def command_ids(self, stream: str) -> Sequence[str]:
        with self._datastore.cursor() as cursor:
            cursor.execute(f"SELECT command_id FROM {command_outcomes.name} WHERE stream = %s", (stream,))
            return [row["command_id"] for row in cursor.fetchall()]

    def newest(self) -> int:
        return self._recorder.max_notification_id() or 0

    @_again
    def version(self, stream: UUID) -> int:
        with self._datastore.get_connection() as connection, connection.cursor(row_factory=tuple_row) as cursor:
            found = cursor.execute(self._version, (stream,), prepare=True).fetchone()
            return found[0] if found and found[0] else 0

    def close(self) -> None:
        with self._erasing:
            self._closed = True
            self._erasing.notify_all()
        self._datastore.close()


class _PostgresTurn:
    """erased: whether something was deleted that must leave no trace."""

    def __init__(self, log: PostgresLog, connection: psycopg.Connection[Any]) -> None:
        self._log, self._connection, self._cursor = log, connection, connection.cursor()
        self.erased = False

    def events(self, stream: UUID, after: int) -> Sequence[StoredEvent]:
        return self._log._read(self._connection, stream, after)

    def outcome(self, stream: str, command_id: str) -> Outcome | None:
        return _outcome(self._cursor, stream, command_id)

    def write(self, commit: Commit) -> int:
        ids = self.write_all([commit])[0]
        return ids[-1] if ids else 0

    def write_all(self, commits: Sequence[Commit], first: Sequence[str] = ()) -> list[list[int]]:
        """Everything in one message: PostgreSQL takes it as one transaction, unless one is open, and answers once."""
        cursor = psycopg.ClientCursor(self._connection)
        statements = [*first]
        if events := [event for commit in commits for event in commit.events]:
            rows = ", ".join(["(%s, %s, %s, %s)"] * len(events))
            statements.append(
                cursor.mogrify(
                    f"INSERT INTO {self._log._events} (originator_id, originator_version, topic, state) VALUES {rows} "
                    "RETURNING notification_id",
                    [
                        each
                        for event in events
                        for each in (event.originator_id, event.originator_version, event.topic, event.state)
                    ],
                )
            )
        if outcomes := [commit.outcome for commit in commits if commit.outcome]:
            rows = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(outcomes))
            statements.append(cursor.mogrify(f"INSERT INTO {command_outcomes.name} VALUES {rows}", [*chain(*outcomes)]))
        statements += [
            cursor.mogrify(*compiled(statement, _DIALECT)) for commit in commits for statement in commit.rows
        ]
        if not statements:
            return _by_commit(commits, [])
        cursor.execute("; ".join(statements).encode())
        ids: list[int] = []
        for result in cursor.results():
            if result.description:
                ids += [row["notification_id"] for row in result.fetchall()]
            elif result.rowcount > 0 and (result.statusmessage or "").startswith("DELETE"):
                self.erased |= any(commit.erases for commit in commits)
        return _by_commit(commits, ids)


def _outcome(cursor: psycopg.Cursor[Any], stream: str, command_id: str) -> Outcome | None:
    cursor.execute(
        f"SELECT stream, command_id, member_id, content, first_version, last_version "
        f"FROM {command_outcomes.name} WHERE stream = %s AND command_id = %s",
        (stream, command_id),
    )
    row = cursor.fetchone()
    return Outcome(**row) if row else None


def _new_name() -> str:
    return uuid4().hex


def _by_commit(commits: Sequence[Commit], ids: list[int]) -> list[list[int]]:
    """The ids of each commit's events."""
    rest = iter(ids)
    return [[next(rest) for _ in commit.events] for commit in commits]
