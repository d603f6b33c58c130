"""What is on the table? Proposals, and the questions asked about them."""

from __future__ import annotations

from typing import Any

from domain.agreement import Agreement
from domain.words import LIVE, ProposalState
from projections.rows import Row, by_version

_HEADS = LIVE - {ProposalState.COUNTERED}


def proposal_row(agreement: Agreement, proposal_id: str) -> Row | None:
    """The row of a proposal; shown while it is live, or stale and not taken up again by its party."""
    proposal = agreement.proposals[proposal_id]  # type: ignore[index]
    condition = proposal.condition
    return Row(
        by_version(proposal.version),
        proposal.state in LIVE or proposal.proposal_id in agreement.to_rebase,
        {
            "proposal_id": proposal.proposal_id,
            "thread_id": proposal.thread_id,
            "party_id": proposal.party_id,
            "member_id": proposal.member_id,
            "state": proposal.state,
            "contested": agreement.is_contested(proposal),
            "head": proposal.state in _HEADS,
            "items": list(proposal.items),
            "rationale": proposal.rationale,
            "fingerprint": proposal.fingerprint,
            "counters": proposal.counters,
            "replaces": proposal.replaces,
            "again": proposal.again,
            "valid_until": proposal.valid_until,
            "need_ids": list(proposal.need_ids),
            "version": proposal.version,
            "made_at": proposal.made_at,
            "ended_version": proposal.ended_version,
            "ender": proposal.ender,
            "condition": None
            if condition is None
            else {
                "text": condition.text,
                "owner": condition.owner,
                "due": condition.due,
                "party_id": condition.accepted_by.party_id,
                "member_id": condition.accepted_by.member_id,
                "at": condition.accepted_at,
                "reported": condition.reported,
                "evidence": condition.evidence,
            },
        },
    )


def question_row(agreement: Agreement, question_id: str) -> Row | None:
    """The row of a question; shown until it is answered."""
    question = agreement.questions[question_id]  # type: ignore[index]
    body: dict[str, Any] = {
        "question_id": question.question_id,
        "proposal_id": question.proposal_id,
        "party_id": question.party_id,
        "member_id": question.member_id,
        "at": question.at,
        "text": question.text,
        "term_ids": list(question.term_ids or agreement.proposals[question.proposal_id].term_ids),
        "answers": [
            {"party_id": each.party_id, "member_id": each.member_id, "at": each.at, "text": each.text}
            for each in question.answers
        ],
    }
    return Row(f"{question.at}.{question.question_id}", not question.answers, body, question.proposal_id)
