"""The log's tail: hands every committed event, in order and once, to whoever works from the log on this node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import psycopg
from eventsourcing.persistence import Notification

from server.logs import log
from server.postgres_log import CHANNEL, PostgresLog
from server.reached import Reached
from server.store import Log

RETRY_SECONDS = 1
PAGE = 1000
"""Events read at a time."""

Publish = Callable[[Sequence[Notification]], None]


class Tail:
    """Wakes when something was committed. reached: up to where events have been handed on."""

    def __init__(self, log: Log, publish: Publish, position: int) -> None:
        self._log, self._publish = log, publish
        self.reached = Reached(position)
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
        if [each.id for each in events] != [*range(following, following + len(events))]:
            events = ()
        self._go_on(events)

    def _go_on(self, events: Sequence[Notification] = ()) -> None:
        """Hand on what is known to come next, or read it. On SQLite that is done at once: its reads never wait for a
        writer."""
        try:
            if events:
                self._hand_on(events)
            elif self._log.is_shared:
                self._wake.set()
            else:
                while page := self._log.tail(self.reached.position, PAGE):
                    self._hand_on(page)
        except Exception:
            log.exception("the log cannot be read; trying again")
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self._go_on)

    def _hand_on(self, page: Sequence[Notification]) -> None:
        """Hand on what was not yet: some may have been while the page was read."""
        if new := [each for each in page if each.id > self.reached.position]:
            self._publish(new)
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
