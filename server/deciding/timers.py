"""The clock records what falls due, unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from heapq import heapify, heappop, heappush

from domain.times import moment_of, written
from server.background import Background
from server.logs import log

AT_MOST = 3600
"""Seconds of one wait; the timer is set again after it."""

_FEW = 64


class Timers:
    """The next deadline of each agreement; lives in the event loop. record: lets the clock record what is due."""

    def __init__(
        self, record: Callable[[str], Awaitable[None]], background: Background, clock: Callable[[], datetime]
    ) -> None:
        self._record, self._background, self._clock = record, background, clock
        self._next: dict[str, str] = {}
        self._in_order: list[tuple[str, str]] = []
        """(due, agreement), a heap. What is no longer next is passed over when it comes up, or goes with its like."""
        self._timer: asyncio.TimerHandle | None = None
        self._set_for: str | None = None

    def start(self, known: Mapping[str, str]) -> None:
        self._next = dict(known)
        self._order()
        self.set_timer()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = self._set_for = None

    def watch(self, agreement_id: str, due: str | None) -> None:
        """Take over the next deadline of an agreement, None for none; `set_timer` follows."""
        if due == self._next.get(agreement_id):
            return
        if due:
            self._next[agreement_id] = due
            heappush(self._in_order, (due, agreement_id))
            if len(self._in_order) > 2 * len(self._next) + _FEW:
                self._order()
        else:
            del self._next[agreement_id]

    def set_timer(self) -> None:
        """Wait for the earliest."""
        due = self._earliest()
        if due == self._set_for:
            return
        self.stop()
        if due:
            wait = min(max((moment_of(due) - self._clock()).total_seconds(), 0.01), AT_MOST)
            self._set_for = due
            self._timer = asyncio.get_running_loop().call_later(wait, self._record_passed)

    def _order(self) -> None:
        self._in_order = [(due, agreement_id) for agreement_id, due in self._next.items()]
        heapify(self._in_order)

    def _earliest(self) -> str | None:
        while self._in_order and self._next.get(self._in_order[0][1]) != self._in_order[0][0]:
            heappop(self._in_order)
        return self._in_order[0][0] if self._in_order else None

    def _record_passed(self) -> None:
        now = written(self._clock())
        while (due := self._earliest()) and due <= now:
            agreement_id = heappop(self._in_order)[1]
            del self._next[agreement_id]
            self._background.start(self._surely(agreement_id))
        self.stop()
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
