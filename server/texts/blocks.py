"""Blocks below each other, out of what only holds them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from server.texts.plain import is_block
from server.texts.tree import Element, named

_CONTAINERS = named("article aside body center details div footer form header html main section")


def flat(blocks: Iterable[Element | str], holder: Element | None = None) -> Iterator[Element]:
    """Blocks below each other, out of what only holds them together; words between them as paragraphs."""
    words: list[Element | str] = []
    for each in blocks:
        if isinstance(each, Element) and is_block(each):
            yield from _as_paragraph(words, holder)
            words = []
            if each.tag in _CONTAINERS:
                yield from flat(each.inside, each)
            else:
                yield each
        else:
            words.append(each)
    yield from _as_paragraph(words, holder)


def _as_paragraph(words: Sequence[Element | str], holder: Element | None) -> Iterator[Element]:
    if any(isinstance(each, Element) or each.strip() for each in words):
        line = next((each.line for each in words if isinstance(each, Element)), holder.line if holder else 1)
        yield Element("p", line, inside=list(words), apart=holder is None or holder.apart, loose=True)
