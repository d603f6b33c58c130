"""The objects of the public protocol, made from the rows of the read models."""

from __future__ import annotations

from typing import Any

from domain.refusals import Subject
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


def changed_since(agreement: Any, subject: Subject) -> Body:
    """What a stale view is shown: the version, the fingerprint, and the proposal or term as it is now."""
    kind, key = subject.kind, subject.id
    changed: Body = {"version": agreement.version}
    if kind == "proposal":
        row = open_proposals.proposal_row(agreement, key)
        assert row
        return changed | {"fingerprint": row.body["fingerprint"], "proposal": proposal_shape(row.body)}
    changed["fingerprint"] = agreement.text_fingerprint()
    if kind == "term" and (term := current_terms.term_row(agreement, key)):
        place = {str(term_id): number for number, term_id in enumerate(agreement.text)}
        changed["term"] = term_shape(term.body, place.get(key, 0))
    return changed
