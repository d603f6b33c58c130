"""Import of Markdown: headings and numbered lists become clauses, each with its full number (protocol.md, Texts)."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TITLE = re.compile(r"^#\s+(.*\S)\s*$")
_SECTION = re.compile(r"^#{2,6}\s+(.*\S)\s*$")
_LISTED = re.compile(r"^(?P<indent>[ \t]*)(?P<number>[0-9]+)[.)]\s+(?P<rest>.*)$")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
_NAMED = re.compile(r'<span class="header_[0-9]">(?P<name>.*?)</span>')
_FULL_NUMBER = re.compile(r"^[0-9]+(\.[0-9]+)*\.?\s")


@dataclass(frozen=True, slots=True)
class Clause:
    """One term to propose: a section heading has no text."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Imported:
    """title: the first heading, None when there is none."""

    title: str | None
    clauses: list[Clause]


def clauses_of(markdown: str) -> Imported:
    """The title and the clauses of a text, in order; nothing but inline tags and list indentation is dropped."""
    reader = _Reader()
    for line in markdown.splitlines():
        reader.take(line)
    return reader.finish()


class _Reader:
    def __init__(self) -> None:
        self.title: str | None = None
        self.clauses: list[Clause] = []
        self.heading: str | None = None
        self.lines: list[str] = []
        self.section = 0

    def take(self, line: str) -> None:
        if self.title is None and (match := _TITLE.match(line)):
            self.title = _plain(match[1])
        elif match := _SECTION.match(line) or _TITLE.match(line):
            self._begin(_plain(match[1]))
        elif (match := _LISTED.match(line)) and (depth := _depth(match["indent"])) < 2:
            self._begin_listed(depth, int(match["number"]), match["rest"])
        else:
            self.lines.append(_plain(line))

    def finish(self) -> Imported:
        self._end()
        return Imported(self.title, self.clauses)

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
        text = "\n".join(self.lines).strip("\n")
        if self.heading is not None:
            self.clauses.append(Clause(self.heading, text))
        elif text.strip():
            self.clauses.append(Clause("Preamble", text))
        self.heading, self.lines = None, []


def _plain(text: str) -> str:
    return _TAG.sub("", text)


def _depth(indent: str) -> int:
    return len(indent.expandtabs(4)) // 3
