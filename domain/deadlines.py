"""Deadlines, and which of them is next: the deadline decides, not whoever sweeps."""

from __future__ import annotations

from datetime import datetime
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from domain.times import written


class Watched(NamedTuple):
    """What a deadline is of. thing: proposal, term or text; a term's id is of its sender's choice, so that alone it
    could be that of a proposal."""

    thing: str
    id: str = ""


TEXT = Watched("text")
"""The whole text, while it is put to signature."""


Due = tuple[str, int, str, Watched]

_FEW = 64


class Deadlines:
    """The one deadline that each thing has at present: (time as written, version of its making, kind)."""

    def __init__(self) -> None:
        self._watched: dict[Watched, Due] = {}
        self._in_order: list[Due] = []
        """A heap. What is no longer its subject's deadline is passed over when it comes up, or goes with its like."""

    def watch(self, subject: Watched, until: str, made: int, kind: str) -> None:
        """Watch a deadline in place of the one that the subject had."""
        self._watched[subject] = due = (until, made, kind, subject)
        heappush(self._in_order, due)
        if len(self._in_order) > 2 * len(self._watched) + _FEW:
            self._in_order = list(self._watched.values())
            heapify(self._in_order)

    def cancel(self, subject: Watched) -> None:
        self._watched.pop(subject, None)

    def due(self, now: datetime) -> int:
        """How many things may fall due at a moment: none while the earliest has not, else all at most."""
        earliest = self.next()
        return len(self._watched) if earliest and earliest[0] <= written(now) else 0

    def next(self) -> Due | None:
        """(time, version, kind, subject) of the earliest deadline; of several, the one made first."""
        while self._in_order and self._watched.get(self._in_order[0][3]) != self._in_order[0]:
            heappop(self._in_order)
        return self._in_order[0] if self._in_order else None
