"""The store: events and command outcomes in one durable transaction for all commands that wait (group commit).

One writer thread drains a queue; everything written to the log's database goes through it. What it is given either
becomes durable as a whole, or is reported as a conflict and leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from sqlalchemy.sql import Executable

LARGEST_BATCH = 256
"""Commits in one transaction at most."""


class Conflict(Exception):
    """Another commit came first: of the same stream version, or of the same command_id."""


@dataclass(slots=True)
class Lineage:
    """The state that commits were decided on. Once one of them conflicts, those decided after it fail as well."""

    broken: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command came to, kept so that a retry gets the first answer. Versions are those of its own events."""

    stream: str
    command_id: str
    member_id: str
    content: str
    first_version: int
    last_version: int


@dataclass(slots=True)
class Commit:
    """What becomes durable together. rows: inserts and updates of the tables beside the log."""

    lineage: Lineage
    events: Sequence[StoredEvent] = ()
    outcome: Outcome | None = None
    rows: Sequence[Executable] = ()
    done: asyncio.Future[int] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Log(Protocol):
    """One database: SQLite or PostgreSQL."""

    def write(self, commits: Sequence[Commit]) -> list[int | Exception]:
        """Make the commits durable; for each the id of its last event (0 without events), or why it failed."""

    def events(self, stream: UUID, after: int = 0, limit: int | None = None) -> Sequence[StoredEvent]:
        """The events of a stream in the order of their versions."""

    def tail(self, after: int, limit: int) -> Sequence[Notification]:
        """Events of all streams in the order in which they were committed."""

    def outcome(self, stream: str, command_id: str) -> Outcome | None:
        """What a command_id came to, if it was recorded."""

    def newest(self) -> int:
        """The id of the newest event of all streams, 0 when there is none."""

    def version(self, stream: UUID) -> int:
        """The version of a stream's newest event, 0 when there is none."""

    def close(self) -> None: ...


class Writer:
    """The thread that commits. Futures are resolved by one call back into the loop for each batch."""

    def __init__(self, log: Log, committed: Callable[[], None]) -> None:
        """committed: called in the loop after each batch that wrote events, before its futures are resolved."""
        self._log = log
        self._committed = committed
        self._waiting: queue.SimpleQueue[Commit | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._loop = asyncio.get_running_loop()

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Commit what waits, then end."""
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    def submit(self, commit: Commit) -> asyncio.Future[int]:
        """Queue a commit; its future gives the id of its last event, or raises Conflict or a database error."""
        self._waiting.put(commit)
        return commit.done

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, ending = [first], False
            while len(batch) < LARGEST_BATCH and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    ending = True
                    break
                batch.append(following)
            results = self._write(batch)
            self._loop.call_soon_threadsafe(self._report, batch, results)
            if ending:
                return

    def _write(self, batch: list[Commit]) -> list[int | Exception]:
        try:
            return self._log.write(batch)
        except Exception as error:  # a fault of the database: nothing of the batch is durable, each asker is told
            for commit in batch:
                commit.lineage.broken = True
            return [error] * len(batch)

    def _report(self, batch: list[Commit], results: list[Any]) -> None:
        self._committed()
        for commit, result in zip(batch, results, strict=True):
            if commit.done.done():
                continue
            if isinstance(result, Exception):
                commit.done.set_exception(result)
            else:
                commit.done.set_result(result)
