"""How did a clause come to be? The moments of the timeline that concern one term."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import Connection, select

from projections import tables


def story(connection: Connection, agreement_id: str, term_id: str, version: int | None = None) -> list[dict[str, Any]]:
    """The bodies of a term's moments, up to a version, in order, from rows of the timeline."""
    told, timeline = tables.stories, tables.timeline
    moments = (
        select(timeline.c.body)
        .join(told, (timeline.c.stream == told.c.stream) & (timeline.c.since == told.c.since))
        .where(told.c.stream == agreement_id, told.c.term_id == term_id)
        .order_by(told.c.since)
    )
    if version is not None:
        moments = moments.where(told.c.since <= version)
    return [orjson.loads(body) for body in connection.execute(moments).scalars()]


def said(data: dict[str, Any], term_id: str) -> dict[str, Any]:
    """What an event says about a term: the item of a proposal, the words of an argument, and what they bind to.

    data: the fields of the event. item: what is proposed for the term, None for other events.
    """
    item = next((each for each in data.get("items", ()) if each["term_id"] == term_id), None)
    return {"item": item} | {field: data.get(field) for field in _SAID}


_SAID = (
    "text",
    "would_accept",
    "rationale",
    "reason",
    "condition",
    "evidence",
    "due",
    "until",
    "fingerprint",
    "need_ids",
    "need_id",
    "principle_id",
)
