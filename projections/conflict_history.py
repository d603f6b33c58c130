"""How did each conflict go? Objection, positions, resolution, and the clause version that it led to."""

from __future__ import annotations

from domain.agreement import Agreement
from domain.words import NOT_ENDED
from projections.rows import Row, by_version


def objection_row(agreement: Agreement, objection_id: str) -> Row | None:
    objection = agreement.objections[objection_id]  # type: ignore[index]
    resolution = objection.resolution
    return Row(
        by_version(objection.raised_version),
        objection.state in NOT_ENDED,
        {
            "objection_id": objection.objection_id,
            "proposal_id": objection.proposal_id,
            "party_id": objection.party_id,
            "member_id": objection.member_id,
            "severity": objection.severity,
            "ground": objection.ground,
            "text": objection.text,
            "term_ids": list(objection.term_ids or agreement.proposals[objection.proposal_id].term_ids),
            "need_id": objection.need_id,
            "principle_id": objection.principle_id,
            "would_accept": objection.would_accept,
            "state": objection.state,
            "answers": [
                {"party_id": each.party_id, "member_id": each.member_id, "at": each.at, "text": each.text}
                for each in objection.answers
            ],
            "resolution": None
            if resolution is None
            else {
                "kind": resolution.kind,
                "text": resolution.text,
                "refs": list(resolution.refs),
                "party_id": resolution.party_id,
                "member_id": resolution.member_id,
                "at": resolution.at,
            },
            "raised_at": objection.raised_at,
            "ended_at": objection.ended_at,
            "led_to": [{"term_id": term_id, "version": version} for term_id, version in objection.led_to],
        },
        objection.proposal_id,
    )
