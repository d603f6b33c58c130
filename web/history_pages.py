"""Renders the history of an agreement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from domain.words import AGREED
from projections.course import DRAWN, Conflict, Drawn
from projections.versions import Agreed
from web import history_words
from web.audit import WHOLE, Audit
from web.biography import brought, told
from web.compare import compared
from web.history import HistoryReader
from web.meeting import Meeting
from web.picture import Picture, quiet_of, without
from web.templates import templates
from web.view import Body

MANY_QUIET = 6
"""Clauses that were agreed as they were first offered, which are folded in the picture from then on."""
AT_ONCE = 4
"""Clauses that a line of the portfolio names."""


def history_page(view: HistoryReader, clause: str | None) -> Iterator[str]:
    """The whole page, in pieces. clause: the one that was chosen, whose marks alone are shown."""
    kept = {"clause": clause} if clause else {}
    return templates.get_template("history/page.html").generate(here="history", **_context(view, clause, kept))


def audit_page(audit: Audit) -> Iterator[str]:
    """Every consent that was asked for, in pieces."""
    clause = audit.asked.get("clause")
    context = _context(audit.view, None if clause == WHOLE else clause, audit.kept)
    return templates.get_template("history/audit.html").generate(here="audit", audit=audit, **context)


def compare_page(
    view: HistoryReader, first: int, before: Sequence[Body], both: Sequence[Body], *, beside: bool
) -> Iterator[str]:
    """The text at two moments, in pieces. before: its clauses after the event of the first; both: the moments."""
    return templates.get_template("history/compare.html").generate(
        here="compare",
        first=first,
        beside=beside,
        both=both,
        compared=compared(before, view.past.terms),
        **_context(view),
    )


def course_page(
    view: HistoryReader,
    drawn: Sequence[tuple[Drawn, Body]],
    zoom: float,
    every: bool,
    conflicts: Sequence[Conflict],
    several: Sequence[Meeting],
) -> Iterator[str]:
    """The course of the negotiation as a picture, in pieces. every: also the clauses that were agreed as offered."""
    marks = [mark._replace(told=view.sentence(body)) for mark, body in drawn]
    order = {each["term_id"]: each["heading"] for each in view.past.terms}
    agreed = {each["term_id"] for each in view.past.terms if each["status"] in AGREED}
    quiet = quiet_of(marks) & agreed
    earlier = drawn[0][0].version - 1 if len(drawn) == DRAWN else None
    folded = 0 if every or earlier or len(quiet) < MANY_QUIET else len(quiet)
    marks = without(marks, quiet) if folded else marks
    picture = Picture(marks, {**order, **view.past.headings}, view.sides, zoom, conflicts)
    return templates.get_template("history/course.html").generate(
        here="course",
        picture=picture,
        zoom=zoom,
        folded=folded,
        drawn=drawn,
        earlier=earlier,
        every=every,
        met=view.met(several),
        **_context(view),
    )


def portfolio_page(names: Sequence[str], views: Sequence[HistoryReader]) -> Iterator[str]:
    """Every agreement of a partnership, in pieces. names: of its parties."""
    return templates.get_template("history/portfolio.html").generate(names=names, views=views, at_once=AT_ONCE)


def clause_page(
    view: HistoryReader, term_id: str, versions: Sequence[Agreed], went: Sequence[Body], several: Sequence[Meeting]
) -> Iterator[str]:
    """How a clause came to say what it says, in pieces. went: its story, with what was said."""
    given = {**_context(view), "up": "../", "met": view.met(several, "../"), "went": went}
    return templates.get_template("history/clause.html").generate(
        here="clause", term_id=term_id, versions=told(versions), pieces=brought(versions), **given
    )


def _context(view: HistoryReader, clause: str | None = None, kept: Mapping[str, str] | None = None) -> dict[str, Any]:
    """clause: whose marks alone are shown; kept: what is asked for at every moment that is travelled to."""
    past, keep = view.past, kept or {}

    def stood(version: int | None, **without: None) -> str:
        asked = {name: value for name, value in keep.items() if name not in without}
        query = urlencode(asked | ({"as_of": str(version)} if version else {}))
        return f"?{query}" if query else ""

    then = "" if past.version == past.newest else f"?as_of={past.version}"
    return {
        "view": view,
        "words": history_words,
        "agreed": AGREED,
        "then": then,
        "clause": clause,
        "up": "",
        "kept": keep,
        "stood": stood,
    }
