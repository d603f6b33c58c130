"""What can be read of a stream, now or as it stood after an event: each once, for the API and for its documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.agreement import Agreement
from domain.fingerprint import text_fingerprint
from domain.ids import AgreementId, is_id
from domain.partnership import Partnership
from domain.stream import Stream
from domain.words import LIVE
from projections import as_of, tables, timeline
from projections.documents import document_of
from projections.needs_board import serving, with_what_serves
from projections.schema import VERSION, Body, Shape, many
from projections.shapes import (
    AGREEMENT,
    CONFLICT,
    CONSENT,
    DOCUMENT,
    EXCHANGE,
    INTENTION,
    MOMENT,
    NEED,
    OBJECTION,
    PROPOSAL,
    STATEMENT,
    TERM,
    in_places,
)


@dataclass(frozen=True, slots=True)
class About:
    """What is read: of which stream; at which version, with the moment to ask for, None for now; of what happened after
    which version, and how many rows at most. parts: of the address; names: of members and parties by id."""

    stream: str
    version: int
    moment: int | None = None
    after: int = 0
    limit: int = 1000
    parts: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str | None, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """kind: of streams; path: where it stands, below the stream's own address; answer: the shape of what it gives; ask:
    gives that, None where there is no such thing; in_parts: a page of rows after a version."""

    kind: str
    path: str
    summary: str
    answer: Shape
    ask: Callable[[Connection, About], Body | None]
    in_parts: bool = False


READINGS: list[Reading] = []


def reading(
    stream: type[Stream], path: str, summary: str, answer: Shape, *, in_parts: bool = False
) -> Callable[[Callable[[Connection, About], Body | None]], Callable[[Connection, About], Body | None]]:
    """Let something be read of a kind of stream."""

    def register(ask: Callable[[Connection, About], Body | None]) -> Callable[[Connection, About], Body | None]:
        READINGS.append(Reading(stream.KIND, path, summary, answer, ask, in_parts))
        return ask

    return register


@reading(Agreement, "", "The agreement", AGREEMENT)
def agreement(connection: Connection, about: About) -> Body:
    terms = as_of.standing(connection, tables.terms, about.stream, about.moment)
    header = as_of.one(connection, tables.headers, about.stream, "", about.moment)
    return {
        "version": about.version,
        "status": header and header["status"],
        "fingerprint": text_fingerprint(AgreementId(about.stream), terms) if header else None,
        "terms": [TERM.of(each) for each in in_places(terms)],
        "proposals": [PROPOSAL.of(each) for each in _live(connection, about)],
        "objections": [
            OBJECTION.of(each) for each in as_of.standing(connection, tables.objections, about.stream, about.moment)
        ],
    }


@reading(Agreement, "/terms", "The terms", Shape(terms=many(TERM)))
def terms(connection: Connection, about: About) -> Body:
    found = as_of.standing(connection, tables.terms, about.stream, about.moment)
    return {"terms": [TERM.of(each) for each in in_places(found)]}


@reading(Agreement, "/conflicts", "The conflicts", Shape(conflicts=many(CONFLICT), next=VERSION), in_parts=True)
def conflicts(connection: Connection, about: About) -> Body:
    found = as_of.raised(connection, about.stream, about.moment, about.after, about.limit)
    return {"conflicts": [CONFLICT.of(each) for each in found.bodies], "next": found.next}


@reading(Agreement, "/consents", "The consents", Shape(consents=many(CONSENT), next=VERSION), in_parts=True)
def consents(connection: Connection, about: About) -> Body:
    """Consents to terms are never void, others follow them; a signature may be."""
    found = as_of.happened(connection, tables.consents, about.stream, about.moment, about.after, about.limit)
    voided = as_of.voided(connection, about.stream, about.moment)

    def voided_by(consent: Body) -> int | None:
        return voided.get(consent["event_version"]) if consent["act"] == "ratified" else None

    return {"consents": [CONSENT.of(each, voided_by=voided_by(each)) for each in found.bodies], "next": found.next}


@reading(Agreement, "/timeline", "The timeline", Shape(timeline=many(MOMENT), next=VERSION), in_parts=True)
def moments(connection: Connection, about: About) -> Body:
    found = as_of.happened(connection, tables.timeline, about.stream, about.moment, about.after, about.limit)
    told = [MOMENT.of(each, sentence=timeline.sentence(each, about.names)) for each in found.bodies]
    return {"timeline": told, "next": found.next}


@reading(Agreement, "/document.json", "The agreement as a document", DOCUMENT)
def document(connection: Connection, about: About) -> Body | None:
    header = as_of.one(connection, tables.headers, about.stream, "", about.moment)
    if header is None:
        return None
    terms = as_of.standing(connection, tables.terms, about.stream, about.moment)
    conflicts = as_of.raised(connection, about.stream, about.moment, 0, EVERY).bodies
    fingerprint = text_fingerprint(AgreementId(about.stream), terms)
    offers = _live(connection, about)
    of, then = header["partnership_id"], None
    if about.moment is not None and (after := as_of.time_of(connection, about.stream, about.moment + 1)):
        then = as_of.version_before(connection, of, after)
    needs = as_of.ever(connection, tables.needs, of, then)
    intentions = as_of.ever(connection, tables.intentions, of, then)
    return DOCUMENT.of(
        document_of(
            header,
            in_places(terms),
            offers,
            conflicts,
            about.version,
            fingerprint,
            about.names,
            needs,
            intentions,
        )
    )


def _live(connection: Connection, about: About) -> list[Body]:
    """The proposals that were on the table."""
    found = as_of.standing(connection, tables.proposals, about.stream, about.moment)
    return [each for each in found if each["state"] in LIVE]


EVERY = 1_000_000
"""Rows, where a document has them all."""


@reading(Agreement, "/proposals/{proposal_id}", "One proposal in any state", PROPOSAL)
def proposal(connection: Connection, about: About) -> Body | None:
    proposal_id = about.parts["proposal_id"]
    found = (
        as_of.one(connection, tables.proposals, about.stream, proposal_id, about.moment) if is_id(proposal_id) else None
    )
    return PROPOSAL.of(found) if found else None


@reading(Partnership, "/needs", "What each party needs", Shape(needs=many(NEED)))
def needs(connection: Connection, about: About) -> Body:
    """As of a version, with what served them right before the next event of the partnership."""
    before = None if about.moment is None else as_of.time_of(connection, about.stream, about.moment + 1)
    served = serving(connection, about.stream, before)
    found = as_of.ever(connection, tables.needs, about.stream, about.moment)
    return {"needs": [NEED.of(with_what_serves(each, served)) for each in found]}


@reading(Partnership, "/intentions", "The shared future", Shape(intentions=many(INTENTION)))
def intentions(connection: Connection, about: About) -> Body:
    found = as_of.ever(connection, tables.intentions, about.stream, about.moment)
    return {"intentions": [INTENTION.of(each) for each in found]}


@reading(Partnership, "/exchanges", "The sealed exchanges", Shape(exchanges=many(EXCHANGE)))
def exchanges(connection: Connection, about: About) -> Body:
    found = as_of.ever(connection, tables.exchanges, about.stream, about.moment)
    return {"exchanges": [EXCHANGE.of(each) for each in found]}


@reading(Partnership, "/trust", "What each party says of trust", Shape(trust=many(STATEMENT)))
def trust(connection: Connection, about: About) -> Body:
    found = as_of.standing(connection, tables.statements, about.stream, about.moment)
    return {"trust": [STATEMENT.of(each) for each in found]}
