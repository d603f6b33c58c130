"""Renders the room, and what changed in it, once for each audience: the first page load and the live update use the
same templates, and every region has an id of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from markupsafe import Markup

from projections.present import Touched
from web.reader import Reader
from web.templates import templates
from web.wording import either, gettext

OF_THE_WHOLE = ("bar", "banner", "foot")
"""Regions that say how the whole stands; a page that lacks one passes it over."""
THAT_COUNT = ("bar", "foot")
"""Those of them that change with every clause; the others change with the state of the agreement alone."""
_REGION = '<hx-partial hx-target="#{}" hx-swap="{}">{}</hx-partial>'


@dataclass(frozen=True, slots=True)
class Window:
    """Another demo visitor's window: whose it is, and the link that opens it."""

    name: str
    link: str


@dataclass(frozen=True, slots=True)
class DemoNotice:
    """What a demo's visitor is told above the room."""

    me: str
    others: Sequence[Window]

    @property
    def windows(self) -> Markup:
        """The links to them, one of which is to be opened."""
        named = ((each.link, gettext("Open %(name)s's window", name=each.name)) for each in self.others)
        return either([Markup('<a href="{}" target="_blank">{}</a>').format(*each) for each in named])


def room_page(
    reader: Reader, base: str, me: str, *, demo: DemoNotice | None = None, template: str = "room/page.html"
) -> Iterator[str]:
    """A whole page, in pieces. base: the path under which this member's pages stand; me: the member's id."""
    return templates.get_template(template).generate(base=base, me=me, demo=demo, **context(reader))


def changed_regions(reader: Reader, touched: Touched) -> Iterator[str]:
    """The frames of a change, the clauses first; the last says which version they show, with the order of terms if it
    changed. Each is rendered once the one before has left."""
    if touched.whole:
        yield from all_regions(reader)
        return
    kept = (touched.terms | _neighbours(reader, touched) | _of_stale_packages(reader, touched)) - touched.added
    if clauses := "".join([*_added(reader, touched), *_of_terms(reader, kept, "clause")]):
        yield clauses
    regions = [
        *_of_terms(reader, kept, "argument", "entry", "more"),
        *_of_the_whole(reader, THAT_COUNT),
    ]
    if touched.reordered:
        regions.append(morph("outline", _rendered(reader, "outline")))
    yield "".join(regions)
    yield _shown(reader, touched.terms, ordered=touched.reordered)


def all_regions(reader: Reader) -> Iterator[str]:
    """The frames that bring any older page up to date."""
    regions = [
        morph("outline", _rendered(reader, "outline")),
        morph("text", _rendered(reader, "text", clause_alone=True)),
        *_of_terms(reader, reader.view.term.keys(), "more"),
    ]
    yield "".join([*_of_the_whole(reader, OF_THE_WHOLE), *regions])
    yield _shown(reader, reader.view.term.keys(), ordered=True, reads=reader.mark)


def context(reader: Reader) -> dict[str, Any]:
    """What every template of the room is given."""
    return {
        "reader": reader,
        "view": reader.view,
        "outline": reader.outline,
        "offers": reader.offers,
        "may": reader.may,
    }


def _of_the_whole(reader: Reader, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield morph(name, _rendered(reader, name))


def _added(reader: Reader, touched: Touched) -> Iterator[str]:
    for term_id in touched.added:
        yield region("text", "beforeend", _rendered(reader, "term", term_id))


def _of_terms(reader: Reader, term_ids: Iterable[str], *regions: str) -> Iterator[str]:
    """A clause comes without what is behind its "More", which stays as it is until it comes as a region of its own."""
    for term_id in term_ids:
        for region in regions:
            if region != "more" or reader.has_more(reader.view.term[term_id]):
                yield morph(f"{region}-{term_id}", _rendered(reader, region, term_id, clause_alone=True))


def _of_stale_packages(reader: Reader, touched: Touched) -> set[str]:
    """Terms that say of which clause's moving on their package became stale."""
    stale = [each for term_id in touched.terms for each in reader.view.stale(term_id)]
    return {item["term_id"] for each in stale for item in each["items"]} & reader.view.term.keys()


def _neighbours(reader: Reader, touched: Touched) -> set[str]:
    """Terms before which something may now stand that makes them a section's heading, or no longer one."""
    if not touched.reordered:
        return set()
    return {term["term_id"] for term in reader.view.terms if not term["text"] and reader.outline.number(term)}


def _rendered(reader: Reader, name: str, term_id: str | None = None, *, clause_alone: bool = False) -> str:
    term = {} if term_id is None else {"term": reader.view.term[term_id]}
    return templates.get_template(f"room/{name}.html").render(**context(reader), clause_alone=clause_alone, **term)


def morph(name: str, rendered: str) -> str:
    """What takes the place of a region, and leaves alone what is the same."""
    return region(name, "outerMorph", rendered)


def region(name: str, swap: str, rendered: str) -> str:
    """What is brought to a region, and how."""
    return _REGION.format(name, swap, rendered)


def _shown(reader: Reader, terms: Collection[str], *, ordered: bool, **more: str) -> str:
    """The version that the page shows; terms: those on which something happened; order: of all, if it changed."""
    order = {"order": [term["term_id"] for term in reader.view.terms]} if ordered else {}
    shown = {"type": "shown", "version": reader.view.version, "terms": sorted(terms), **order, **more}
    return orjson.dumps(shown).decode()
