"""Renders a partnership's home, and what changed on it, once for each audience: the first page load and the live update
use the same templates, and every region has an id of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from projections.home import Moved
from web import relationship_words
from web.fragments import morph, region
from web.guide import steps
from web.home import HomeReader
from web.templates import templates

OF_THE_WHOLE = ("bar", "below", "first-day", "guide-steps")
"""Regions that say how the whole stands; a page that lacks one passes it over."""


def home_page(reader: HomeReader, base: str, me: str) -> Iterator[str]:
    """The whole page, in pieces. base: the path under which this member's pages stand; me: the member's id."""
    return templates.get_template("home/page.html").generate(base=base, me=me, **context(reader))


def own_page(reader: HomeReader, content: dict[str, Any]) -> str:
    """What one's own party has sealed, beside the exchange."""
    return templates.get_template("home/own.html").render(content=content, **context(reader))


def guide_page(reader: HomeReader, base: str, me: str) -> Iterator[str]:
    """A first day together, as a page."""
    return templates.get_template("guide.html").generate(base=base, me=me, **context(reader))


def context(reader: HomeReader) -> dict[str, Any]:
    """What every template of the home is given."""
    return {"reader": reader, "view": reader.view, "words": relationship_words, "steps": list(steps(reader))}


def changed_of_home(reader: HomeReader, moved: Moved) -> Iterator[str]:
    """The frames of a change; the last says what the page shows."""
    view, given, regions = reader.view, context(reader), []
    for need in view.needs if moved.needs else ():
        need_id = need["need_id"]
        if need_id not in moved.needs:
            continue
        rendered = _rendered(given, "need", need=need)
        if need_id in moved.added:
            regions.append(region(f"needs-of-{need['party_id']}", "beforeend", rendered))
        else:
            regions.append(morph(f"need-{need_id}", rendered))
    for kind in sorted({view.intention(each)["kind"] for each in moved.intentions}):  # type: ignore[index]
        regions.append(morph(f"future-{kind}", _rendered(given, "kind", kind=kind)))
    if moved.trust:
        regions.append(morph("trust", _rendered(given, "trust")))
    for agreement_id in sorted(moved.agreements):
        rendered = _rendered(given, "agreement", agreement=view.agreements[agreement_id])
        if agreement_id in moved.added:
            regions.append(region("agreements-list", "beforeend", rendered))
        else:
            regions.append(morph(f"agreement-{agreement_id}", rendered))
    if moved.unlinked:
        regions.append(morph("unlinked", _rendered(given, "unlinked")))
    yield "".join([*regions, *(morph(name, _rendered(given, name)) for name in OF_THE_WHOLE)])
    yield _shown(reader)


def all_of_home(reader: HomeReader) -> Iterator[str]:
    """The frames that bring any older page up to date."""
    names = (*OF_THE_WHOLE, "future", "needs", "trust", "agreements", "members")
    given = context(reader)
    yield "".join(morph(name, _rendered(given, name)) for name in names)
    yield _shown(reader, reads=reader.mark)


def _rendered(given: dict[str, Any], name: str, **more: Any) -> str:
    return templates.get_template(f"home/{name}.html").render(**given, **more)


def _shown(reader: HomeReader, **more: str) -> str:
    return orjson.dumps({"type": "shown", "version": reader.view.height, **more}).decode()
