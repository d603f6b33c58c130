"""The redline: what changed between two texts, by whole words.

The longest common sequence of words and signs, white space aside; then unchanged islands of two words or fewer, shorter
than the longer of the changes beside them, are joined with these in one pass, so that a change reads as a phrase and
not as confetti.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz.distance import Indel

_TOKEN = re.compile(r"(\s*)([0-9]+(?:[.,][0-9]+)*|\w+(?:['’]\w+)*|\S|$)")
"""The white space before a word or sign, and the word or sign; what ends a text is empty."""
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


Token = tuple[str, str]


@dataclass(slots=True)
class _Stretch:
    before: list[Token]
    after: list[Token]
    same: bool

    @property
    def words(self) -> int:
        return max(_words(self.before), _words(self.after))


def redline(before: str, after: str) -> list[Run]:
    """Runs in order: all but the inserted ones spell `before`, all but the deleted ones spell `after`."""
    return _runs(_joined(_stretches(_TOKEN.findall(before), _TOKEN.findall(after))))


def word_by_word(before: str, after: str) -> list[Run]:
    """The same with every word that stayed as one that did, however small the island: what is asked is which."""
    return _runs(_stretches(_TOKEN.findall(before), _TOKEN.findall(after)))


def _runs(stretches: list[_Stretch]) -> list[Run]:
    runs: list[Run] = []
    for stretch in stretches:
        if stretch.before == stretch.after:
            _add(runs, Op.SAME, _spelled(stretch.before))
        elif stretch.same:
            _change_space(runs, stretch)
        else:
            _change(runs, _spelled(stretch.before), _spelled(stretch.after))
    return runs


def _change_space(runs: list[Run], stretch: _Stretch) -> None:
    """The same words with other white space before some of them."""
    unchanged: list[str] = []
    for old, new in zip(stretch.before, stretch.after, strict=True):
        if old == new:
            unchanged += old
        else:
            _add(runs, Op.SAME, "".join(unchanged))
            _change(runs, old[0], new[0])
            unchanged = [old[1]]
    _add(runs, Op.SAME, "".join(unchanged))


def _change(runs: list[Run], old: str, new: str) -> None:
    """One text in the place of another; the white space that both begin with stays outside."""
    shared = ""
    if (space := _space(old)) == _space(new):
        shared, old, new = space, old[len(space) :], new[len(space) :]
    _add(runs, Op.SAME, shared)
    _add(runs, Op.DELETED, old)
    _add(runs, Op.INSERTED, new)


def _add(runs: list[Run], op: Op, text: str) -> None:
    if text and runs and runs[-1].op == op:
        runs[-1] = Run(op, runs[-1].text + text)
    elif text:
        runs.append(Run(op, text))


def _space(text: str) -> str:
    return text[: len(text) - len(text.lstrip())]


def _spelled(tokens: list[Token]) -> str:
    return "".join([part for token in tokens for part in token])


def _stretches(before: list[Token], after: list[Token]) -> list[_Stretch]:
    found: list[_Stretch] = []
    for op in Indel.opcodes([word for _, word in before], [word for _, word in after]):
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
    size = _words(stretches[place].before)  # as many as after: only white space may differ
    return size <= LARGEST_ISLAND and size < max(stretches[place - 1].words, stretches[place + 1].words)


def _words(tokens: list[Token]) -> int:
    return sum([word[:1].isalnum() for _, word in tokens])
