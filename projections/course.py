"""How did the argument move, from event to event?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, func, select

from domain.agreement_events import RatificationOpened
from domain.words import Severity
from projections import tables
from projections.as_of import held
from projections.history import Past
from projections.rows import by_version
from projections.whole_acts import end_of, following

Body = dict[str, Any]

MARKS = {
    "ProposalMade": "proposal",
    "ObjectionRaised": "objection",
    "ResolutionOffered": "resolution",
    "ResolutionConfirmed": "resolution",
    "ResolutionDeclined": "resolution",
    "ProposalAccepted": "consent",
    "ProposalAcceptedSubjectTo": "consent",
    "ConditionFulfilled": "consent",
    "TermReopened": "reopening",
    "ConsentGiven": "consent",
    "ConsentRefused": "ratification",
    "RatificationOpened": "ratification",
    "RatificationVoided": "ratification",
    "AgreementRatified": "ratification",
    "AgreementAbandoned": "ratification",
}
"""The events by which an argument moves, and as what they are marked."""
SHAPES = MARKS | {
    "ProposalAcceptedSubjectTo": "condition",
    "ConsentRefused": "void",
    "RatificationVoided": "void",
    "AgreementRatified": "force",
    "AgreementAbandoned": "void",
}
"""The same as a picture tells them apart."""
ON_RATIFICATION = ("ConsentGiven", "ConsentRefused", "RatificationVoided", "AgreementRatified")
"""Those of them that bear upon the ratification that was opened last."""


def marks(connection: Connection, agreement_id: str, term_id: str | None = None) -> list[tuple[int, str]]:
    """The versions of the events by which the argument moved, on one clause or all, each with its mark, in order."""
    timeline, stories = tables.timeline, tables.stories
    rows = select(timeline.c.since, timeline.c.type).where(
        timeline.c.stream == agreement_id, timeline.c.type.in_(MARKS)
    )
    if term_id is not None:
        on_it = select(stories.c.since).where(stories.c.stream == agreement_id, stories.c.term_id == term_id)
        rows = rows.where(timeline.c.since.in_(on_it))
    return [(since, MARKS[kind]) for since, kind in connection.execute(rows.order_by(timeline.c.since))]


def stops(connection: Connection, agreement_id: str, term_id: str | None = None) -> list[int]:
    """The versions at which the acts ended by which the argument moved, on one clause or all, in order: in the middle
    of an act nothing stands still."""
    follow = following(connection, agreement_id, 0)
    return list(dict.fromkeys(end_of(version, follow) for version, _ in marks(connection, agreement_id, term_id)))


class Conflict(NamedTuple):
    """An objection: the versions of the events by which it was raised and ended, None while it stands."""

    raised: int
    ended: int | None
    is_blocking: bool


def conflicts(connection: Connection, past: Past) -> list[Conflict]:
    """Every objection that had been raised, with its length."""
    table = tables.objections
    ended = select(table.c.sort, func.min(table.c.since)).where(
        table.c.stream == past.agreement_id, table.c.shown == 0, table.c.since <= past.version
    )
    ends = {int(sort): since for sort, since in connection.execute(ended.group_by(table.c.sort))}
    return [
        Conflict(each["version"], ends.get(each["version"]), each["severity"] == Severity.BLOCKING)
        for each in past.objections
    ]


class Drawn(NamedTuple):
    """An event by which the argument moved. kind: its shape; term_ids: none for the whole text; on: the version of the
    event that it bears upon; told: its sentence; end: the version at which its act ended."""

    version: int
    at: str
    kind: str
    party_id: str | None
    term_ids: Sequence[str]
    on: int | None
    told: str = ""
    end: int = 0


DRAWN = 5000
"""Marks of a course, the newest that a picture shows at once."""


def course(connection: Connection, agreement_id: str, version: int) -> list[tuple[Drawn, Body]]:
    """The last events by which the argument moved up to a version, each with what it bears upon and its moment."""
    timeline, proposals = tables.timeline, tables.proposals
    rows = select(timeline.c.since, timeline.c.type, timeline.c.body).where(
        timeline.c.stream == agreement_id, timeline.c.since <= version, timeline.c.type.in_(MARKS)
    )
    moments = connection.execute(rows.order_by(timeline.c.since.desc()).limit(DRAWN)).all()[::-1]
    first = by_version(moments[0].since if moments else version)
    made = select(proposals.c.body).where(
        proposals.c.stream == agreement_id, held(proposals, version), proposals.c.sort >= first
    )
    bodies = [orjson.loads(body) for body in connection.execute(made).scalars()]
    answers = {each["proposal_id"]: each["counters"] or each["replaces"] for each in bodies}
    follow = following(connection, agreement_id, moments[0].since if moments else version)
    newest: dict[str, int] = {}
    """Of a proposal the event that made it, of an objection the last on it, of the whole text the one that opened its
    ratification."""
    found = []
    for since, kind, written in moments:
        body = orjson.loads(written)
        proposal_id, objection_id = body["on"].get("proposal_id"), body["on"].get("objection_id")
        if objection_id:
            on = newest.get(objection_id, newest.get(proposal_id))
            newest[objection_id] = since
        elif MARKS[kind] == "proposal":
            on = newest.get(answers.get(proposal_id) or "")
            newest[proposal_id] = since
        else:
            on = newest.get("" if kind in ON_RATIFICATION else proposal_id)
        if kind == RatificationOpened.TOPIC:
            newest[""] = since
        end = end_of(since, follow)
        found.append((Drawn(since, body["at"], SHAPES[kind], body["party_id"], body["term_ids"], on, end=end), body))
    return found
