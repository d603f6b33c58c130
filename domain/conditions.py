"""Conditional acceptance: subject to an outside condition; until it is fulfilled the touched terms are reserved."""

from __future__ import annotations

from dataclasses import replace

from domain import acts
from domain.acceptance import bring_into_the_text
from domain.agreement_events import ConditionFulfilled, ConditionLapsed, ConditionReported, ProposalAcceptedSubjectTo
from domain.commands import ConfirmCondition, FulfilCondition
from domain.deadlines import Watched
from domain.ids import ProposalId
from domain.refusals import Guards
from domain.rules import Act, Rules
from domain.things import AgreementState, Condition, Proposal
from domain.words import Mandate, ProposalState

rules = Rules()


@rules.decides(FulfilCondition, acts.settle_condition)
def fulfil_condition(agreement: AgreementState, command: FulfilCondition, act: Act) -> None:
    proposal = _judged(agreement, command.proposal_id, act, by_owner=True)
    agreement.record(ConditionReported, proposal_id=proposal.proposal_id, evidence=command.evidence)


@rules.decides(ConfirmCondition, acts.settle_condition)
def confirm_condition(agreement: AgreementState, command: ConfirmCondition, act: Act) -> None:
    proposal = _judged(agreement, command.proposal_id, act, by_owner=False)
    bring_into_the_text(agreement, proposal, ConditionFulfilled, command.evidence)


def _judged(agreement: AgreementState, proposal_id: ProposalId, act: Act, *, by_owner: bool) -> Proposal:
    proposal = agreement.proposal(proposal_id)
    owned = proposal.condition is not None and proposal.condition.owner == act.party
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, proposal.term_ids))
    guards.note(acts.settle_condition(proposal.state, mine_to_do=owned == by_owner))
    guards.settle()
    return proposal


@rules.folds(ProposalAcceptedSubjectTo)
def proposal_accepted_subject_to(agreement: AgreementState, event: ProposalAcceptedSubjectTo) -> None:
    proposal = agreement.proposals[event.proposal_id]
    condition = Condition(event.condition, event.owner, event.due, event.actor, event.at, event.originator_version)
    agreement.proposals[event.proposal_id] = proposal._replace(state=ProposalState.CONDITIONAL, condition=condition)
    agreement.accepted_conditions[event.proposal_id] = condition
    agreement.reserve(proposal)
    agreement.deadlines.watch(
        Watched("proposal", proposal.proposal_id), event.due, event.originator_version, "condition"
    )


@rules.folds(ConditionReported)
def condition_reported(agreement: AgreementState, event: ConditionReported) -> None:
    proposal = agreement.proposals[event.proposal_id]
    assert proposal.condition
    condition = replace(proposal.condition, reported=True, evidence=event.evidence)
    agreement.proposals[event.proposal_id] = proposal._replace(condition=condition)


@rules.folds(ConditionLapsed)
def condition_lapsed(agreement: AgreementState, event: ConditionLapsed) -> None:
    proposal = agreement.proposals[event.proposal_id]
    agreement.proposals[event.proposal_id] = proposal._replace(state=ProposalState.OPEN, condition=None)
    agreement.release(proposal)
    agreement.deadlines.cancel(Watched("proposal", proposal.proposal_id))
    agreement.watch_deadline_of(proposal)


@rules.passes("condition")
def condition_lapses(agreement: AgreementState, proposal_id: str) -> None:
    agreement.record(ConditionLapsed, proposal_id=ProposalId(proposal_id))
