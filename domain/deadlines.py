"""Deadlines, and which of them is next: the deadline decides, not whoever sweeps."""

from __future__ import annotations

from typing import NamedTuple


class Watched(NamedTuple):
    """What a deadline is of. thing: proposal, term or text; a term's id is of its sender's choice, so that alone it
    could be that of a proposal."""

    thing: str
    id: str = ""


TEXT = Watched("text")
"""The whole text, while it is put to signature."""


class Deadlines:
    """The one deadline that each thing has at present: (time as written, version of its making, kind)."""

    def __init__(self) -> None:
        self._watched: dict[Watched, tuple[str, int, str]] = {}
        self._next: tuple[str, int, str, Watched] | None = None

    def watch(self, subject: Watched, until: str, made: int, kind: str) -> None:
        """Watch a deadline in place of the one that the subject had."""
        self._watched[subject] = (until, made, kind)
        self._next = None

    def cancel(self, subject: Watched) -> None:
        if self._watched.pop(subject, None):
            self._next = None

    def next(self) -> tuple[str, int, str, Watched] | None:
        """(time, version, kind, subject) of the earliest deadline; of several, the one made first."""
        if self._next is None and self._watched:
            self._next = min((*watched, subject) for subject, watched in self._watched.items())
        return self._next
