"""The page on which a text is looked at before it is proposed, and cut otherwise where it was cut wrongly."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import orjson
from markupsafe import Markup

from web import shown_values
from web.templates import templates
from web.visible import usual_script, visible

Body = dict[str, Any]


@dataclass(frozen=True)
class Preview:
    """A text that was read, as whoever brings it is shown it. clauses and notices: as the API answers them."""

    title: str
    clauses: Sequence[Body]
    notices: Sequence[Body]
    locale: str

    @cached_property
    def script(self) -> str | None:
        return usual_script([each["text"] for each in self.clauses])

    def lines(self, clause: Body) -> Iterator[Markup]:
        """The lines of a clause's words, what cannot be seen in them marked."""
        for line in clause["text"].split("\n") if clause["text"] else ():
            yield visible(line, self.script)

    def value(self, clause: Body) -> Markup | None:
        return shown_values.rendered(clause["value"], self.locale) if clause["value"] else None

    def near(self, notice: Body) -> int:
        """The place of the clause that a notice is about, from 0: the last that begins above its line."""
        return max(0, bisect_right(self._begins, notice["line"]) - 1)

    @cached_property
    def _begins(self) -> list[int]:
        return [each["line"] for each in self.clauses]

    @property
    def data(self) -> str:
        """What the page works with, as JSON."""
        return orjson.dumps(
            {"title": self.title, "clauses": list(self.clauses), "notices": list(self.notices)}
        ).decode()


class Begun(Protocol):
    """A text to begin with."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def own(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Into:
    """Where a text is to come. agreement: the one that is there already, with its id and title, None for a new one;
    them: the other party's name; why_not: why whoever looks cannot propose there, and what to do."""

    partnership_id: str
    them: str
    why_not: tuple[str, str] | None
    agreement: tuple[str, str] | None = None


def import_page(into: Into, base: str, offered: Sequence[Begun] = (), begun: Begun | None = None) -> str:
    """base: the path under which this member's pages stand; offered: texts to begin with; begun: the one chosen."""
    return templates.get_template("import/page.html").render(into=into, base=base, offered=offered, begun=begun)


def preview_fragment(preview: Preview, into: Into) -> str:
    return templates.get_template("import/preview.html").render(preview=preview, into=into)
