"""The redline: what changed between two texts, by whole words.

Levenshtein over word tokens, then unchanged islands of two words or fewer, shorter than the longer of the changes
beside them, are joined with these in one pass, so that a change reads as a phrase and not as confetti.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Levenshtein

_TOKEN = re.compile(r"\s+|[0-9]+(?:[.,][0-9]+)*|\w+(?:['’]\w+)*|.", re.DOTALL)
LARGEST_ISLAND = 2


class Op(StrEnum):
    """What became of a run of words."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Run:
    """A run of text and what became of it."""

    op: Op
    text: str


@dataclass(slots=True)
class _Stretch:
    before: list[str]
    after: list[str]
    same: bool

    @property
    def words(self) -> int:
        return max(_words(self.before), _words(self.after))


def redline(before: str, after: str) -> list[Run]:
    """Runs in order: all but the inserted ones spell `before`, all but the deleted ones spell `after`."""
    stretches = _joined(_stretches(_TOKEN.findall(before), _TOKEN.findall(after)))
    runs: list[Run] = []
    for stretch in stretches:
        if stretch.same:
            runs.append(Run(Op.SAME, "".join(stretch.before)))
            continue
        if stretch.before:
            runs.append(Run(Op.DELETED, "".join(stretch.before)))
        if stretch.after:
            runs.append(Run(Op.INSERTED, "".join(stretch.after)))
    return runs


def _stretches(before: list[str], after: list[str]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for op in Levenshtein.opcodes(before, after):
        old, new = before[op.src_start : op.src_end], after[op.dest_start : op.dest_end]
        same = op.tag == "equal"
        if found and not same and not found[-1].same:
            found[-1].before += old
            found[-1].after += new
        else:
            found.append(_Stretch(old, new, same))
    return found


def _joined(stretches: list[_Stretch]) -> list[_Stretch]:
    joined: list[_Stretch] = []
    for place, stretch in enumerate(stretches):
        if joined and not joined[-1].same and (not stretch.same or _is_island(stretches, place)):
            joined[-1].before += stretch.before
            joined[-1].after += stretch.after
        else:
            joined.append(stretch)
    return joined


def _is_island(stretches: list[_Stretch], place: int) -> bool:
    if not 0 < place < len(stretches) - 1:
        return False
    size = stretches[place].words
    return size <= LARGEST_ISLAND and size < max(stretches[place - 1].words, stretches[place + 1].words)


def _words(tokens: list[str]) -> int:
    return sum(1 for token in tokens if token[0].isalnum())
