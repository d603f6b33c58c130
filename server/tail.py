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
            self._tasks.append(asyncio.create_task(self._listen(self._log.url), name="listen"))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self) -> None:
        """Something was committed. On SQLite it is read at once: its reads never wait for a writer."""
        if isinstance(self._log, PostgresLog):
            self._wake.set()
            return
        try:
            while page := self._log.tail(self.reached.position, PAGE):
                self._hand_on(page)
        except Exception:
            log.exception("the log cannot be read; trying again")
            asyncio.get_running_loop().call_later(RETRY_SECONDS, self.wake)

    def _hand_on(self, page: Sequence[Notification]) -> None:
        self._publish(page)
        self.reached.set(page[-1].id)

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

    async def _listen(self, url: str) -> None:
        """Wake for commits of other nodes too; after a lost connection, look once and listen again."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self._wake.set()
                    async for _ in connection.notifies():
                        self._wake.set()
            except (psycopg.Error, OSError):
                await asyncio.sleep(RETRY_SECONDS)
