"""The objects of the public protocol, made from the rows of the read models."""

from __future__ import annotations

from typing import Any

from projections import conflict_history, current_terms, open_proposals

Body = dict[str, Any]


def term_shape(body: Body, position: int) -> Body:
    return {field: body.get(field) for field in current_terms.API_FIELDS} | {"position": position}


def term_shapes(bodies: list[Body]) -> list[Body]:
    return [term_shape(body, position) for position, body in enumerate(bodies)]


def proposal_shape(body: Body) -> Body:
    return {field: body[field] for field in open_proposals.API_FIELDS}


def objection_shape(body: Body) -> Body:
    shape = {field: body[field] for field in conflict_history.API_FIELDS}
    return shape | _plain_positions(body)


def conflict_shape(body: Body) -> Body:
    shape = {field: body[field] for field in conflict_history.CONFLICT_FIELDS}
    return shape | _plain_positions(body)


def _plain_positions(body: Body) -> Body:
    resolution = body["resolution"]
    return {
        "answers": [{field: each[field] for field in ("party_id", "text")} for each in body["answers"]],
        "resolution": resolution and {field: resolution[field] for field in ("kind", "text", "refs", "party_id")},
    }
