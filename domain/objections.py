"""Objections: why a proposal cannot be accepted as it is, and how that ended. Silence never becomes consent."""

from __future__ import annotations

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
from domain.clarifications import refuse_terms_beyond
from domain.commands import (
    AnswerObjection,
    ConfirmResolution,
    DeclineResolution,
    OfferResolution,
    RaiseObjection,
    WithdrawObjection,
)
from domain.ids import ObjectionId
from domain.links import standing_need
from domain.proposals import words_on_proposal
from domain.refusals import Code, Guards, refuse
from domain.rules import Act, Rules
from domain.things import AgreementState, Answer, Objection, Resolution
from domain.words import Mandate, ObjectionState

rules = Rules()

_NAME_WHAT_DOES_NOT_EXIST_YET = ("commitment", "bridge", "sponsor_decision", "external")


@rules.decides(RaiseObjection, acts.object_to)
def raise_objection(agreement: AgreementState, command: RaiseObjection, act: Act) -> None:
    proposal = agreement.proposal(command.proposal_id)
    refuse_terms_beyond(proposal.term_ids, command.term_ids)
    if command.need_id:
        standing_need(act, command.need_id)
    cites = command.ground == "principle" or command.principle_id is not None
    if cites and command.principle_id not in act.known.get("principles", ()):
        refuse(
            Code.UNKNOWN_REFERENCE,
            "An objection of principle cites a principle that both parties have adopted; this names none.",
            "Choose an adopted one, or another ground.",
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


def _guards_on(agreement: AgreementState, objection: Objection, act: Act) -> Guards:
    touched = objection.term_ids or agreement.proposals[objection.proposal_id].term_ids
    return Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, touched))


@rules.decides(AnswerObjection, acts.answer_objection)
def answer_objection(agreement: AgreementState, command: AnswerObjection, act: Act) -> None:
    objection = agreement.objection(command.objection_id)
    guards = _guards_on(agreement, objection, act)
    guards.note(acts.answer_objection(objection.state))
    guards.settle()
    agreement.record(ObjectionAnswered, objection_id=objection.objection_id, text=command.text)


@rules.decides(WithdrawObjection, acts.withdraw_objection)
def withdraw_objection(agreement: AgreementState, command: WithdrawObjection, act: Act) -> None:
    objection = agreement.objection(command.objection_id)
    guards = _guards_on(agreement, objection, act)
    guards.note(acts.withdraw_objection(objection.state, own=objection.party_id == act.party))
    guards.settle()
    agreement.record(ObjectionWithdrawn, objection_id=objection.objection_id, text=command.text)


@rules.decides(OfferResolution, acts.offer_resolution)
def offer_resolution(agreement: AgreementState, command: OfferResolution, act: Act) -> None:
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


@rules.decides(ConfirmResolution, acts.judge_resolution)
def confirm_resolution(agreement: AgreementState, command: ConfirmResolution, act: Act) -> None:
    objection = _judged(agreement, command.objection_id, act)
    agreement.record(ResolutionConfirmed, objection_id=objection.objection_id)


@rules.decides(DeclineResolution, acts.judge_resolution)
def decline_resolution(agreement: AgreementState, command: DeclineResolution, act: Act) -> None:
    objection = _judged(agreement, command.objection_id, act)
    agreement.record(ResolutionDeclined, objection_id=objection.objection_id, reason=command.reason)


def _judged(agreement: AgreementState, objection_id: ObjectionId, act: Act) -> Objection:
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


@rules.folds(ObjectionRaised)
def objection_raised(agreement: AgreementState, event: ObjectionRaised) -> None:
    assert event.actor.party_id and event.actor.member_id
    agreement.put_objection(
        Objection(
            objection_id=event.objection_id,
            proposal_id=event.proposal_id,
            party_id=event.actor.party_id,
            member_id=event.actor.member_id,
            severity=event.severity,
            ground=event.ground,
            text=event.text,
            term_ids=None if event.term_ids is None else tuple(event.term_ids),
            need_id=event.need_id,
            principle_id=event.principle_id,
            would_accept=event.would_accept,
            raised_at=event.at,
            raised_version=event.originator_version,
        )
    )


@rules.folds(ObjectionAnswered)
def objection_answered(agreement: AgreementState, event: ObjectionAnswered) -> None:
    assert event.actor.party_id and event.actor.member_id
    objection = agreement.objections[event.objection_id]
    answer = Answer(event.actor.party_id, event.actor.member_id, event.at, event.text)
    by_other = event.actor.party_id != objection.party_id
    answered = objection.state == ObjectionState.OPEN and by_other
    agreement.objections[event.objection_id] = objection._replace(
        answers=(*objection.answers, answer),
        state=ObjectionState.ANSWERED if answered else objection.state,
    )


@rules.folds(ResolutionOffered)
def resolution_offered(agreement: AgreementState, event: ResolutionOffered) -> None:
    actor = event.actor
    assert actor.party_id and actor.member_id
    offer = Resolution(event.kind, event.text, tuple(event.refs), actor.party_id, actor.member_id, event.at)
    agreement.objections[event.objection_id] = agreement.objections[event.objection_id]._replace(
        state=ObjectionState.RESOLUTION_OFFERED, resolution=offer
    )


@rules.folds(ResolutionDeclined)
def resolution_declined(agreement: AgreementState, event: ResolutionDeclined) -> None:
    agreement.objections[event.objection_id] = agreement.objections[event.objection_id]._replace(
        state=ObjectionState.OPEN, resolution=None
    )


@rules.folds(ResolutionConfirmed, ObjectionWithdrawn)
def objection_ended(agreement: AgreementState, event: ResolutionConfirmed | ObjectionWithdrawn) -> None:
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


@rules.folds(ObjectionMooted)
def objection_mooted(agreement: AgreementState, event: ObjectionMooted) -> None:
    objection = agreement.objections[event.objection_id]
    ended_by = agreement.proposals[objection.proposal_id].ended_by
    led_to = objection.led_to or agreement.brought.get(ended_by or 0, ())
    agreement.objections[event.objection_id] = objection._replace(
        state=ObjectionState.MOOT,
        ended_at=event.at,
        ended_version=event.originator_version,
        led_to=led_to,
    )
