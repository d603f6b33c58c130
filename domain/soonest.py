"""The soonest of many things whose times change."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import Any, Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")

_FEW = 64


class Soonest(Generic[K, T]):
    """The one time that each thing has at present; times, and of the same time the things, are compared."""

    def __init__(self) -> None:
        self._times: dict[K, T] = {}
        self._in_order: list[Any] = []
        """A heap of (time, thing). What is no longer a thing's time is passed over when it comes up, or goes with its
        like."""

    def __len__(self) -> int:
        return len(self._times)

    def time_of(self, thing: K) -> T | None:
        return self._times.get(thing)

    def put(self, thing: K, time: T) -> None:
        """Give a thing a time in place of the one that it had."""
        self._times[thing] = time
        heappush(self._in_order, (time, thing))
        if len(self._in_order) > 2 * len(self._times) + _FEW:
            self._in_order = [(time, thing) for thing, time in self._times.items()]
            heapify(self._in_order)

    def drop(self, thing: K) -> None:
        """Leave a thing without a time, if it has one."""
        self._times.pop(thing, None)

    def first(self) -> tuple[T, K] | None:
        """The soonest time, and whose it is."""
        while self._in_order and self._times.get(self._in_order[0][1]) != self._in_order[0][0]:
            heappop(self._in_order)
        return self._in_order[0] if self._in_order else None
