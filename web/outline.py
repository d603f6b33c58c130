"""The outline of a text: the numbers that headings begin with, and the sections that they make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from web.view import Body, RoomView
from web.wording import gettext

_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)*)\.?(?:\s+|$)")


@dataclass(slots=True)
class Section:
    """A part of the outline: the term that heads it, if any, and the clauses below."""

    head: Body | None
    clauses: list[Body] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Outline:
    """The terms of a view by their place in the text."""

    view: RoomView

    def number(self, term: Body) -> str:
        """The number that a heading begins with, empty when there is none."""
        found = _NUMBER.match(term["heading"])
        return found[1] if found else ""

    def title(self, term: Body) -> str:
        """The heading without its number."""
        found = _NUMBER.match(term["heading"])
        return str(term["heading"][found.end() :]) if found else str(term["heading"])

    def heads_section(self, term: Body) -> bool:
        """Whether the next term is numbered below this one, which has no text of its own."""
        number = self.number(term)
        if not number or term["text"]:
            return False
        place = self.view.place[term["term_id"]]
        if place + 1 == len(self.view.terms):
            return False
        return self.number(self.view.terms[place + 1]).startswith(f"{number}.")

    @property
    def sections(self) -> list[Section]:
        """The outline: clauses under the headings that they stand below."""
        found = [Section(None)]
        for term in self.view.terms:
            if self.heads_section(term):
                found.append(Section(term))
            else:
                found[-1].clauses.append(term)
        return [section for section in found if section.head or section.clauses]

    def heading_of(self, term_id: str) -> str:
        term = self.view.term.get(term_id)
        return str(term["heading"]) if term else gettext("a clause that is gone")
