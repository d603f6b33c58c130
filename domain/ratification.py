"""Ratification: signatories of both parties consenting to one fingerprint of the whole text; and giving up."""

from __future__ import annotations

from dataclasses import replace

from domain import acts
from domain.agreement_events import (
    AgreementAbandoned,
    AgreementRatified,
    ConsentGiven,
    ConsentRefused,
    ProposalClosed,
    RatificationOpened,
    RatificationVoided,
)
from domain.commands import AbandonAgreement, ConsentToText, OpenRatification, RefuseConsent, WithdrawRatification
from domain.deadlines import TEXT, Watched
from domain.endings import moot_objections
from domain.ids import TermId
from domain.readiness import OfferState, TermState, obstacles
from domain.refusals import Code, Guards, Refusal, Subject
from domain.rules import Act, Rules
from domain.things import AgreementState, Consent, Ratification, Reasoned
from domain.words import AgreementStatus, Mandate, TermStatus, VoidCause

rules = Rules()


@rules.decides(OpenRatification, acts.open_ratification)
def open_ratification(agreement: AgreementState, command: OpenRatification, act: Act) -> None:
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, (), whole_text=True))
    guards.note(acts.open_ratification(agreement.status))
    guards.settle()
    _refuse_unless_ready(agreement)
    if command.valid_until is not None and command.valid_until <= agreement.now:
        raise Refusal(Code.INVALID_VALUE, "The deadline for signing is already past.", "Choose a later deadline.")
    agreement.record(RatificationOpened, fingerprint=agreement.text_fingerprint(), valid_until=command.valid_until)


def _refuse_unless_ready(agreement: AgreementState) -> None:
    """Names first the missing exit term, then a pending condition, then what is still open (an order of its own)."""
    terms = (TermState(term.term_id, term.status, term.marks) for term in agreement.terms_in_order())
    live = map(agreement.proposals.__getitem__, agreement.live)
    offers = (OfferState(each.proposal_id, each.state, each.term_ids) for each in live)
    found = list(obstacles(terms, offers))
    if not found:
        return
    first = found[0]
    same = [each for each in found if (each.code, each.about) == (first.code, first.about)]
    headings = [agreement.terms[TermId(term_id)].heading for each in same for term_id in each.term_ids[:1]]
    named = ", ".join(f"“{heading}”" for heading in headings[:3]) + (" …" if len(headings) > 3 else "")
    match first.about:
        case "term":
            what, then = f"{len(same)} term(s) are not agreed yet: {named}.", "Agree, defer or drop them first."
            raise Refusal(first.code, what, then)
        case "proposal":
            what, then = f"{len(same)} proposal(s) still wait, on {named}.", "Accept, decline or withdraw them first."
            raise Refusal(first.code, what, then)
        case _:
            raise Refusal(first.code)


def _guards(agreement: AgreementState, act: Act) -> Guards:
    return Guards(acts.mandate(act.mandates, Mandate.SIGNATORY, ()))


def _ran_out(agreement: AgreementState) -> bool:
    return agreement.ratification is not None and agreement.ratification.voided == VoidCause.EXPIRED


@rules.decides(ConsentToText, acts.sign, needs=Mandate.SIGNATORY)
def consent(agreement: AgreementState, command: ConsentToText, act: Act) -> None:
    guards = _guards(agreement, act)
    current = agreement.ratification if agreement.status == AgreementStatus.RATIFYING else None
    signed = current is not None and any(each.member_id == act.member for each in current.consents)
    guards.note(acts.sign(agreement.status, signed=signed, ran_out=_ran_out(agreement)))
    guards.refuse_if(
        current is not None and command.fingerprint != current.fingerprint,
        Code.STALE_VIEW,
        "The text put to signature is not the one you name.",
        "Read the text that is to be signed, then decide again.",
        subject=Subject("text"),
    )
    guards.settle()
    version = agreement.record(ConsentGiven, fingerprint=command.fingerprint)
    assert agreement.ratification
    if agreement.ratification.is_complete(agreement.parties, agreement.signatures):
        agreement.record(AgreementRatified, fingerprint=command.fingerprint, caused_by=version)


@rules.decides(RefuseConsent, acts.refuse_to_sign, needs=Mandate.SIGNATORY)
def refuse_consent(agreement: AgreementState, command: RefuseConsent, act: Act) -> None:
    guards = _guards(agreement, act)
    guards.note(acts.refuse_to_sign(agreement.status, ran_out=_ran_out(agreement)))
    guards.settle()
    version = agreement.record(ConsentRefused, reason=command.reason)
    agreement.record(RatificationVoided, cause=VoidCause.REFUSED, caused_by=version)


@rules.decides(WithdrawRatification, acts.withdraw_ratification)
def withdraw_ratification(agreement: AgreementState, command: WithdrawRatification, act: Act) -> None:
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, ()))
    mine = agreement.ratification is not None and agreement.ratification.party_id == act.party
    guards.note(acts.withdraw_ratification(agreement.status, mine=mine, ran_out=_ran_out(agreement)))
    guards.settle()
    agreement.record(RatificationVoided, cause=VoidCause.WITHDRAWN, caused_by=None)


@rules.decides(AbandonAgreement, acts.abandon, needs=Mandate.SIGNATORY)
def abandon_agreement(agreement: AgreementState, command: AbandonAgreement, act: Act) -> None:
    guards = _guards(agreement, act)
    guards.note(acts.abandon(agreement.status))
    guards.settle()
    version = agreement.record(AgreementAbandoned, reason=command.reason)
    for proposal_id in list(agreement.live):
        closed = agreement.record(ProposalClosed, proposal_id=proposal_id, caused_by=version)
        moot_objections(agreement, proposal_id, closed)


@rules.folds(RatificationOpened)
def ratification_opened(agreement: AgreementState, event: RatificationOpened) -> None:
    assert event.actor.party_id and event.actor.member_id
    agreement.status = AgreementStatus.RATIFYING
    agreement.ratification = Ratification(
        event.fingerprint, event.actor.party_id, event.actor.member_id, event.valid_until, event.at
    )
    if event.valid_until:
        agreement.deadlines.watch(TEXT, event.valid_until, event.originator_version, "ratification")


@rules.folds(ConsentGiven)
def consent_given(agreement: AgreementState, event: ConsentGiven) -> None:
    assert agreement.ratification and event.actor.party_id and event.actor.member_id
    given = Consent(event.actor.party_id, event.actor.member_id, event.at, event.originator_version)
    agreement.ratification = replace(agreement.ratification, consents=(*agreement.ratification.consents, given))


@rules.folds(ConsentRefused)
def consent_refused(agreement: AgreementState, event: ConsentRefused) -> None:
    """The ratification ends with the event that follows."""
    assert agreement.ratification
    agreement.ratification = replace(agreement.ratification, refusal=_reasoned(event))


@rules.folds(RatificationVoided)
def ratification_voided(agreement: AgreementState, event: RatificationVoided) -> None:
    assert agreement.ratification
    agreement.status = AgreementStatus.DRAFTING
    agreement.ratification = replace(agreement.ratification, voided=VoidCause(event.cause))
    agreement.deadlines.cancel(TEXT)


@rules.folds(AgreementRatified)
def agreement_ratified(agreement: AgreementState, event: AgreementRatified) -> None:
    agreement.status = AgreementStatus.IN_FORCE
    agreement.deadlines.cancel(TEXT)
    for term in list(agreement.terms_in_order()):
        if term.status == TermStatus.PROVISIONAL:
            agreement.terms[term.term_id] = term.moved_to(TermStatus.RATIFIED)


@rules.folds(AgreementAbandoned)
def agreement_abandoned(agreement: AgreementState, event: AgreementAbandoned) -> None:
    agreement.status = AgreementStatus.ABANDONED
    agreement.abandonment = _reasoned(event)
    for term in agreement.terms_in_order():
        agreement.deadlines.cancel(Watched("term", term.term_id))


def _reasoned(event: ConsentRefused | AgreementAbandoned) -> Reasoned:
    assert event.actor.party_id and event.actor.member_id
    return Reasoned(event.actor.party_id, event.actor.member_id, event.at, event.reason)


@rules.passes("ratification")
def ratification_expires(agreement: AgreementState, _: str) -> None:
    agreement.record(RatificationVoided, cause=VoidCause.EXPIRED, caused_by=None)
