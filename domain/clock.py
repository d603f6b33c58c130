"""The clock: it records the deadlines that have passed. Running out only permits the next step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.agreement_events import ConditionLapsed, ProposalExpired, RatificationVoided, TermUnparked
from domain.endings import end_proposal
from domain.ids import ProposalId, TermId
from domain.setting_aside import unpark_proposals
from domain.words import VoidCause

if TYPE_CHECKING:
    from domain.agreement import Agreement


def record_passed(agreement: Agreement, now: str) -> None:
    """Record every deadline that has passed: by deadline, then by making."""
    while (due := agreement.deadlines.next()) and due[0] <= now:
        _, _, kind, subject = due
        match kind:
            case "proposal":
                end_proposal(agreement, ProposalExpired, ProposalId(subject.id))
            case "condition":
                agreement.record(ConditionLapsed, proposal_id=ProposalId(subject.id))
            case "parking":
                unparked = agreement.record(TermUnparked, term_id=TermId(subject.id))
                unpark_proposals(agreement, TermId(subject.id), unparked)
            case _:
                agreement.record(RatificationVoided, cause=VoidCause.EXPIRED, caused_by=None)
