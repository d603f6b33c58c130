"""The tree of a text: what it is made of, whatever it was written in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

DEEPEST = 100
"""Elements within each other that a text may have: no agreement goes as deep."""


def named(words: str) -> frozenset[str]:
    """Names, written one after the other."""
    return frozenset(words.split())


BLOCKS = named(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html legend li main menu nav note ol p pre section summary table "
    "tbody td tfoot th thead tr ul"
)
"""Elements that stand apart from what is before and after them; `note` is a footnote."""

UNREAD = frozenset(["script", "style", "head", "template"])
"""Elements whose words nobody is shown."""
_CLOSED_BY = {
    "li": ({"li"}, {"ul", "ol", "menu"}),
    "dt": ({"dt", "dd"}, {"dl"}),
    "dd": ({"dt", "dd"}, {"dl"}),
    "tr": ({"tr", "td", "th"}, {"table"}),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
}
"""What an element ends that was left open, and what it never reaches beyond (HTML, 13.1.2.4)."""


class TooDeep(Exception):
    """Elements go deeper than any text's; with the line."""


@dataclass(slots=True)
class Element:
    """line: counted from 1; apart: a blank line stands before it; loose: from HTML, where white space says nothing."""

    tag: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Element | str] = field(default_factory=list)
    apart: bool = True
    loose: bool = False

    def elements(self) -> Iterator[Element]:
        """The elements in it, without its own words."""
        return (each for each in self.inside if isinstance(each, Element))


class Builder:
    """Makes a tree of what opens and closes, also where something was left open."""

    def __init__(self) -> None:
        self.root = Element("body", 1)
        self._open = [self.root]

    def open(
        self,
        tag: str,
        line: int,
        attributes: dict[str, str] | None = None,
        *,
        apart: bool = True,
        loose: bool = False,
    ) -> None:
        if tag in BLOCKS:
            self._end("p")
        if ends := _CLOSED_BY.get(tag):
            closed, bounds = ends
            for depth in range(len(self._open) - 1, 0, -1):
                if self._open[depth].tag in bounds:
                    break
                if self._open[depth].tag in closed:
                    del self._open[depth:]
                    break
        if len(self._open) > DEEPEST:
            raise TooDeep(line)
        element = Element(tag, line, attributes or {}, apart=apart, loose=loose)
        self._open[-1].inside.append(element)
        self._open.append(element)

    def close(self, tag: str) -> bool:
        """End the nearest such element; whether one was open."""
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return True
        return False

    def _end(self, tag: str) -> None:
        for depth in range(len(self._open) - 1, 0, -1):
            if self._open[depth].tag == tag:
                del self._open[depth:]
                return
            if self._open[depth].tag in BLOCKS:
                return

    def void(self, tag: str, line: int, attributes: dict[str, str] | None = None, *, apart: bool = True) -> None:
        """An element with nothing in it."""
        if tag in BLOCKS:
            self._end("p")
        self._open[-1].inside.append(Element(tag, line, attributes or {}, apart=apart))

    def text(self, words: str) -> None:
        if words:
            self._open[-1].inside.append(words)

    def is_in(self, tag: str) -> bool:
        return any(each.tag == tag for each in self._open)
