"""How did an agreement stand after an event, and how did it come to stand so? For those who were not in the room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
from sqlalchemy import Connection, select

from domain.agreement_events import ConditionFulfilled, ConsentGiven, ProposalAccepted
from domain.words import LIVE, AgreementStatus
from projections import as_of, tables
from projections.as_of import held
from projections.offered import Offered, first_offers
from projections.present import newest_version
from projections.proposed import Proposed, proposed
from projections.rows import by_version
from projections.whole_acts import whole

Body = dict[str, Any]

MOMENTS, HAPPENED = 200, 60
"""Of what happened: moments that are told at once, and the newest that a page shows."""


@dataclass(frozen=True, slots=True)
class Past:
    """An agreement after the event of a version. opened_at, at: when it was opened, and when that event was;
    newest: the version of its newest event; whole: that of the last event of the act which this one belongs to;
    objections: every one that had been raised, with the version of that event; happened: the last moments, in
    order; proposed: of the proposals among them what they changed, by version; setbacks: the last moments at which
    a signature was refused, or a clause reopened; first_offers: the first value that each party offered for each
    clause; needs: those of the partnership at that time, by id; turned: the version of the last event that brought
    each state of the whole; signed: those that gave signatures which were not void; accepted: the last by which a
    clause was agreed; headings: of all clauses that were ever agreed, and of those that something here names, by
    id."""

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
    happened: Sequence[Body] = ()
    first_offers: Sequence[Offered] = ()
    proposed: Mapping[int, Proposed] = field(default_factory=dict)
    setbacks: Sequence[Body] = ()
    whole: int = 0
    needs: Mapping[str, Body] = field(default_factory=dict)
    turned: Mapping[str, int] = field(default_factory=dict)
    signed: Sequence[int] = ()
    accepted: int | None = None
    headings: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def brief(cls, connection: Connection, agreement_id: str, asked: int | None = None) -> Past | None:
        """Without what happened, setbacks, first offers, needs, and clauses that were never agreed. None where there
        was nothing yet, or is no such version; asked: None for now."""
        newest = newest_version(connection, agreement_id)
        version = newest if asked is None else asked
        header = as_of.one(connection, tables.headers, agreement_id, "", version) if 0 < version <= newest else None
        if header is None:
            return None
        proposals = as_of.standing(connection, tables.proposals, agreement_id, version)
        terms = _clauses(connection, agreement_id, version)
        turned = _turned(connection, agreement_id, version)
        return cls(
            agreement_id=agreement_id,
            version=version,
            newest=newest,
            opened_at=as_of.time_of(connection, agreement_id, 1) or "",
            at=as_of.time_of(connection, agreement_id, version) or "",
            header=header,
            terms=[body for body, is_shown in terms if is_shown],
            proposals=[each for each in proposals if each["state"] in LIVE],
            objections=raised(connection, agreement_id, version),
            questions=as_of.standing(connection, tables.questions, agreement_id, version),
            turned=turned,
            signed=_signed(connection, agreement_id, header, turned, version),
            accepted=_accepted(connection, agreement_id, version),
            headings={body["term_id"]: body["heading"] for body, _ in terms},
        )

    @classmethod
    def load(cls, connection: Connection, agreement_id: str, asked: int | None = None) -> Past | None:
        """The whole of it."""
        past = cls.brief(connection, agreement_id, asked)
        if past is None:
            return None
        version, of = past.version, past.header["partnership_id"]
        after = as_of.time_of(connection, agreement_id, version + 1)
        then = as_of.version_before(connection, of, after) if after else None
        happened = _happened(connection, agreement_id, version)
        setbacks = _setbacks(connection, agreement_id, version)
        named = {term_id for each in (*happened, *past.objections, *setbacks) for term_id in each["term_ids"]}
        return replace(
            past,
            happened=happened,
            proposed=proposed(connection, agreement_id, version, happened),
            setbacks=setbacks,
            whole=whole(connection, agreement_id, version, past.newest),
            first_offers=first_offers(connection, agreement_id, version),
            needs={each["need_id"]: each for each in as_of.ever(connection, tables.needs, of, then)},
            headings={**past.headings, **called(connection, agreement_id, version, named - past.headings.keys())},
        )


def _clauses(connection: Connection, agreement_id: str, version: int) -> list[tuple[Body, bool]]:
    """Every clause that stood or was taken out, in order, with whether it is part of the present: read once, since each
    reading passes over all that it ever was."""
    terms = tables.terms
    rows = select(terms.c.body, terms.c.shown).where(terms.c.stream == agreement_id, held(terms, version))
    return [(orjson.loads(body), shown == 1) for body, shown in connection.execute(rows.order_by(terms.c.sort))]


def called(connection: Connection, agreement_id: str, version: int, term_ids: Iterable[str]) -> dict[str, str]:
    """What some clauses were called last by a version, by id: those too that went without ever having been agreed."""
    terms = tables.terms
    rows = select(terms.c.key, terms.c.body).where(
        terms.c.stream == agreement_id, terms.c.key.in_(list(term_ids)), terms.c.since <= version
    )
    in_order = connection.execute(rows.order_by(terms.c.since))
    return {term_id: orjson.loads(body)["heading"] for term_id, body in in_order}


def told(connection: Connection, agreement_id: str, after: int, most: int) -> list[Body]:
    """What happened after a version, in order."""
    return as_of.happened(connection, tables.timeline, agreement_id, after + most, after, most).bodies


def moments_at(connection: Connection, agreement_id: str, versions: Sequence[int]) -> list[Body]:
    """The moments of some events, in order."""
    timeline = tables.timeline
    rows = select(timeline.c.body).where(timeline.c.stream == agreement_id, timeline.c.since.in_(versions))
    return [orjson.loads(body) for body in connection.execute(rows.order_by(timeline.c.since)).scalars()]


def raised(connection: Connection, agreement_id: str, version: int) -> list[Body]:
    """Every objection that had been raised up to a version, as it stood then, with the version that raised it."""
    table = tables.objections
    rows = select(table.c.sort, table.c.body).where(table.c.stream == agreement_id, held(table, version))
    found = connection.execute(rows.where(table.c.sort > by_version(0)).order_by(table.c.sort))
    return [orjson.loads(body) | {"version": int(sort)} for sort, body in found]


def _setbacks(connection: Connection, agreement_id: str, version: int) -> list[Body]:
    back = tables.setbacks
    rows = select(back.c.since).where(back.c.stream == agreement_id, back.c.since <= version)
    newest = connection.execute(rows.order_by(back.c.since.desc()).limit(HAPPENED)).scalars()
    return moments_at(connection, agreement_id, list(newest))


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
