"""How did a clause come to say what it says, version by version?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from projections import tables
from projections.history import moments_at, raised
from projections.proposed import proposals_of

Body = dict[str, Any]


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
    came: dict[int, Body] = {}
    newest = 0
    for since, written in connection.execute(rows.order_by(terms.c.since)):
        term = orjson.loads(written)
        if term["version"] != newest:
            came[since], newest = term, term["version"]
    moments = moments_at(connection, agreement_id, list(came))
    proposals = proposals_of(connection, agreement_id, version, {each["on"].get("proposal_id", "") for each in moments})
    consents = _consents_of(
        connection, agreement_id, term_id, [*came, *(each["version"] for each in proposals.values())]
    )
    on_it = [each for each in raised(connection, agreement_id, version) if term_id in each["term_ids"]]
    found = []
    for moment in moments:
        since, term = moment["event_version"], came[moment["event_version"]]
        proposal = proposals.get(moment["on"].get("proposal_id", ""))
        by_events = (since, proposal["version"] if proposal else since)
        given = [each for each in consents if each["event_version"] in by_events]
        led = [each for each in on_it if {"term_id": term_id, "version": term["version"]} in each["led_to"]]
        found.append(Agreed(term["version"], since, moment["at"], term, proposal, given, led))
    return found


def _consents_of(connection: Connection, agreement_id: str, term_id: str, events: Sequence[int]) -> list[Body]:
    consents = tables.consents
    rows = select(consents.c.body).where(consents.c.stream == agreement_id, consents.c.since.in_(events))
    in_order = rows.order_by(consents.c.since, consents.c.place)
    found = [orjson.loads(body) for body in connection.execute(in_order).scalars()]
    return [each for each in found if each["term_id"] == term_id]
