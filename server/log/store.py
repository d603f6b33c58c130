"""The store: events and command outcomes in one durable transaction for all commands that wait (group commit).

One writer thread drains a queue; what it is given either becomes durable as a whole, or is reported as a conflict and
leaves nothing behind. Beside it, Identity uses up links and ends sessions in transactions of its own, where the
database decides who was first.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from eventsourcing.persistence import Notification, StoredEvent
from sqlalchemy.sql import Executable

from domain.events import Event

R = TypeVar("R")

LARGEST_BATCH = 256
"""Commits in one transaction at most."""


class Conflict(Exception):
    """Another commit came first: of the same stream version, or of the same command_id."""


class LogDamaged(Exception):
    """An event of the log is missing, or cannot be read or applied."""


@dataclass(slots=True)
class Lineage:
    """The state that commits were decided on. Once one of them conflicts, those decided after it fail as well."""

    broken: bool = False


class Outcome(NamedTuple):
    """What a command came to, kept so that a retry gets the first answer. Versions are those of its own events."""

    stream: str
    command_id: str
    member_id: str
    content: str
    first_version: int
    last_version: int


@dataclass(frozen=True, slots=True)
class Commit:
    """What becomes durable together. rows: statements on the tables beside the log; erases: what they delete, if
    anything, must not be found in the files of the database afterwards."""

    lineage: Lineage
    events: Sequence[StoredEvent] = ()
    outcome: Outcome | None = None
    rows: Sequence[Executable] = ()
    erases: bool = False


NEWEST = 2**62
"""Up to a stream's newest event, whichever that is."""


class Turn(Protocol):
    """The log in the hands of one who writes while all others wait; its reads see its own writes."""

    def events(self, stream: UUID, after: int) -> Sequence[StoredEvent]: ...

    def outcome(self, stream: str, command_id: str) -> Outcome | None: ...

    def write(self, commit: Commit) -> int:
        """Returns the id of the commit's last event, 0 without events."""


Result = Sequence[int] | Exception
"""The ids of a commit's events, or why it failed."""


def some_events(log: Log, stream: UUID, after: int, most: int) -> list[StoredEvent]:
    """The next events of a stream: so many at most, and no more than come to about MOST_BYTES, though one at least."""
    found: list[StoredEvent] = []
    size, next_ones = 0, _FIRST_ONES
    while len(found) < most and size < MOST_BYTES:
        from_here = after + len(found)
        page = log.events(stream, from_here, up_to=from_here + min(next_ones, most - len(found)))
        for event in page:
            if size >= MOST_BYTES:
                return found
            found.append(event)
            size += len(event.state)
        if not page:
            break
        next_ones = max((MOST_BYTES - size) * len(found) // size, 1)
    return found


MOST_BYTES = 4 * 1024 * 1024
"""Of events that are read, held and sent in one piece."""
_FIRST_ONES = 16


class Log(Protocol):
    """One database: SQLite or PostgreSQL."""

    is_shared: bool
    """Whether other nodes may write to it."""

    def write(self, commits: Sequence[Commit]) -> list[Result]:
        """Make the commits durable, or say of each why it failed."""

    def write_in_turn(self, work: Callable[[Turn], R]) -> R:
        """Let commits be decided while no other writer can come between, and make them durable as one.

        Whatever `work` raises leaves nothing behind.
        """

    def events(self, stream: UUID, after: int = 0, *, up_to: int = NEWEST) -> Sequence[StoredEvent]:
        """The events of a stream in the order of their versions, after one and up to another."""

    def tail(self, after: int, limit: int) -> Sequence[Notification]:
        """Events of all streams in the order in which they were committed."""

    def versions(self, up_to: int) -> dict[UUID, int]:
        """The newest version of each stream among the events up to an id."""

    def outcome(self, stream: str, command_id: str) -> Outcome | None:
        """What a command_id came to, if it was recorded."""

    def command_ids(self, stream: str) -> Sequence[str]:
        """Every command_id that was recorded in a stream."""

    def newest(self) -> int:
        """The id of the newest event of all streams, 0 when there is none."""

    def version(self, stream: UUID) -> int:
        """The version of a stream's newest event, 0 when there is none."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Made(StoredEvent):
    """An event that this node has made, beside its stored form."""

    event: Event = field(compare=False, repr=False)


@dataclass(frozen=True)
class OwnNotification(Notification):
    """An event of the log that this node has made, so that its bytes need not be read to know it."""

    event: Event = field(compare=False, repr=False)


_Waiting = tuple[Commit, "asyncio.Future[int]"]


class Writer:
    """The thread that commits. Futures are resolved by one call back into the loop for each batch."""

    def __init__(self, log: Log, committed: Callable[[int, Sequence[Notification]], None]) -> None:
        """committed: called in the loop with the size of each batch and those of its events that are known, before its
        futures are resolved."""
        self._log = log
        self._committed = committed
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._loop = asyncio.get_running_loop()
        self._one_turn = asyncio.Lock()

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Commit what waits, then end."""
        self._waiting.put(None)
        await asyncio.to_thread(self._thread.join)

    def submit(self, commit: Commit) -> asyncio.Future[int]:
        """Queue a commit; its future gives the id of its last event, or raises Conflict or a database error."""
        done: asyncio.Future[int] = self._loop.create_future()
        self._waiting.put((commit, done))
        return done

    async def in_turn(self, work: Callable[[Turn], R]) -> R:
        """Decide, in a thread, while every other writer waits, and commit; see Log.write_in_turn."""
        async with self._one_turn:
            done = await asyncio.to_thread(self._log.write_in_turn, work)
        self._committed(1, ())
        return done

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, ending = [first], False
            while len(batch) < LARGEST_BATCH and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    ending = True
                    break
                batch.append(following)
            results = self._write([commit for commit, _ in batch])
            self._loop.call_soon_threadsafe(self._report, batch, results)
            if ending:
                return

    def _write(self, batch: list[Commit]) -> list[Result]:
        try:
            return self._log.write(batch)
        except Exception as error:  # a fault of the database: nothing of the batch is durable, each asker is told
            for commit in batch:
                commit.lineage.broken = True
            return [error] * len(batch)

    def _report(self, batch: list[_Waiting], results: list[Result]) -> None:
        try:
            self._committed(len(batch), _events(batch, results))
        finally:
            for (_, done), result in zip(batch, results, strict=True):
                if done.done():
                    continue
                if isinstance(result, Exception):
                    done.set_exception(result)
                else:
                    done.set_result(result[-1] if result else 0)


def _events(batch: list[_Waiting], results: list[Result]) -> list[Notification]:
    """The events of a batch as the log has them."""
    return [
        _in_the_log(event, event_id)
        for (commit, _), ids in zip(batch, results, strict=True)
        if not isinstance(ids, Exception)
        for event, event_id in zip(commit.events, ids, strict=True)
    ]


def _in_the_log(event: StoredEvent, event_id: int) -> Notification:
    stored = event.originator_id, event.originator_version, event.topic, event.state
    if isinstance(event, Made):
        return OwnNotification(*stored, event_id, event.event)
    return Notification(*stored, event_id)
