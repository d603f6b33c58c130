"""How did an agreement stand after an event, and how did it come to stand so? For those who were not in the room."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Select, and_, func, select

from domain.agreement_events import (
    AgreementEvent,
    ConditionFulfilled,
    ConsentGiven,
    ProposalAccepted,
    ProposalAcceptedSubjectTo,
    ProposalMade,
)
from domain.words import LIVE, AgreementStatus, Severity
from projections import as_of, tables
from projections.as_of import held
from projections.present import newest_version
from projections.rows import by_version

Body = dict[str, Any]

MOMENTS, HAPPENED = 200, 60
"""Of what happened: moments that are told at once, and the newest that a page shows."""


class Offered(NamedTuple):
    """A typed value that a party offered for a clause, by the event of a version."""

    version: int
    term_id: str
    party_id: str
    value: Body


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


@dataclass(frozen=True, slots=True)
class Past:
    """An agreement after the event of a version. opened_at, at: when it was opened, and when that event was; newest:
    the version of its newest event; whole: that of the last event of the act which this one belongs to; objections:
    every one that had been raised, with the version of that event; happened: the last moments, in order; proposed: of
    the proposals among them what they changed, by version; setbacks: when a signature was refused, or a clause
    reopened; first_offers: the first value that each party offered for each clause; needs and principles: those of the
    partnership at that time, by id; turned: the version of the last event that brought each state of the whole; signed:
    those that gave signatures which were not void; accepted: the last by which a clause was agreed; headings: of all
    clauses there ever were, by id."""

    agreement_id: str
    version: int
    newest: int
    opened_at: str
    at: str
    header: Body
    terms: Sequence[Body]
    proposals: Sequence[Body]
    objections: Sequence[Body]
    questions: Sequence[Body]
    happened: Sequence[Body]
    first_offers: Sequence[Offered] = ()
    proposed: Mapping[int, Proposed] = field(default_factory=dict)
    setbacks: Sequence[Body] = ()
    whole: int = 0
    needs: Mapping[str, Body] = field(default_factory=dict)
    principles: Mapping[str, Body] = field(default_factory=dict)
    turned: Mapping[str, int] = field(default_factory=dict)
    signed: Sequence[int] = ()
    accepted: int | None = None
    headings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection, agreement_id: str, asked: int | None = None) -> Past | None:
        """None where there was nothing yet, or is no such version; asked: None for now."""
        newest = newest_version(connection, agreement_id)
        version = newest if asked is None else asked
        header = as_of.one(connection, tables.headers, agreement_id, "", version) if 0 < version <= newest else None
        if header is None:
            return None
        after = as_of.time_of(connection, agreement_id, version + 1)
        of = header["partnership_id"]
        then = as_of.version_before(connection, of, after) if after else None
        proposals = as_of.standing(connection, tables.proposals, agreement_id, version)
        turned = _turned(connection, agreement_id, version)
        ever = as_of.ever(connection, tables.terms, agreement_id, version)
        happened = _happened(connection, agreement_id, version)
        return cls(
            agreement_id=agreement_id,
            version=version,
            newest=newest,
            opened_at=as_of.time_of(connection, agreement_id, 1) or "",
            at=as_of.time_of(connection, agreement_id, version) or "",
            header=header,
            terms=as_of.standing(connection, tables.terms, agreement_id, version),
            proposals=[each for each in proposals if each["state"] in LIVE],
            objections=_raised(connection, agreement_id, version),
            questions=as_of.standing(connection, tables.questions, agreement_id, version),
            happened=happened,
            proposed=proposed(connection, agreement_id, version, happened),
            setbacks=_setbacks(connection, agreement_id, version),
            whole=_whole(connection, agreement_id, version, newest),
            first_offers=first_offers(connection, agreement_id, version),
            needs={each["need_id"]: each for each in as_of.ever(connection, tables.needs, of, then)},
            principles={each["intention_id"]: each for each in as_of.ever(connection, tables.intentions, of, then)},
            turned=turned,
            signed=_signed(connection, agreement_id, header, turned, version),
            accepted=_accepted(connection, agreement_id, version),
            headings={each["term_id"]: each["heading"] for each in ever},
        )


FOLLOWS = [each.TOPIC for each in AgreementEvent.__subclasses__() if "caused_by" in each.data_fields()]
"""The events that follow from the one before, in the same act."""
MARKS = {
    "ProposalMade": "proposal",
    "ObjectionRaised": "objection",
    "ResolutionOffered": "resolution",
    "ResolutionConfirmed": "resolution",
    "ResolutionDeclined": "resolution",
    "ProposalAccepted": "consent",
    "ProposalAcceptedSubjectTo": "consent",
    "ConditionFulfilled": "consent",
    "ConsentGiven": "consent",
    "RatificationOpened": "ratification",
    "RatificationVoided": "ratification",
    "AgreementRatified": "ratification",
    "AgreementAbandoned": "ratification",
}
"""The events by which an argument moves, and as what they are marked."""


def stops(connection: Connection, agreement_id: str, term_id: str | None = None) -> list[int]:
    """The versions at which the acts ended by which the argument moved, on one clause or all, in order: in the middle
    of an act nothing stands still."""
    follow = _following(connection, agreement_id, 0)
    return list(dict.fromkeys(_end(version, follow) for version, _ in marks(connection, agreement_id, term_id)))


def _following(connection: Connection, agreement_id: str, first: int) -> set[int]:
    """The versions of the events since another that followed from the one before."""
    timeline = tables.timeline
    rows = select(timeline.c.since).where(
        timeline.c.stream == agreement_id, timeline.c.since >= first, timeline.c.type.in_(FOLLOWS)
    )
    return set(connection.execute(rows).scalars())


def _end(version: int, follow: Collection[int]) -> int:
    while version + 1 in follow:
        version += 1
    return version


def _whole(connection: Connection, agreement_id: str, version: int, newest: int) -> int:
    timeline = tables.timeline
    rows = select(timeline.c.since).where(
        timeline.c.stream == agreement_id, timeline.c.since > version, timeline.c.type.not_in(FOLLOWS)
    )
    following = connection.execute(rows.order_by(timeline.c.since).limit(1)).scalar()
    return newest if following is None else following - 1


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
    """An event by which the argument moved. kind: its mark, or condition for an acceptance that depends on one; on: the
    version of the event that it bears upon; told: its sentence; end: the version at which its act ended."""

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
    follow = _following(connection, agreement_id, moments[0].since if moments else version)
    newest: dict[str, int] = {}
    """Of a proposal the event that made it, of an objection the last on it."""
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
            on = newest.get(proposal_id)
        mark = "condition" if kind == ProposalAcceptedSubjectTo.TOPIC else MARKS[kind]
        drawn = Drawn(since, body["at"], mark, body["party_id"], body["term_ids"], on, end=_end(since, follow))
        found.append((drawn, body))
    return found


class Agreed(NamedTuple):
    """A version of a clause: by which event it came, with which words, by which proposal, whose consents, and the
    objections that led to it."""

    version: int
    since: int
    at: str
    term: Body
    proposal: Body | None
    consents: Sequence[Body]
    objections: Sequence[Body]


def versions_of(connection: Connection, agreement_id: str, term_id: str, version: int) -> list[Agreed]:
    """The versions of a clause up to that of the agreement, in order."""
    terms = tables.terms
    rows = select(terms.c.since, terms.c.body).where(
        terms.c.stream == agreement_id, terms.c.key == term_id, terms.c.since <= version
    )
    raised = [each for each in _raised(connection, agreement_id, version) if term_id in each["term_ids"]]
    found: list[Agreed] = []
    for since, written in connection.execute(rows.order_by(terms.c.since)):
        term = orjson.loads(written)
        if term["version"] == (found[-1].version if found else 0):
            continue
        moment = _moment(connection, agreement_id, since)
        proposal = as_of.one(connection, tables.proposals, agreement_id, moment["on"].get("proposal_id", ""), version)
        by_events = [since, *([proposal["version"]] if proposal else ())]
        led = [each for each in raised if {"term_id": term_id, "version": term["version"]} in each["led_to"]]
        consents = _consents_of(connection, agreement_id, term_id, by_events)
        found.append(Agreed(term["version"], since, moment["at"], term, proposal, consents, led))
    return found


def _moment(connection: Connection, agreement_id: str, since: int) -> Body:
    timeline = tables.timeline
    row = select(timeline.c.body).where(timeline.c.stream == agreement_id, timeline.c.since == since)
    found: Body = orjson.loads(connection.execute(row).scalar_one())
    return found


def _consents_of(connection: Connection, agreement_id: str, term_id: str, events: Sequence[int]) -> list[Body]:
    consents = tables.consents
    rows = select(consents.c.body).where(consents.c.stream == agreement_id, consents.c.since.in_(events))
    in_order = rows.order_by(consents.c.since, consents.c.place)
    found = [orjson.loads(body) for body in connection.execute(in_order).scalars()]
    return [each for each in found if each["term_id"] == term_id]


def first_offers(connection: Connection, agreement_id: str, version: int) -> list[Offered]:
    """The first value that each party offered for each clause, up to a version."""
    table = tables.offered
    of_each = (table.c.stream, table.c.term_id, table.c.party_id)
    rows = select(*of_each, func.min(table.c.since).label("since"))
    first = rows.where(table.c.stream == agreement_id, table.c.since <= version).group_by(*of_each).subquery()
    on = and_(*(table.c[each] == first.c[each] for each in ("stream", "term_id", "party_id", "since")))
    return _offered(connection, select(table).select_from(first.join(table, on)))


def offers(connection: Connection, agreement_id: str, version: int, term_id: str | None = None) -> list[Offered]:
    """Every typed value that was offered up to a version, for one clause or all, in order."""
    table = tables.offered
    rows = select(table).where(table.c.stream == agreement_id, table.c.since <= version)
    return _offered(connection, rows if term_id is None else rows.where(table.c.term_id == term_id))


def _offered(connection: Connection, rows: Select[Any]) -> list[Offered]:
    found = connection.execute(rows.order_by(tables.offered.c.since, tables.offered.c.term_id))
    return [Offered(each.since, each.term_id, each.party_id, orjson.loads(each.body)) for each in found]


def told(connection: Connection, agreement_id: str, after: int, most: int) -> list[Body]:
    """What happened after a version, in order."""
    return as_of.happened(connection, tables.timeline, agreement_id, after + most, after, most).bodies


def proposed(connection: Connection, agreement_id: str, version: int, happened: Sequence[Body]) -> dict[int, Proposed]:
    """What the proposals among some moments proposed, by the versions of their events."""
    made = {each["event_version"]: each["on"]["proposal_id"] for each in happened if each["type"] == ProposalMade.TOPIC}
    bodies = _proposals(connection, agreement_id, version, made.values())
    answered = {each["counters"] or each["replaces"] for each in bodies.values()} - {None} - bodies.keys()
    bodies |= _proposals(connection, agreement_id, version, answered)
    stood = _rows_between(connection, agreement_id, min(made, default=version), version)
    found = {}
    for made_by, proposal_id in made.items():
        body = bodies[proposal_id]
        changes = []
        for item in body["items"][:CHANGES]:
            before = _offered_for(item["term_id"], bodies.get(body["counters"] or body["replaces"] or ""))
            changes.append(Changed(item, before or _standing_before(stood.get(item["term_id"], ()), made_by)))
        found[made_by] = Proposed(changes, len(body["items"]))
    return found


def _proposals(connection: Connection, agreement_id: str, version: int, keys: Iterable[str]) -> dict[str, Body]:
    table = tables.proposals
    rows = select(table.c.key, table.c.body).where(
        table.c.stream == agreement_id, table.c.key.in_(list(keys)), held(table, version)
    )
    return {key: orjson.loads(body) for key, body in connection.execute(rows)}


def _offered_for(term_id: str, proposal: Body | None) -> Body | None:
    """What a proposal offers for a clause, where it has words for it."""
    items = proposal["items"] if proposal else ()
    return next((each for each in items if each["term_id"] == term_id and each.get("text") is not None), None)


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


def moments_at(connection: Connection, agreement_id: str, versions: Sequence[int]) -> list[Body]:
    """The moments of some events, in order."""
    timeline = tables.timeline
    rows = select(timeline.c.body).where(timeline.c.stream == agreement_id, timeline.c.since.in_(versions))
    return [orjson.loads(body) for body in connection.execute(rows.order_by(timeline.c.since)).scalars()]


def version_of(connection: Connection, agreement_id: str, at: str) -> int:
    """The version of the last event by a time, as times are written; the first one's where that is none."""
    return max(as_of.version_at(connection, agreement_id, at), 1)


def _raised(connection: Connection, agreement_id: str, version: int) -> list[Body]:
    table = tables.objections
    rows = select(table.c.sort, table.c.body).where(table.c.stream == agreement_id, held(table, version))
    found = connection.execute(rows.where(table.c.sort > by_version(0)).order_by(table.c.sort))
    return [orjson.loads(body) | {"version": int(sort)} for sort, body in found]


def _setbacks(connection: Connection, agreement_id: str, version: int) -> list[Body]:
    back = tables.setbacks
    rows = select(back.c.since).where(back.c.stream == agreement_id, back.c.since <= version)
    newest = connection.execute(rows.order_by(back.c.since.desc()).limit(HAPPENED)).scalars()
    return moments_at(connection, agreement_id, list(newest))


def conditional(connection: Connection, agreement_id: str, version: int) -> list[Body]:
    """The proposals that had been accepted subject to a condition, each as it stood, with the version of that event
    (accepted_version) and that of the one by which the condition was fulfilled (fulfilled_version), None where none
    was."""
    timeline = tables.timeline
    rows = select(timeline.c.since, timeline.c.type, timeline.c.body).where(
        timeline.c.stream == agreement_id,
        timeline.c.since <= version,
        timeline.c.type.in_((ProposalAcceptedSubjectTo.TOPIC, ConditionFulfilled.TOPIC)),
    )
    found: list[Body] = []
    for since, kind, written in connection.execute(rows.order_by(timeline.c.since)):
        moment = orjson.loads(written)
        proposal_id = moment["on"]["proposal_id"]
        if kind == ConditionFulfilled.TOPIC:
            last = next(each for each in reversed(found) if each["proposal_id"] == proposal_id)
            last["fulfilled_version"] = since
        else:
            found.append(moment | {"proposal_id": proposal_id, "accepted_version": since, "fulfilled_version": None})
    bodies = _proposals(connection, agreement_id, version, {each["proposal_id"] for each in found})
    return [each | {"proposal": bodies[each["proposal_id"]]} for each in found]


def agreed_values(
    connection: Connection, agreement_id: str, version: int, term_ids: Collection[str]
) -> dict[str, list[tuple[int, Body | None]]]:
    """The values that were agreed for some clauses, by which events, in order."""
    terms = tables.terms
    rows = select(terms.c.since, terms.c.body).where(
        terms.c.stream == agreement_id, terms.c.key.in_(list(term_ids)), terms.c.since <= version
    )
    found: dict[str, list[tuple[int, Body | None]]] = {}
    newest: dict[str, int] = {}
    for since, written in connection.execute(rows.order_by(terms.c.since)):
        term = orjson.loads(written)
        if term["version"] != newest.get(term["term_id"], 0):
            newest[term["term_id"]] = term["version"]
            found.setdefault(term["term_id"], []).append((since, term["value"]))
    return found


def _happened(connection: Connection, agreement_id: str, version: int) -> list[Body]:
    timeline = tables.timeline
    rows = select(timeline.c.body).where(timeline.c.stream == agreement_id, timeline.c.since <= version)
    newest_first = rows.order_by(timeline.c.since.desc()).limit(HAPPENED)
    return [orjson.loads(body) for body in connection.execute(newest_first).scalars()][::-1]


def _turned(connection: Connection, agreement_id: str, version: int) -> dict[str, int]:
    """When each state of the whole began last."""
    headers = tables.headers
    rows = select(headers.c.since, headers.c.body).where(headers.c.stream == agreement_id, headers.c.since <= version)
    found: dict[str, int] = {}
    before = None
    for since, body in connection.execute(rows.order_by(headers.c.since)):
        status = orjson.loads(body)["status"]
        if status != before:
            found[status] = since
        before = status
    return found


def _signed(
    connection: Connection, agreement_id: str, header: Body, turned: Mapping[str, int], version: int
) -> list[int]:
    """The events that gave the signatures which count: those since the text was put to signature last."""
    if header["status"] not in (AgreementStatus.RATIFYING, AgreementStatus.IN_FORCE):
        return []
    timeline = tables.timeline
    since = turned[AgreementStatus.RATIFYING]
    rows = select(timeline.c.since).where(
        timeline.c.stream == agreement_id,
        timeline.c.since.between(since, version),
        timeline.c.type == ConsentGiven.TOPIC,
    )
    return list(connection.execute(rows.order_by(timeline.c.since)).scalars())


def _accepted(connection: Connection, agreement_id: str, version: int) -> int | None:
    """The last event by which a clause was agreed."""
    timeline = tables.timeline
    rows = select(timeline.c.since).where(
        timeline.c.stream == agreement_id,
        timeline.c.since <= version,
        timeline.c.type.in_((ProposalAccepted.TOPIC, ConditionFulfilled.TOPIC)),
    )
    return connection.execute(rows.order_by(timeline.c.since.desc()).limit(1)).scalar()
