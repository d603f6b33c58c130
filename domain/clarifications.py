"""Clarifications: questions on a proposal and their answers. They change nothing and need no mandate."""

from __future__ import annotations

from domain import acts
from domain.agreement_events import ClarificationAsked, ClarificationGiven
from domain.commands import AskClarification, GiveClarification
from domain.ids import TermId
from domain.refusals import Code, Guards, refuse
from domain.rules import Act, Rules
from domain.things import AgreementState, Answer, Question

rules = Rules()


@rules.decides(AskClarification, acts.ask, needs=None)
def ask_clarification(agreement: AgreementState, command: AskClarification, act: Act) -> None:
    proposal = agreement.proposal(command.proposal_id)
    refuse_terms_beyond(proposal.term_ids, command.term_ids)
    Guards(acts.ask(agreement.status)).settle()
    agreement.record(
        ClarificationAsked,
        question_id=command.question_id,
        proposal_id=proposal.proposal_id,
        text=command.text,
        term_ids=None if command.term_ids is None else list(command.term_ids),
    )


@rules.decides(GiveClarification, acts.clarify, needs=None)
def give_clarification(agreement: AgreementState, command: GiveClarification, act: Act) -> None:
    question = agreement.question(command.question_id)
    Guards(acts.clarify(agreement.status, asked_by_me=question.party_id == act.party)).settle()
    agreement.record(ClarificationGiven, question_id=question.question_id, text=command.text)


def refuse_terms_beyond(package: tuple[TermId, ...], named: tuple[TermId, ...] | None) -> None:
    """Refuse terms that the package does not touch."""
    if named is not None and not set(named) <= set(package):
        refuse(Code.UNKNOWN_REFERENCE, "This names a term that the proposal does not touch.")


@rules.folds(ClarificationAsked)
def clarification_asked(agreement: AgreementState, event: ClarificationAsked) -> None:
    assert event.actor.party_id and event.actor.member_id
    agreement.put_question(
        Question(
            event.question_id,
            event.proposal_id,
            event.actor.party_id,
            event.actor.member_id,
            event.at,
            event.text,
            None if event.term_ids is None else tuple(event.term_ids),
        )
    )


@rules.folds(ClarificationGiven)
def clarification_given(agreement: AgreementState, event: ClarificationGiven) -> None:
    assert event.actor.party_id and event.actor.member_id
    question = agreement.questions[event.question_id]
    answer = Answer(event.actor.party_id, event.actor.member_id, event.at, event.text)
    agreement.questions[event.question_id] = question._replace(answers=(*question.answers, answer))
