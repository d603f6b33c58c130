"""The log on PostgreSQL: under the table lock, so that ids are committed in their order and no reader misses one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from eventsourcing.persistence import Notification, StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier
from sqlalchemy.dialects import postgresql

from server.log_tables import command_outcomes, compiled
from server.store import Commit, Conflict, Outcome, Result, Turn

R = TypeVar("R")

CHANNEL = "onetext_events"
SCHEMA_LOCK = 0x6F6E6574657874
"""The advisory lock under which a schema is set up, so that nodes that start at once wait for each other."""

_DIALECT = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
_LOCK_TIMEOUT = "10s"


class _Recorder(PostgresApplicationRecorder):
    """Inserts any number of events with one statement from arrays; no client pipeline, no database function."""

    def insert(self, cursor: psycopg.Cursor[Any], events: Sequence[StoredEvent]) -> list[int]:
        """Insert under the table lock; the ids in the order of the events."""
        cursor.execute(
            SQL(
                "INSERT INTO {schema}.{table} (originator_id, originator_version, topic, state) "
                "SELECT originator_id, originator_version, topic, state FROM unnest("
                "%s::uuid[], %s::bigint[], %s::text[], %s::bytea[]) WITH ORDINALITY "
                "AS given (originator_id, originator_version, topic, state, place) ORDER BY place "
                "RETURNING notification_id"
            ).format(schema=Identifier(self.datastore.schema), table=Identifier(self.events_table_name)),
            (
                [event.originator_id for event in events],
                [event.originator_version for event in events],
                [event.topic for event in events],
                [event.state for event in events],
            ),
        )
        return [row["notification_id"] for row in cursor.fetchall()]

    def lock(self, cursor: psycopg.Cursor[Any]) -> None:
        """Let no other writer's ids come between, until the end of the transaction, which wakes every node's tail. All
        in one message, since each would wait for an answer of its own."""
        cursor.execute(
            SQL("SET LOCAL lock_timeout = {}; LOCK TABLE {}.{} IN EXCLUSIVE MODE; NOTIFY {}").format(
                _LOCK_TIMEOUT,
                Identifier(self.datastore.schema),
                Identifier(self.events_table_name),
                Identifier(CHANNEL),
            )
        )


class PostgresLog:
    """Events through eventsourcing's recorder; a batch is written whole, or, when one conflicts, one by one."""

    is_shared = True

    def __init__(self, url: str) -> None:
        given = conninfo_to_dict(url)
        self.url = url
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
        self._recorder = _Recorder(self._datastore)

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

    def _transact(self, commits: Sequence[Commit]) -> list[int]:
        with self._datastore.pool.connection() as connection, connection.transaction():
            cursor = connection.cursor()
            if any(commit.events for commit in commits):
                self._recorder.lock(cursor)
            return self._insert(cursor, commits)

    def write_in_turn(self, work: Callable[[Turn], R]) -> R:
        """Under the table lock every other node's writer waits; readers do not."""
        with self._datastore.pool.connection() as connection, connection.transaction():
            cursor = connection.cursor()
            self._recorder.lock(cursor)
            return work(_Turn(self, cursor))

    def _insert(self, cursor: psycopg.Cursor[Any], commits: Sequence[Commit]) -> list[int]:
        events = [event for commit in commits for event in commit.events]
        ids = self._recorder.insert(cursor, events) if events else []
        outcomes = [commit.outcome for commit in commits if commit.outcome]
        if outcomes:
            cursor.execute(
                f"INSERT INTO {command_outcomes.name} SELECT * FROM unnest("
                "%s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])",
                [
                    [getattr(each, column) for each in outcomes]
                    for column in ("stream", "command_id", "member_id", "content", "first_version", "last_version")
                ],
            )
        for commit in commits:
            for statement in commit.rows:
                cursor.execute(*compiled(statement, _DIALECT))
        return _last_ids(commits, ids)

    def events(self, stream: UUID, after: int = 0, limit: int | None = None) -> Sequence[StoredEvent]:
        found: Sequence[StoredEvent] = self._recorder.select_events(stream, gt=after, limit=limit)
        return found

    def tail(self, after: int, limit: int) -> Sequence[Notification]:
        found: Sequence[Notification] = self._recorder.select_notifications(after, limit, inclusive_of_start=False)
        return found

    def outcome(self, stream: str, command_id: str) -> Outcome | None:
        with self._datastore.cursor() as cursor:
            return _outcome(cursor, stream, command_id)

    def command_ids(self, stream: str) -> Sequence[str]:
        with self._datastore.cursor() as cursor:
            cursor.execute(f"SELECT command_id FROM {command_outcomes.name} WHERE stream = %s", (stream,))
            return [row["command_id"] for row in cursor.fetchall()]

    def newest(self) -> int:
        return self._recorder.max_notification_id() or 0

    def version(self, stream: UUID) -> int:
        newest = self._recorder.select_events(stream, desc=True, limit=1)
        return newest[0].originator_version if newest else 0

    def close(self) -> None:
        self._datastore.close()


class _Turn:
    def __init__(self, log: PostgresLog, cursor: psycopg.Cursor[Any]) -> None:
        self._log, self._cursor = log, cursor

    def events(self, stream: UUID, after: int) -> Sequence[StoredEvent]:
        self._cursor.execute(
            SQL(
                "SELECT originator_version, topic, state FROM {}.{} "
                "WHERE originator_id = %s AND originator_version > %s ORDER BY originator_version"
            ).format(Identifier(self._log._datastore.schema), Identifier(self._log._recorder.events_table_name)),
            (stream, after),
        )
        return [
            StoredEvent(stream, row["originator_version"], row["topic"], bytes(row["state"]))
            for row in self._cursor.fetchall()
        ]

    def outcome(self, stream: str, command_id: str) -> Outcome | None:
        return _outcome(self._cursor, stream, command_id)

    def write(self, commit: Commit) -> int:
        return self._log._insert(self._cursor, [commit])[0]


def _outcome(cursor: psycopg.Cursor[Any], stream: str, command_id: str) -> Outcome | None:
    cursor.execute(
        f"SELECT stream, command_id, member_id, content, first_version, last_version "
        f"FROM {command_outcomes.name} WHERE stream = %s AND command_id = %s",
        (stream, command_id),
    )
    row = cursor.fetchone()
    return Outcome(**row) if row else None


def _last_ids(commits: Sequence[Commit], ids: list[int]) -> list[int]:
    """For each commit the id of its last event, 0 without events."""
    last, at = [], 0
    for commit in commits:
        at += len(commit.events)
        last.append(ids[at - 1] if commit.events else 0)
    return last
