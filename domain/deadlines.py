"""Deadlines, and which of them is next: the deadline decides, not whoever sweeps."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from domain.soonest import Soonest
from domain.times import written


class Watched(NamedTuple):
    """What a deadline is of. thing: proposal, term or text; a term's id is of its sender's choice, so that alone it
    could be that of a proposal."""

    thing: str
    id: str = ""


TEXT = Watched("text")
"""The whole text, while it is put to signature."""


class Due(NamedTuple):
    """A deadline: its time as it is written, the version of its making, what it is, and of what."""

    until: str
    made: int
    kind: str
    subject: Watched


class Deadlines:
    """The one deadline that each thing has at present."""

    def __init__(self) -> None:
        self._soonest: Soonest[Watched, tuple[str, int, str]] = Soonest()

    def watch(self, subject: Watched, until: str, made: int, kind: str) -> None:
        """Watch a deadline in place of the one that the subject had. until: as it is written; made: the version of its
        making."""
        self._soonest.put(subject, (until, made, kind))

    def cancel(self, subject: Watched) -> None:
        self._soonest.drop(subject)

    def due(self, now: datetime) -> int:
        """How many things may fall due at a moment: none while the earliest has not, else all at most."""
        earliest = self.next()
        return len(self._soonest) if earliest and earliest.until <= written(now) else 0

    def next(self) -> Due | None:
        """The earliest deadline; of several, the one made first."""
        first = self._soonest.first()
        return Due(*first[0], first[1]) if first else None
