"""What was proposed, against which words, and accepted subject to which condition?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from domain.agreement_events import ConditionFulfilled, ConditionLapsed, ProposalAcceptedSubjectTo, ProposalMade
from projections import tables
from projections.as_of import held

Body = dict[str, Any]


class Changed(NamedTuple):
    """What a proposal changes of a clause: its item, and the heading, the text and the value that it is to take the
    place of: those of the offer that it answers, or those that stood; None for a new clause."""

    item: Body
    before: Body | None


CHANGES = 3
"""Of one proposal, that are told in its moment."""


class Proposed(NamedTuple):
    """A proposal as its moment tells it: the first changes, and how many there are."""

    changes: Sequence[Changed]
    many: int


def proposed(connection: Connection, agreement_id: str, version: int, happened: Sequence[Body]) -> dict[int, Proposed]:
    """What the proposals among some moments proposed, by the versions of their events."""
    made = {each["event_version"]: each["on"]["proposal_id"] for each in happened if each["type"] == ProposalMade.TOPIC}
    if not made:
        return {}
    bodies = proposals_of(connection, agreement_id, version, made.values())
    others = {each["counters"] or each["replaces"] for each in bodies.values()} - {None} - bodies.keys()
    bodies |= proposals_of(connection, agreement_id, version, others)
    stood = _rows_between(connection, agreement_id, min(made), version)
    found = {}
    for made_by, proposal_id in made.items():
        body = bodies[proposal_id]
        changes = []
        for item in body["items"][:CHANGES]:
            standing = _standing_before(stood.get(item["term_id"], ()), made_by)
            answered = _offered_for(item["term_id"], bodies.get(body["counters"] or body["replaces"] or ""))
            changes.append(Changed(item, {**(standing or {}), **answered} if standing or answered else None))
        found[made_by] = Proposed(changes, len(body["items"]))
    return found


def proposals_of(connection: Connection, agreement_id: str, version: int, keys: Iterable[str]) -> dict[str, Body]:
    """Some proposals as they stood after a version, by id."""
    table = tables.proposals
    rows = select(table.c.key, table.c.body).where(
        table.c.stream == agreement_id, table.c.key.in_(list(keys)), held(table, version)
    )
    return {key: orjson.loads(body) for key, body in connection.execute(rows)}


def _offered_for(term_id: str, proposal: Body | None) -> Body:
    """What a proposal would make of a clause: its heading, text and value, those of them that it offers."""
    items = proposal["items"] if proposal else ()
    item: Body = next((each for each in items if each["term_id"] == term_id), {})
    return {name: item[name] for name in ("heading", "text", "value") if item.get(name) is not None}


def _rows_between(
    connection: Connection, agreement_id: str, first: int, last: int
) -> dict[str, list[tuple[int, int | None, str]]]:
    """The rows of clauses that held at any time between two versions: those that ended since, and those that did not
    (apart, for each is found by the index then)."""
    terms = tables.terms
    rows = select(terms.c.key, terms.c.since, terms.c.until, terms.c.body).where(
        terms.c.stream == agreement_id, terms.c.shown == 1, terms.c.since < last
    )
    found: dict[str, list[tuple[int, int | None, str]]] = {}
    for those in (rows.where(terms.c.until >= first), rows.where(terms.c.until.is_(None))):
        for key, since, until, body in connection.execute(those):
            found.setdefault(key, []).append((since, until, body))
    return found


def _standing_before(rows: Iterable[tuple[int, int | None, str]], version: int) -> Body | None:
    """A clause right before an event."""
    for since, until, body in rows:
        if since < version and (until is None or until >= version):
            found: Body = orjson.loads(body)
            return found
    return None


class Conditional(NamedTuple):
    """An acceptance subject to a condition, by the event of a version: its moment, the proposal as it stood, and what
    became of it (fulfilled, lapsed, or ended with the proposal; None while it waits), by the event of which version."""

    version: int
    moment: Body
    proposal: Body
    became: str | None = None
    settled: int | None = None


SETTLED = {ConditionFulfilled.TOPIC: "fulfilled", ConditionLapsed.TOPIC: "lapsed"}


def conditional(connection: Connection, agreement_id: str, version: int) -> list[Conditional]:
    """Every acceptance subject to a condition up to a version, in order."""
    timeline = tables.timeline
    rows = select(timeline.c.since, timeline.c.type, timeline.c.body).where(
        timeline.c.stream == agreement_id,
        timeline.c.since <= version,
        timeline.c.type.in_((ProposalAcceptedSubjectTo.TOPIC, *SETTLED)),
    )
    moments = [(*row[:2], orjson.loads(row[2])) for row in connection.execute(rows.order_by(timeline.c.since))]
    of = {moment["on"]["proposal_id"] for _, _, moment in moments}
    proposals = proposals_of(connection, agreement_id, version, of)
    found: dict[int, Conditional] = {}
    last: dict[str, int] = {}
    for since, kind, moment in moments:
        proposal_id = moment["on"]["proposal_id"]
        if kind in SETTLED:
            accepted = last.pop(proposal_id)
            found[accepted] = found[accepted]._replace(became=SETTLED[kind], settled=since)
        else:
            found[since], last[proposal_id] = Conditional(since, moment, proposals[proposal_id]), since
    for accepted in last.values():
        if not found[accepted].proposal["condition"]:
            found[accepted] = found[accepted]._replace(became="ended")
    return list(found.values())
