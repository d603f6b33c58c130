"""Deadlines: the clock records what falls due, unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from domain.times import moment_of
from server.background import Background
from server.logs import log

AT_MOST = 3600
"""Seconds of one wait; the timer is set again after it."""


class Deadlines:
    """The next deadline of each agreement; lives in the event loop. record: lets the clock record what is due."""

    def __init__(
        self, record: Callable[[str], Awaitable[None]], background: Background, clock: Callable[[], datetime]
    ) -> None:
        self._record, self._background, self._clock = record, background, clock
        self._next: dict[str, str] = {}
        self._timer: asyncio.TimerHandle | None = None

    def start(self, known: Mapping[str, str]) -> None:
        self._next = dict(known)
        self.set_timer()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def watch(self, agreement_id: str, due: str | None) -> None:
        """Take over the next deadline of an agreement, None for none; `set_timer` follows."""
        if due:
            self._next[agreement_id] = due
        else:
            self._next.pop(agreement_id, None)

    def set_timer(self) -> None:
        """Wait for the earliest."""
        self.stop()
        if self._next:
            due = moment_of(min(self._next.values()))
            wait = min(max((due - self._clock()).total_seconds(), 0.01), AT_MOST)
            self._timer = asyncio.get_running_loop().call_later(wait, self._record_passed)

    def _record_passed(self) -> None:
        now = self._clock()
        for agreement_id, due in list(self._next.items()):
            if moment_of(due) <= now:
                del self._next[agreement_id]
                self._background.start(self._surely(agreement_id))
        self.set_timer()

    async def _surely(self, agreement_id: str) -> None:
        """Tried until it succeeds: a deadline that passes while the store is away is not forgotten."""
        while True:
            try:
                await self._record(agreement_id)
            except Exception:
                log.exception("a deadline could not be recorded; trying again")
                await asyncio.sleep(1)
            else:
                return
