"""Conditional acceptance: subject to an outside condition; until it is fulfilled the touched terms are reserved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from domain import acts
from domain.acceptance import bring_into_the_text
from domain.agreement_events import ConditionFulfilled, ConditionLapsed, ConditionReported, ProposalAcceptedSubjectTo
from domain.commands import ConfirmCondition, FulfilCondition
from domain.deadlines import Watched
from domain.events import Actor
from domain.ids import PartyId, ProposalId
from domain.proposals import Proposal, watch_deadline
from domain.refusals import Guards
from domain.rules import Act, decides, folds
from domain.words import Mandate, ProposalState

if TYPE_CHECKING:
    from domain.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Condition:
    """What an acceptance is subject to. accepted_*: the consent that counts from the conditional acceptance on."""

    text: str
    owner: PartyId
    due: str
    accepted_by: Actor
    accepted_at: str
    accepted_version: int
    reported: bool = False
    evidence: str | None = None


@decides(FulfilCondition)
def fulfil_condition(agreement: Agreement, command: FulfilCondition, act: Act) -> None:
    proposal = _judged(agreement, command.proposal_id, act, by_owner=True)
    agreement.record(ConditionReported, proposal_id=proposal.proposal_id, evidence=command.evidence)


@decides(ConfirmCondition)
def confirm_condition(agreement: Agreement, command: ConfirmCondition, act: Act) -> None:
    proposal = _judged(agreement, command.proposal_id, act, by_owner=False)
    bring_into_the_text(agreement, proposal, ConditionFulfilled, command.evidence)


def _judged(agreement: Agreement, proposal_id: ProposalId, act: Act, *, by_owner: bool) -> Proposal:
    proposal = agreement.proposal(proposal_id)
    owned = proposal.condition is not None and proposal.condition.owner == act.party
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, proposal.term_ids))
    guards.note(acts.settle_condition(proposal.state, mine_to_do=owned == by_owner))
    guards.settle()
    return proposal


@folds(ProposalAcceptedSubjectTo)
def proposal_accepted_subject_to(agreement: Agreement, event: ProposalAcceptedSubjectTo) -> None:
    proposal = agreement.proposals[event.proposal_id]
    condition = Condition(event.condition, event.owner, event.due, event.actor, event.at, event.originator_version)
    agreement.proposals[event.proposal_id] = proposal._replace(state=ProposalState.CONDITIONAL, condition=condition)
    agreement.accepted_conditions[event.proposal_id] = condition
    for term_id in proposal.term_ids:
        agreement.reserved[term_id] = proposal.proposal_id
    agreement.deadlines.watch(
        Watched("proposal", proposal.proposal_id), event.due, event.originator_version, "condition"
    )


@folds(ConditionReported)
def condition_reported(agreement: Agreement, event: ConditionReported) -> None:
    proposal = agreement.proposals[event.proposal_id]
    assert proposal.condition
    condition = replace(proposal.condition, reported=True, evidence=event.evidence)
    agreement.proposals[event.proposal_id] = proposal._replace(condition=condition)


@folds(ConditionLapsed)
def condition_lapsed(agreement: Agreement, event: ConditionLapsed) -> None:
    proposal = agreement.proposals[event.proposal_id]
    agreement.proposals[event.proposal_id] = proposal._replace(state=ProposalState.OPEN, condition=None)
    for term_id in proposal.term_ids:
        del agreement.reserved[term_id]
    agreement.deadlines.cancel(Watched("proposal", proposal.proposal_id))
    watch_deadline(agreement, proposal)
