"""Objections: why a proposal cannot be accepted as it is, and how that ended. Silence never becomes consent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from domain import acts
from domain.agreement_events import (
    ObjectionAnswered,
    ObjectionMooted,
    ObjectionRaised,
    ObjectionWithdrawn,
    ResolutionConfirmed,
    ResolutionDeclined,
    ResolutionOffered,
)
from domain.clarifications import Answer, refuse_terms_beyond
from domain.commands import (
    AnswerObjection,
    ConfirmResolution,
    DeclineResolution,
    OfferResolution,
    RaiseObjection,
    WithdrawObjection,
)
from domain.ids import MemberId, ObjectionId, PartyId, ProposalId, TermId
from domain.proposals import words_on_proposal
from domain.refusals import Code, Guards, refuse
from domain.rules import Act, decides, folds
from domain.words import Mandate, ObjectionState

if TYPE_CHECKING:
    from domain.agreement import Agreement

_NAME_WHAT_DOES_NOT_EXIST_YET = ("commitment", "bridge", "sponsor_decision", "external")


@dataclass(frozen=True, slots=True)
class Resolution:
    """An offered end of an objection."""

    kind: str
    text: str
    refs: tuple[str, ...]
    party_id: PartyId
    member_id: MemberId
    at: str


class Objection(NamedTuple):
    """An objection. term_ids: the terms of the package that it is about, None for all; it blocks the whole anyway.
    led_to: the term versions that the settled proposal brought."""

    objection_id: ObjectionId
    proposal_id: ProposalId
    party_id: PartyId
    member_id: MemberId
    severity: str
    ground: str
    text: str
    term_ids: tuple[TermId, ...] | None
    would_accept: str | None
    raised_at: str
    raised_version: int
    state: ObjectionState = ObjectionState.OPEN
    answers: tuple[Answer, ...] = ()
    resolution: Resolution | None = None
    ended_at: str | None = None
    ended_version: int | None = None
    led_to: tuple[tuple[TermId, int], ...] = ()


@decides(RaiseObjection)
def raise_objection(agreement: Agreement, command: RaiseObjection, act: Act) -> None:
    proposal = agreement.proposal(command.proposal_id)
    refuse_terms_beyond(proposal.term_ids, command.term_ids)
    if command.need_id:
        refuse(Code.UNKNOWN_REFERENCE, "This names a need that has not been disclosed.", "Leave need_id out.")
    if command.principle_id or command.ground == "principle":
        refuse(
            Code.UNKNOWN_REFERENCE,
            "An objection of principle cites a principle that both parties have adopted; there is no such one.",
            "Choose another ground.",
        )
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, command.term_ids or proposal.term_ids))
    guards.note(acts.object_to(words_on_proposal(agreement, proposal, act.party)))
    guards.refuse_if(
        not command.ground,
        Code.GROUND_REQUIRED,
        "An objection needs its ground, so that the other party knows what to answer.",
        "Choose the ground and send it again.",
    )
    guards.settle()
    assert command.ground
    agreement.record(
        ObjectionRaised,
        objection_id=command.objection_id,
        proposal_id=proposal.proposal_id,
        severity=command.severity,
        ground=command.ground,
        text=command.text,
        term_ids=None if command.term_ids is None else list(command.term_ids),
        need_id=command.need_id,
        principle_id=command.principle_id,
        would_accept=command.would_accept,
    )


def _guards_on(agreement: Agreement, objection: Objection, act: Act) -> Guards:
    touched = objection.term_ids or agreement.proposals[objection.proposal_id].term_ids
    return Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, touched))


@decides(AnswerObjection)
def answer_objection(agreement: Agreement, command: AnswerObjection, act: Act) -> None:
    objection = agreement.objection(command.objection_id)
    guards = _guards_on(agreement, objection, act)
    guards.note(acts.answer_objection(objection.state))
    guards.settle()
    agreement.record(ObjectionAnswered, objection_id=objection.objection_id, text=command.text)


@decides(WithdrawObjection)
def withdraw_objection(agreement: Agreement, command: WithdrawObjection, act: Act) -> None:
    objection = agreement.objection(command.objection_id)
    guards = _guards_on(agreement, objection, act)
    guards.note(acts.withdraw_objection(objection.state, own=objection.party_id == act.party))
    guards.settle()
    agreement.record(ObjectionWithdrawn, objection_id=objection.objection_id, text=command.text)


@decides(OfferResolution)
def offer_resolution(agreement: Agreement, command: OfferResolution, act: Act) -> None:
    objection = agreement.objection(command.objection_id)
    if command.kind in _NAME_WHAT_DOES_NOT_EXIST_YET:
        refuse(
            Code.UNKNOWN_REFERENCE,
            f"A resolution by {command.kind.replace('_', ' ')} names one that exists; there is none yet.",
            "Offer another kind of resolution.",
        )
    for ref in command.refs:
        if not any(ref in shelf for shelf in (agreement.proposals, agreement.terms, agreement.objections)):
            refuse(Code.UNKNOWN_REFERENCE, "The resolution refers to something that the agreement does not have.")
    guards = _guards_on(agreement, objection, act)
    guards.note(acts.offer_resolution(objection.state))
    guards.settle()
    agreement.record(
        ResolutionOffered,
        objection_id=objection.objection_id,
        kind=command.kind,
        refs=list(command.refs),
        text=command.text,
    )


@decides(ConfirmResolution)
def confirm_resolution(agreement: Agreement, command: ConfirmResolution, act: Act) -> None:
    objection = _judged(agreement, command.objection_id, act)
    agreement.record(ResolutionConfirmed, objection_id=objection.objection_id)


@decides(DeclineResolution)
def decline_resolution(agreement: Agreement, command: DeclineResolution, act: Act) -> None:
    objection = _judged(agreement, command.objection_id, act)
    agreement.record(ResolutionDeclined, objection_id=objection.objection_id, reason=command.reason)


def _judged(agreement: Agreement, objection_id: ObjectionId, act: Act) -> Objection:
    objection = agreement.objection(objection_id)
    offer = objection.resolution
    guards = _guards_on(agreement, objection, act)
    guards.note(
        acts.judge_resolution(
            objection.state,
            own=objection.party_id == act.party,
            offered_by_me=offer is not None and offer.party_id == act.party,
        )
    )
    guards.settle()
    return objection


@folds(ObjectionRaised)
def objection_raised(agreement: Agreement, event: ObjectionRaised) -> None:
    assert event.actor.party_id and event.actor.member_id
    agreement.objections[event.objection_id] = Objection(
        objection_id=event.objection_id,
        proposal_id=event.proposal_id,
        party_id=event.actor.party_id,
        member_id=event.actor.member_id,
        severity=event.severity,
        ground=event.ground,
        text=event.text,
        term_ids=None if event.term_ids is None else tuple(event.term_ids),
        would_accept=event.would_accept,
        raised_at=event.at,
        raised_version=event.originator_version,
    )
    agreement.objections_on.setdefault(event.proposal_id, []).append(event.objection_id)
    thread_id = agreement.proposals[event.proposal_id].thread_id
    agreement.objections_in.setdefault(thread_id, []).append(event.objection_id)


@folds(ObjectionAnswered)
def objection_answered(agreement: Agreement, event: ObjectionAnswered) -> None:
    assert event.actor.party_id and event.actor.member_id
    objection = agreement.objections[event.objection_id]
    answer = Answer(event.actor.party_id, event.actor.member_id, event.at, event.text)
    by_other = event.actor.party_id != objection.party_id
    answered = objection.state == ObjectionState.OPEN and by_other
    agreement.objections[event.objection_id] = objection._replace(
        answers=(*objection.answers, answer),
        state=ObjectionState.ANSWERED if answered else objection.state,
    )


@folds(ResolutionOffered)
def resolution_offered(agreement: Agreement, event: ResolutionOffered) -> None:
    actor = event.actor
    assert actor.party_id and actor.member_id
    offer = Resolution(event.kind, event.text, tuple(event.refs), actor.party_id, actor.member_id, event.at)
    agreement.objections[event.objection_id] = agreement.objections[event.objection_id]._replace(
        state=ObjectionState.RESOLUTION_OFFERED, resolution=offer
    )


@folds(ResolutionDeclined)
def resolution_declined(agreement: Agreement, event: ResolutionDeclined) -> None:
    agreement.objections[event.objection_id] = agreement.objections[event.objection_id]._replace(
        state=ObjectionState.OPEN, resolution=None
    )


@folds(ResolutionConfirmed, ObjectionWithdrawn)
def objection_ended(agreement: Agreement, event: ResolutionConfirmed | ObjectionWithdrawn) -> None:
    objection = agreement.objections[event.objection_id]
    if isinstance(event, ObjectionWithdrawn):
        state = ObjectionState.WITHDRAWN
    elif objection.resolution and objection.resolution.kind == "agreed_to_differ":
        state = ObjectionState.AGREED_TO_DIFFER
    else:
        state = ObjectionState.RESOLVED
    agreement.objections[event.objection_id] = objection._replace(
        state=state, ended_at=event.at, ended_version=event.originator_version
    )


@folds(ObjectionMooted)
def objection_mooted(agreement: Agreement, event: ObjectionMooted) -> None:
    objection = agreement.objections[event.objection_id]
    ended_by = agreement.proposals[objection.proposal_id].ended_by
    led_to = objection.led_to or agreement.brought.get(ended_by or 0, ())
    agreement.objections[event.objection_id] = objection._replace(
        state=ObjectionState.MOOT,
        ended_at=event.at,
        ended_version=event.originator_version,
        led_to=led_to,
    )
