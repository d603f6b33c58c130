"""A page as a tree, kept up by the frames of its socket as a browser keeps it up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_PARTIAL = re.compile(r'<hx-partial hx-target="#([^"]+)" hx-swap="([a-zA-Z]+)">(.*?)</hx-partial>', re.DOTALL)


@dataclass
class Node:
    """An element, or with the empty tag a piece of text."""

    tag: str
    said: dict[str, str | None] = field(default_factory=dict)
    inside: list[Node] = field(default_factory=list)
    text: str = ""

    def nodes(self) -> Iterator[Node]:
        yield self
        for each in self.inside:
            yield from each.nodes()

    def by_id(self, name: str) -> Node | None:
        return next((each for each in self.nodes() if each.said.get("id") == name), None)

    def written(self, depth: int = 0) -> str:
        """One line for each element and text, so that a difference is easy to see."""
        if not self.tag:
            return f"{' ' * depth}{self.text}"
        said = "".join(f" {name}={value!r}" for name, value in sorted(self.said.items()))
        return "\n".join([f"{' ' * depth}<{self.tag}{said}>", *(each.written(depth + 1) for each in self.inside)])


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.top = Node("top")
        self._open = [self.top]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Node(tag, dict(attrs))
        self._open[-1].inside.append(made)
        if tag not in _VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        if tag in _VOID or not any(each.tag == tag for each in self._open):
            return
        while self._open.pop().tag != tag:
            pass

    def handle_data(self, data: str) -> None:
        if words := " ".join(data.split()):
            self._open[-1].inside.append(Node("", text=words))


def read(html: str) -> Node:
    """A page, or a piece of one, under one node."""
    reading = _Reading()
    reading.feed(html)
    reading.close()
    return reading.top


def keep_up(page: Node, frames: Iterable[str]) -> None:
    """Bring the regions of a frame to their places; what a page lacks is passed over."""
    for name, swap, html in _PARTIAL.findall("".join(frames)):
        there = page.by_id(name)
        if there is None:
            continue
        made = read(html)
        if swap == "beforeend":
            there.inside += made.inside
            continue
        assert swap == "outerMorph", swap
        (taken,) = made.inside
        there.tag, there.said, there.inside = taken.tag, taken.said, taken.inside
