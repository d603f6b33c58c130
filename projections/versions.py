"""How did a clause come to say what it says, version by version?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, select

from projections import as_of, tables
from projections.history import moments_at, raised

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
    on_it = [each for each in raised(connection, agreement_id, version) if term_id in each["term_ids"]]
    found: list[Agreed] = []
    for since, written in connection.execute(rows.order_by(terms.c.since)):
        term = orjson.loads(written)
        if term["version"] == (found[-1].version if found else 0):
            continue
        (moment,) = moments_at(connection, agreement_id, [since])
        proposal = as_of.one(connection, tables.proposals, agreement_id, moment["on"].get("proposal_id", ""), version)
        by_events = [since, *([proposal["version"]] if proposal else ())]
        led = [each for each in on_it if {"term_id": term_id, "version": term["version"]} in each["led_to"]]
        consents = _consents_of(connection, agreement_id, term_id, by_events)
        found.append(Agreed(term["version"], since, moment["at"], term, proposal, consents, led))
    return found


def _consents_of(connection: Connection, agreement_id: str, term_id: str, events: Sequence[int]) -> list[Body]:
    consents = tables.consents
    rows = select(consents.c.body).where(consents.c.stream == agreement_id, consents.c.since.in_(events))
    in_order = rows.order_by(consents.c.since, consents.c.place)
    found = [orjson.loads(body) for body in connection.execute(in_order).scalars()]
    return [each for each in found if each["term_id"] == term_id]
