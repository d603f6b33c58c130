"""What was read from a file, before anybody but its reader sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from domain.values import Value


class What(StrEnum):
    """What a notice is about: words that are not in the text, a number that was counted, words that were not
    understood as what they are and are in the text all the same."""

    LEFT_OUT = "left_out"
    COUNTED = "counted"
    NOT_UNDERSTOOD = "not_understood"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that whoever imports has to know. line: counted from 1; words: what stands there, then a sentence."""

    line: int
    what: What
    words: str


@dataclass(slots=True)
class Clause:
    """One term to propose: a section's heading has no text. line: where it begins, counted from 1."""

    heading: str
    text: str
    line: int
    value: Value | None = None


@dataclass(slots=True)
class Draft:
    """A text as it was read. title: None when it has none of its own."""

    title: str | None
    clauses: list[Clause]
    notices: list[Notice] = field(default_factory=list)


MOST_QUOTED = 40


def quoted(words: str) -> str:
    """The words that stand somewhere, or their beginning, as a notice or a refusal begins with them."""
    line = " ".join(words.split())
    return f"“{line[:MOST_QUOTED].rstrip()}…”" if len(line) > MOST_QUOTED else f"“{line}”"
