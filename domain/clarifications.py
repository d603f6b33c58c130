"""Clarifications: questions on a proposal and their answers. They change nothing and need no mandate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from domain import acts
from domain.agreement_events import ClarificationAsked, ClarificationGiven
from domain.commands import AskClarification, GiveClarification
from domain.ids import MemberId, PartyId, ProposalId, QuestionId, TermId
from domain.refusals import Code, Guards, refuse
from domain.rules import Act, decides, folds

if TYPE_CHECKING:
    from domain.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, by whom, when."""

    party_id: PartyId
    member_id: MemberId
    at: str
    text: str


class Question(NamedTuple):
    """A question on a proposal; term_ids: the terms of the package that it is about, None for all."""

    question_id: QuestionId
    proposal_id: ProposalId
    party_id: PartyId
    member_id: MemberId
    at: str
    text: str
    term_ids: tuple[TermId, ...] | None
    answers: tuple[Answer, ...] = ()


@decides(AskClarification, needs=None)
def ask_clarification(agreement: Agreement, command: AskClarification, act: Act) -> None:
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


@decides(GiveClarification, needs=None)
def give_clarification(agreement: Agreement, command: GiveClarification, act: Act) -> None:
    question = agreement.questions.get(command.question_id)
    if question is None:
        refuse(Code.UNKNOWN_REFERENCE, "Nobody asked such a question here.")
    Guards(acts.clarify(agreement.status, asked_by_me=question.party_id == act.party)).settle()
    agreement.record(ClarificationGiven, question_id=question.question_id, text=command.text)


def refuse_terms_beyond(package: tuple[TermId, ...], named: tuple[TermId, ...] | None) -> None:
    """Refuse terms that the package does not touch."""
    if named is not None and not set(named) <= set(package):
        refuse(Code.UNKNOWN_REFERENCE, "This names a term that the proposal does not touch.")


@folds(ClarificationAsked)
def clarification_asked(agreement: Agreement, event: ClarificationAsked) -> None:
    assert event.actor.party_id and event.actor.member_id
    agreement.questions[event.question_id] = Question(
        event.question_id,
        event.proposal_id,
        event.actor.party_id,
        event.actor.member_id,
        event.at,
        event.text,
        None if event.term_ids is None else tuple(event.term_ids),
    )
    agreement.questions_on.setdefault(event.proposal_id, []).append(event.question_id)


@folds(ClarificationGiven)
def clarification_given(agreement: Agreement, event: ClarificationGiven) -> None:
    assert event.actor.party_id and event.actor.member_id
    question = agreement.questions[event.question_id]
    answer = Answer(event.actor.party_id, event.actor.member_id, event.at, event.text)
    agreement.questions[event.question_id] = question._replace(answers=(*question.answers, answer))
