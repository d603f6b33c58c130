"""The thread that keeps the read models up to the log, and tells the loop what changed."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence

from eventsourcing.persistence import Notification

from projections.projector import Change, Projector, Report
from server.logs import log
from server.mapper import CanonicalMapper
from server.store import Log

PAGE = 500


class Projecting:
    """Events go in by `follow`; `caught_up` waits until their rows can be read."""

    def __init__(self, log: Log, projector: Projector, changed: Callable[[Sequence[Change]], None]) -> None:
        """changed: called in the loop with what a batch changes, before its rows can be read (whoever reads waits by
        `caught_up`); after a failure of the store called with the same again."""
        self._log, self._projector, self._changed = log, projector, changed
        self._mapper = CanonicalMapper()
        self._coming: queue.SimpleQueue[Sequence[Notification] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)
        self._loop = asyncio.get_running_loop()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self.position = 0
        self._stopping = threading.Event()

    def catch_up(self) -> int:
        """Project everything that the log has; call it before `start`. Returns the position reached."""
        self.position = self._projector.position()
        while page := self._log.tail(self.position, PAGE):
            self._project(page, lambda _: None)
            self.position = page[-1].id
        return self.position

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        self._stopping.set()
        self._coming.put(None)
        await asyncio.to_thread(self._thread.join)

    def follow(self, page: Sequence[Notification]) -> None:
        self._coming.put(page)

    async def caught_up(self, event_id: int) -> None:
        """Wait until the rows of an event, and of all before it, can be read."""
        if self.position < event_id:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((event_id, waiting))
            await waiting

    def _run(self) -> None:
        while (page := self._coming.get()) is not None:
            pages = list(page)
            ending = False
            while not self._coming.empty() and len(pages) < PAGE:
                following = self._coming.get()
                if following is None:
                    ending = True
                    break
                pages.extend(following)
            self._project_surely(pages)
            self._loop.call_soon_threadsafe(self._written, pages[-1].id)
            if ending:
                return

    def _project_surely(self, page: Sequence[Notification]) -> None:
        """Project, and after a fault try again until it succeeds: readers wait, the log does not."""
        while True:
            try:
                self._project(page, self._report)
                return
            except Exception:
                log.exception("read models cannot be written; trying again")
                if self._stopping.wait(1):
                    return

    def _project(self, page: Sequence[Notification], report: Report) -> None:
        self._projector.project([(each.id, self._mapper.to_domain_event(each)) for each in page], report)

    def _report(self, changes: list[Change]) -> None:
        self._loop.call_soon_threadsafe(self._changed, changes)

    def _written(self, position: int) -> None:
        self.position = position
        still = []
        for event_id, waiting in self._waiting:
            if event_id > position:
                still.append((event_id, waiting))
            elif not waiting.done():
                waiting.set_result(None)
        self._waiting = still
