"""How did an agreement stand after an event, and how did it come to stand so? For those who were not in the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, select

from domain.words import LIVE
from projections import as_of, tables
from projections.as_of import held
from projections.rows import by_version

Body = dict[str, Any]

MOMENTS = 200
"""Of what happened, the newest that a page shows at once."""


@dataclass(frozen=True, slots=True)
class Past:
    """An agreement after the event of a version. opened_at, at: when it was opened, and when that event was; newest:
    the version of its newest event; objections: every one that had been raised, with the version of that event;
    happened: the last moments, in order; needs and principles: those of the partnership at that time, by id; turned:
    the version of the last event that brought each state of the whole; signed: those that gave signatures which were
    not void; accepted: the last by which a clause was agreed."""

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
    needs: Mapping[str, Body] = field(default_factory=dict)
    principles: Mapping[str, Body] = field(default_factory=dict)
    turned: Mapping[str, int] = field(default_factory=dict)
    signed: Sequence[int] = ()
    accepted: int | None = None

    @classmethod
    def load(cls, connection: Connection, agreement_id: str, asked: int | None = None) -> Past | None:
        """None where there was nothing yet, or is no such version; asked: None for now."""
        newest = _newest(connection, agreement_id)
        version = newest if asked is None else asked
        header = as_of.one(connection, tables.headers, agreement_id, "", version) if 0 < version <= newest else None
        if header is None:
            return None
        after = as_of.time_of(connection, agreement_id, version + 1)
        of = header["partnership_id"]
        then = as_of.version_before(connection, of, after) if after else None
        proposals = as_of.standing(connection, tables.proposals, agreement_id, version)
        return cls(
            agreement_id,
            version,
            newest,
            as_of.time_of(connection, agreement_id, 1) or "",
            as_of.time_of(connection, agreement_id, version) or "",
            header,
            as_of.standing(connection, tables.terms, agreement_id, version),
            [each for each in proposals if each["state"] in LIVE],
            _raised(connection, agreement_id, version),
            as_of.standing(connection, tables.questions, agreement_id, version),
            _happened(connection, agreement_id, version),
            {each["need_id"]: each for each in as_of.ever(connection, tables.needs, of, then)},
            {each["intention_id"]: each for each in as_of.ever(connection, tables.intentions, of, then)},
            _turned(connection, agreement_id, version),
            *_consented(connection, agreement_id, version),
        )


def _newest(connection: Connection, agreement_id: str) -> int:
    timeline = tables.timeline
    row = select(timeline.c.since).where(timeline.c.stream == agreement_id).order_by(timeline.c.since.desc()).limit(1)
    return int(connection.execute(row).scalar() or 0)


def _raised(connection: Connection, agreement_id: str, version: int) -> list[Body]:
    table = tables.objections
    rows = select(table.c.sort, table.c.body).where(table.c.stream == agreement_id, held(table, version))
    found = connection.execute(rows.where(table.c.sort > by_version(0)).order_by(table.c.sort))
    return [orjson.loads(body) | {"version": int(sort)} for sort, body in found]


def _happened(connection: Connection, agreement_id: str, version: int) -> list[Body]:
    timeline = tables.timeline
    rows = select(timeline.c.body).where(timeline.c.stream == agreement_id, timeline.c.since <= version)
    newest_first = rows.order_by(timeline.c.since.desc()).limit(MOMENTS)
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


def _consented(connection: Connection, agreement_id: str, version: int) -> tuple[list[int], int | None]:
    """The events that gave the signatures which were not void, and the last by which a clause was agreed."""
    voided = as_of.voided(connection, agreement_id, version)
    given = as_of.happened(connection, tables.consents, agreement_id, version, 0, EVERY).bodies
    signed = [each["event_version"] for each in given if each["act"] == "ratified"]
    accepted = [each["event_version"] for each in given if each["act"] == "accepted"]
    return [each for each in signed if each not in voided], max(accepted, default=None)


EVERY = 1_000_000
"""Rows, where all are wanted."""
