"""Keeps the read models up to the log: folds in the loop, so that whoever watches is shown at once, and writes in a
thread."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from uuid import UUID

from eventsourcing.persistence import Notification

from domain.events import Event
from projections.batch import Batch, Change
from projections.projector import ModelsReplaced, Projector
from server.log.mapper import CanonicalMapper
from server.log.reached import Reached
from server.log.store import Log, OwnNotification
from server.logs import log

PAGE = 500
MOST_BATCHES = 100
"""Batches that are written in one transaction."""
GATHERING_SECONDS = 0.1
"""How long what was folded waits for more to be written with it, while nobody wants to read it."""
RETRY_SECONDS = 1

_Events = list[tuple[int, Event]]


class Projecting:
    """Events go in by `follow`. written: up to where rows can be read."""

    def __init__(self, log: Log, projector: Projector, changed: Callable[[Sequence[Change]], None]) -> None:
        """changed: called in the loop with what a batch changes, before its rows can be read: whoever reads waits by
        `caught_up`."""
        self._log, self._projector, self._changed = log, projector, changed
        self._mapper = CanonicalMapper()
        self._coming: deque[_Events] = deque()
        self._loading: asyncio.Task[None] | None = None
        self._again: asyncio.Handle | None = None
        self._folded: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="projector", daemon=True)
        self._loop = asyncio.get_running_loop()
        self._wanted = threading.Event()
        self.written = Reached(asked_for=self._wanted.set)
        self._stopping = threading.Event()

    def catch_up(self) -> int:
        """Project everything that the log has; call it before `start`. Returns the position reached."""
        position = self._projector.position()
        while page := self._log.tail(position, PAGE):
            self._projector.project(self._read(page))
            position = page[-1].id
        self.written.set(position)
        return position

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        if self._loading:
            self._loading.cancel()
        self._stopping.set()
        self._folded.put(None)
        self._wanted.set()
        await asyncio.to_thread(self._thread.join)

    def follow(self, page: Sequence[Notification]) -> None:
        self._coming.append(self._read(page))
        self._fold()

    def _read(self, page: Sequence[Notification]) -> _Events:
        return [
            (each.id, each.event if isinstance(each, OwnNotification) else self._mapper.to_domain_event(each))
            for each in page
        ]

    def _fold(self) -> None:
        """Fold what has come, in order; where an agreement has to be loaded from the log first, a thread does that."""
        if not self._coming or self._loading or self._again:
            return
        if unknown := self._projector.unknown(self._coming[0]):
            self._loading = self._loop.create_task(self._load(unknown))
            return
        try:
            batch = self._projector.fold(self._coming[0])
        except Exception:
            log.exception("events cannot be projected; trying again")
            self._again = self._loop.call_later(RETRY_SECONDS, self._go_on)
            return
        self._coming.popleft()
        try:
            self._changed(batch.changes())
        except Exception:
            log.exception("changes could not be shown")
        finally:
            if self._thread.is_alive():  # it ends when a newer version has taken over the read models
                self._folded.put(batch)
                if self.written.is_awaited:
                    self._wanted.set()
        if self._coming:  # the next page in its turn: others wait for the loop too
            self._again = self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._again = None
        self._fold()

    async def _load(self, unknown: dict[UUID, int]) -> None:
        try:
            for stream, version in unknown.items():
                await asyncio.to_thread(self._projector.load, stream, version)
        except Exception:
            log.exception("the log cannot be read; trying again")
            await asyncio.sleep(RETRY_SECONDS)
        self._loading = None
        self._fold()

    def _write(self) -> None:
        while (batch := self._folded.get()) is not None:
            if self._folded.qsize() < MOST_BATCHES - 1 and not self._stopping.is_set():
                self._wanted.wait(GATHERING_SECONDS)
            self._wanted.clear()
            batches = [batch]
            while not self._folded.empty() and len(batches) < MOST_BATCHES:
                following = self._folded.get()
                if following is None:
                    self._folded.put(None)
                    break
                batches.append(following)
            if not self._write_surely(batches):
                return
            self._loop.call_soon_threadsafe(self._have_written, batches[-1].position)

    def _have_written(self, position: int) -> None:
        self.written.set(position)
        if self.written.is_awaited:
            self._wanted.set()

    def _write_surely(self, batches: Sequence[Batch]) -> bool:
        """Write, and after a fault try again until it succeeds: readers wait, the log does not. False when stopped."""
        while True:
            try:
                self._projector.write(batches)
                return True
            except ModelsReplaced:
                log.error("a newer version has set the read models up anew; this node shows nothing more: replace it")
                return False
            except Exception:
                log.exception("read models cannot be written; trying again")
                if self._stopping.wait(RETRY_SECONDS):
                    return False
