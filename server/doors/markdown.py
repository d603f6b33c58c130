"""Import of Markdown: headings and numbered lists become clauses, each with its full number (protocol.md, Texts)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_LISTED = re.compile(r"(?P<indent>[ \t]*)(?P<number>[0-9]{1,9})[.)][ \t]+(?P<rest>.*)", re.DOTALL)
_TAG = re.compile(r"</?(?:a|b|br|div|em|i|p|small|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_STRONG = re.compile(r"\*\*(?=\S)([^*]*[^*\s])\*\*")
_NAMED = re.compile(r'<span class="header_[0-9]">(?P<name>.*?)</span>')
_FENCES = ("```", "~~~")


@dataclass(frozen=True, slots=True)
class Clause:
    """One term to propose: a section heading has no text."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """title: the first heading, None when there is none or when it is numbered, which makes it a clause."""

    title: str | None
    clauses: list[Clause]


def clauses_of(markdown: str) -> Imported:
    """The title and the clauses of a text, in order; nothing but inline tags, ** and list indentation is dropped."""
    reader = _Reader()
    for line in markdown.split("\n"):
        reader.take(line)
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.title: str | None = None
        self.clauses: list[Clause] = []
        self.heading: str | None = None
        self.lines: list[str] = []
        self.section = 0
        self.fence: str | None = None

    def take(self, line: str) -> None:
        level, heading = _heading_of(line)
        if self._in_fence(line):
            self.lines.append(line)
        elif level == 1 and self._is_title(heading):
            self.title = heading
        elif level:
            self._begin(heading)
        elif (match := _LISTED.fullmatch(line)) and (depth := _depth(match["indent"])) < 2:
            self._begin_listed(depth, int(match["number"]), match["rest"])
        else:
            self.lines.append(_plain(line))

    def finish(self) -> Imported:
        self._end()
        return Imported(self.title, self.clauses)

    def _in_fence(self, line: str) -> bool:
        """Inside a fenced block nothing is a heading."""
        mark = line.strip()[:3]
        if self.fence:
            if mark == self.fence:
                self.fence = None
            return True
        if mark in _FENCES:
            self.fence = mark
        return self.fence is not None

    def _is_title(self, heading: str) -> bool:
        return self.title is None and not self.clauses and self.heading is None and not heading[:1].isdigit()

    def _begin_listed(self, depth: int, number: int, rest: str) -> None:
        if depth == 0:
            self.section = number
            counted = f"{number}"
        else:
            counted = f"{self.section}.{number}"
        name = _NAMED.match(rest)
        if name:
            self._begin(f"{counted} {_plain(name['name']).strip()}")
            self.lines.append(_plain(rest[name.end() :]).strip())
        elif depth == 0 and not rest.rstrip().endswith((".", ";", ":")):
            self._begin(f"{counted} {_plain(rest).strip()}")
        else:
            self._begin(counted)
            self.lines.append(_plain(rest))

    def _begin(self, heading: str) -> None:
        self._end()
        self.heading = heading

    def _end(self) -> None:
        text = "\n".join(self.lines).strip("\r\n")
        if self.heading is not None:
            self.clauses.append(Clause(self.heading, text))
        elif text.strip():
            self.clauses.append(Clause("Preamble", text))
        self.heading, self.lines = None, []


def _heading_of(line: str) -> tuple[int, str]:
    """The level of a heading and its words; level 0 for a line that is none."""
    words = line.lstrip("#")
    level = len(line) - len(words)
    if not 1 <= level <= 6 or not words[:1].isspace() or not words.strip():
        return 0, ""
    return level, _plain(words).strip()


def _plain(text: str) -> str:
    return _STRONG.sub(r"\1", _TAG.sub("", text))


def _depth(indent: str) -> int:
    return len(indent.expandtabs(4)) // 3
