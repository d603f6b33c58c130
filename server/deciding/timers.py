"""The clock records what falls due, unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from domain.soonest import Soonest
from domain.times import moment_of, written
from server.background import Background
from server.logs import log

AT_MOST = 3600
"""Seconds of one wait; the timer is set again after it."""


class Timers:
    """The next deadline of each stream; lives in the event loop. record: lets the clock record what is due."""

    def __init__(
        self, record: Callable[[str], Awaitable[None]], background: Background, clock: Callable[[], datetime]
    ) -> None:
        self._record, self._background, self._clock = record, background, clock
        self._next: Soonest[str, str] = Soonest()
        self._timer: asyncio.TimerHandle | None = None
        self._set_for: str | None = None

    def start(self, known: Mapping[str, str]) -> None:
        for stream, due in known.items():
            self._next.put(stream, due)
        self.set_timer()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = self._set_for = None

    def watch(self, stream: str, due: str | None) -> None:
        """Take over the next deadline of a stream, None for none; `set_timer` follows."""
        if due is None:
            self._next.drop(stream)
        elif due != self._next.time_of(stream):
            self._next.put(stream, due)

    def set_timer(self) -> None:
        """Wait for the earliest."""
        first = self._next.first()
        due = first[0] if first else None
        if due == self._set_for:
            return
        self.stop()
        if due:
            wait = min(max((moment_of(due) - self._clock()).total_seconds(), 0.01), AT_MOST)
            self._set_for = due
            self._timer = asyncio.get_running_loop().call_later(wait, self._record_passed)

    def _record_passed(self) -> None:
        now = written(self._clock())
        while (first := self._next.first()) and first[0] <= now:
            self._next.drop(first[1])
            self._background.start(self._surely(first[1]))
        self.stop()
        self.set_timer()

    async def _surely(self, stream: str) -> None:
        """Tried until it succeeds: a deadline that passes while the store is away is not forgotten."""
        while True:
            try:
                await self._record(stream)
            except Exception:
                log.exception("a deadline could not be recorded; trying again")
                await asyncio.sleep(1)
            else:
                return
