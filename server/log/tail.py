"""The log's tail: hands every committed event, in order and once, to whoever works from the log on this node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import psycopg
from eventsourcing.persistence import Notification

from server.log.postgres import CHANNEL, PostgresLog
from server.log.reached import Reached
from server.log.store import Log
from server.logs import log

RETRY_SECONDS = 1
PAGE = 250
"""Events handed on at a time: in between, whatever else the loop has to do goes on."""

Subscriber = Callable[[Sequence[Notification]], None]
"""Works from the log: is given its events in their order, each once."""


class Tail:
    """Wakes when something was committed. reached: up to where events have been handed on."""

    def __init__(self, log: Log, subscribers: Sequence[Subscriber]) -> None:
        """subscribers: called with each page, one after the other in the order in which they are given."""
        self._log, self._subscribers = log, subscribers
        self.reached = Reached()
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks.append(asyncio.create_task(self._follow(), name="tail"))
        if isinstance(self._log, PostgresLog):
            self._tasks.append(asyncio.create_task(self._listen(self._log), name="listen"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def committed(self, events: Sequence[Notification]) -> None:
        """This node has committed something. events: what that was, as far as it is known; it need not be read again
        where it follows at once on what was handed on, with nothing of another node between."""
        following = self.reached.position + 1
        is_next = [each.id for each in events] == [*range(following, following + len(events))]
        if is_next and 0 < len(events) <= PAGE:
            self._hand_on(events)
        else:
            self._wake.set()

    def _hand_on(self, page: Sequence[Notification]) -> None:
        """Hand on what was not yet: some may have been while the page was read."""
        if new := [each for each in page if each.id > self.reached.position]:
            for subscriber in self._subscribers:
                subscriber(new)
            self.reached.set(new[-1].id)

    async def _follow(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                while page := await asyncio.to_thread(self._log.tail, self.reached.position, PAGE):
                    self._hand_on(page)
            except Exception:
                log.exception("the log cannot be read; trying again")
                await asyncio.sleep(RETRY_SECONDS)
                self._wake.set()

    async def _listen(self, log: PostgresLog) -> None:
        """Wake for commits of other nodes; after a lost connection, look once and listen again."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(log.url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._wake.set()
                    async for notify in connection.notifies():
                        if notify.payload != log.name:
                            self._wake.set()
            except (psycopg.Error, OSError):
                await asyncio.sleep(RETRY_SECONDS)
