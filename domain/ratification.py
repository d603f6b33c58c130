"""Ratification: signatories of both parties consenting to one fingerprint of the whole text; and giving up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

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
from domain.ids import Fingerprint, MemberId, PartyId, TermId
from domain.readiness import OfferState, TermState, obstacles
from domain.refusals import Code, Guards, Refusal, Subject
from domain.rules import Act, decides, folds
from domain.words import AgreementStatus, Mandate, TermStatus, VoidCause

if TYPE_CHECKING:
    from domain.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Consent:
    """One signatory's consent to the whole text. version: of the event that gave it."""

    party_id: PartyId
    member_id: MemberId
    at: str
    version: int


@dataclass(frozen=True, slots=True)
class Reasoned:
    """Who refused to sign or gave the agreement up, when, and why."""

    party_id: PartyId
    member_id: MemberId
    at: str
    reason: str


@dataclass(frozen=True, slots=True)
class Ratification:
    """The latest ratification. voided: why it ended without force, None while it is open or when it is in force."""

    fingerprint: Fingerprint
    party_id: PartyId
    member_id: MemberId
    valid_until: str | None
    opened_at: str
    consents: tuple[Consent, ...] = ()
    voided: VoidCause | None = None
    refusal: Reasoned | None = None

    def is_complete(self, parties: tuple[PartyId, PartyId], needed: int) -> bool:
        """Whether each party has as many different signatories as the agreement was opened with."""
        return all(self.signed_by(party) >= needed for party in parties)

    def signed_by(self, party: PartyId) -> int:
        return len({each.member_id for each in self.consents if each.party_id == party})


@decides(OpenRatification)
def open_ratification(agreement: Agreement, command: OpenRatification, act: Act) -> None:
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, (), whole_text=True))
    guards.note(acts.open_ratification(agreement.status))
    guards.settle()
    _refuse_unless_ready(agreement)
    if command.valid_until is not None and command.valid_until <= agreement.now:
        raise Refusal(Code.INVALID_VALUE, "The deadline for signing is already past.", "Choose a later deadline.")
    agreement.record(RatificationOpened, fingerprint=agreement.text_fingerprint(), valid_until=command.valid_until)


def _refuse_unless_ready(agreement: Agreement) -> None:
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


def _guards(agreement: Agreement, act: Act) -> Guards:
    return Guards(acts.mandate(act.mandates, Mandate.SIGNATORY, ()))


def _ran_out(agreement: Agreement) -> bool:
    return agreement.ratification is not None and agreement.ratification.voided == VoidCause.EXPIRED


@decides(ConsentToText, needs=Mandate.SIGNATORY)
def consent(agreement: Agreement, command: ConsentToText, act: Act) -> None:
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


@decides(RefuseConsent, needs=Mandate.SIGNATORY)
def refuse_consent(agreement: Agreement, command: RefuseConsent, act: Act) -> None:
    guards = _guards(agreement, act)
    guards.note(acts.refuse_to_sign(agreement.status, ran_out=_ran_out(agreement)))
    guards.settle()
    version = agreement.record(ConsentRefused, reason=command.reason)
    agreement.record(RatificationVoided, cause=VoidCause.REFUSED, caused_by=version)


@decides(WithdrawRatification)
def withdraw_ratification(agreement: Agreement, command: WithdrawRatification, act: Act) -> None:
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, ()))
    mine = agreement.ratification is not None and agreement.ratification.party_id == act.party
    guards.note(acts.withdraw_ratification(agreement.status, mine=mine, ran_out=_ran_out(agreement)))
    guards.settle()
    agreement.record(RatificationVoided, cause=VoidCause.WITHDRAWN, caused_by=None)


@decides(AbandonAgreement, needs=Mandate.SIGNATORY)
def abandon_agreement(agreement: Agreement, command: AbandonAgreement, act: Act) -> None:
    guards = _guards(agreement, act)
    guards.note(acts.abandon(agreement.status))
    guards.settle()
    version = agreement.record(AgreementAbandoned, reason=command.reason)
    for proposal_id in list(agreement.live):
        closed = agreement.record(ProposalClosed, proposal_id=proposal_id, caused_by=version)
        moot_objections(agreement, proposal_id, closed)


@folds(RatificationOpened)
def ratification_opened(agreement: Agreement, event: RatificationOpened) -> None:
    assert event.actor.party_id and event.actor.member_id
    agreement.status = AgreementStatus.RATIFYING
    agreement.ratification = Ratification(
        event.fingerprint, event.actor.party_id, event.actor.member_id, event.valid_until, event.at
    )
    if event.valid_until:
        agreement.deadlines.watch(TEXT, event.valid_until, event.originator_version, "ratification")


@folds(ConsentGiven)
def consent_given(agreement: Agreement, event: ConsentGiven) -> None:
    assert agreement.ratification and event.actor.party_id and event.actor.member_id
    given = Consent(event.actor.party_id, event.actor.member_id, event.at, event.originator_version)
    agreement.ratification = replace(agreement.ratification, consents=(*agreement.ratification.consents, given))


@folds(ConsentRefused)
def consent_refused(agreement: Agreement, event: ConsentRefused) -> None:
    """The ratification ends with the event that follows."""
    assert agreement.ratification
    agreement.ratification = replace(agreement.ratification, refusal=_reasoned(event))


@folds(RatificationVoided)
def ratification_voided(agreement: Agreement, event: RatificationVoided) -> None:
    assert agreement.ratification
    agreement.status = AgreementStatus.DRAFTING
    agreement.ratification = replace(agreement.ratification, voided=VoidCause(event.cause))
    agreement.deadlines.cancel(TEXT)


@folds(AgreementRatified)
def agreement_ratified(agreement: Agreement, event: AgreementRatified) -> None:
    agreement.status = AgreementStatus.IN_FORCE
    agreement.deadlines.cancel(TEXT)
    for term in list(agreement.terms_in_order()):
        if term.status == TermStatus.PROVISIONAL:
            agreement.terms[term.term_id] = term.moved_to(TermStatus.RATIFIED)


@folds(AgreementAbandoned)
def agreement_abandoned(agreement: Agreement, event: AgreementAbandoned) -> None:
    agreement.status = AgreementStatus.ABANDONED
    agreement.abandonment = _reasoned(event)
    for term in agreement.terms_in_order():
        agreement.deadlines.cancel(Watched("term", term.term_id))


def _reasoned(event: ConsentRefused | AgreementAbandoned) -> Reasoned:
    assert event.actor.party_id and event.actor.member_id
    return Reasoned(event.actor.party_id, event.actor.member_id, event.at, event.reason)
