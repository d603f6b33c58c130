"""Setting terms aside: parked jointly until a date, or deferred, left open at ratification with a review date."""

from __future__ import annotations

from domain import acts
from domain.agreement_events import (
    ProposalParked,
    ProposalUnparked,
    TermDeferralRequested,
    TermDeferred,
    TermParked,
    TermParkingRequested,
    TermUnparked,
)
from domain.commands import AgreeDeferral, AgreeParking, DeferTerm, ParkTerm, UnparkTerm
from domain.deadlines import Watched
from domain.endings import end_as_stale
from domain.ids import TermId
from domain.refusals import Code, Guards
from domain.rules import Act, Rules
from domain.terms import guards_on, words_on
from domain.things import AgreementState, Request, Term
from domain.times import read_time, written
from domain.words import ProposalState, TermStatus

rules = Rules()


@rules.decides(ParkTerm, acts.park)
def park_term(agreement: AgreementState, command: ParkTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.park(words_on(agreement, term, act.party)))
    _guard_future(agreement, command.until, guards)
    guards.settle()
    asked = _asked_by_other(agreement, term.parking, act)
    if asked:
        _park(agreement, term, asked)
    else:
        agreement.record(TermParkingRequested, term_id=term.term_id, reason=command.reason, until=command.until)


@rules.decides(AgreeParking, acts.agree_parking)
def agree_parking(agreement: AgreementState, command: AgreeParking, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    asked = _standing(agreement, term.parking)
    guards.note(acts.agree_parking(words_on(agreement, term, act.party, asked)))
    guards.settle()
    assert asked
    _park(agreement, term, asked)


@rules.decides(UnparkTerm, acts.unpark)
def unpark_term(agreement: AgreementState, command: UnparkTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.unpark(words_on(agreement, term, act.party)))
    guards.settle()
    unpark_proposals(agreement, term.term_id, agreement.record(TermUnparked, term_id=term.term_id))


@rules.decides(DeferTerm, acts.defer)
def defer_term(agreement: AgreementState, command: DeferTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    until = _as_kept(command.until)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.defer(words_on(agreement, term, act.party)))
    _guard_future(agreement, until, guards)
    guards.settle()
    asked = _asked_by_other(agreement, term.deferral, act)
    if asked:
        _defer(agreement, term, asked)
    else:
        agreement.record(
            TermDeferralRequested,
            term_id=term.term_id,
            reason=command.reason,
            until=until,
            until_as_sent=command.until,
        )


@rules.decides(AgreeDeferral, acts.agree_deferral)
def agree_deferral(agreement: AgreementState, command: AgreeDeferral, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    asked = _standing(agreement, term.deferral)
    guards.note(acts.agree_deferral(words_on(agreement, term, act.party, asked)))
    guards.settle()
    assert asked
    _defer(agreement, term, asked)


def _asked_by_other(agreement: AgreementState, request: Request | None, act: Act) -> Request | None:
    asked = _standing(agreement, request)
    return asked if asked and asked.party_id != act.party else None


def _standing(agreement: AgreementState, request: Request | None) -> Request | None:
    """A request whose date has passed has ended: asking anew is asking."""
    return request if request and request.until > agreement.now else None


def _guard_future(agreement: AgreementState, until: str, guards: Guards) -> None:
    guards.refuse_if(
        until <= agreement.now, Code.INVALID_VALUE, "The date named is already past.", "Ask for a later date."
    )


def _as_kept(until: str) -> str:
    moment = read_time(until)
    assert moment
    return written(moment)


def _park(agreement: AgreementState, term: Term, request: Request) -> None:
    parked = agreement.record(TermParked, term_id=term.term_id, reason=request.reason, until=request.until)
    for proposal in agreement.live_proposals(term.term_id):
        if proposal.state == ProposalState.OPEN:
            agreement.record(ProposalParked, proposal_id=proposal.proposal_id, caused_by=parked)


def unpark_proposals(agreement: AgreementState, term_id: TermId, caused_by: int) -> None:
    """Open every parked proposal none of whose terms is parked any more."""
    for proposal in agreement.live_proposals(term_id):
        still = any(agreement.terms[each].status == TermStatus.PARKED for each in proposal.term_ids)
        if proposal.state == ProposalState.PARKED and not still:
            agreement.record(ProposalUnparked, proposal_id=proposal.proposal_id, caused_by=caused_by)


def _defer(agreement: AgreementState, term: Term, request: Request) -> None:
    deferred = agreement.record(
        TermDeferred,
        term_id=term.term_id,
        reason=request.reason,
        until=request.until,
        until_as_sent=request.until_as_sent,
    )
    end_as_stale(agreement, {term.term_id}, deferred)


@rules.folds(TermParkingRequested)
def term_parking_requested(agreement: AgreementState, event: TermParkingRequested) -> None:
    assert event.actor.party_id
    request = Request(event.actor.party_id, event.reason, event.until, event.until)
    agreement.terms[event.term_id] = agreement.terms[event.term_id]._replace(parking=request)


@rules.folds(TermDeferralRequested)
def term_deferral_requested(agreement: AgreementState, event: TermDeferralRequested) -> None:
    assert event.actor.party_id
    request = Request(event.actor.party_id, event.reason, event.until, event.until_as_sent)
    agreement.terms[event.term_id] = agreement.terms[event.term_id]._replace(deferral=request)


@rules.folds(TermParked)
def term_parked(agreement: AgreementState, event: TermParked) -> None:
    term = agreement.terms[event.term_id]
    agreement.terms[event.term_id] = term.moved_to(TermStatus.PARKED, opened=True, until=event.until)
    agreement.deadlines.watch(Watched("term", event.term_id), event.until, event.originator_version, "parking")


@rules.folds(TermUnparked)
def term_unparked(agreement: AgreementState, event: TermUnparked) -> None:
    agreement.terms[event.term_id] = agreement.terms[event.term_id].moved_to(TermStatus.OPEN)
    agreement.deadlines.cancel(Watched("term", event.term_id))


@rules.folds(TermDeferred)
def term_deferred(agreement: AgreementState, event: TermDeferred) -> None:
    agreement.terms[event.term_id] = agreement.terms[event.term_id].moved_to(
        TermStatus.DEFERRED, opened=True, until=event.until, until_as_sent=event.until_as_sent
    )
    agreement.deadlines.cancel(Watched("term", event.term_id))


@rules.passes("parking")
def parking_ends(agreement: AgreementState, term_id: str) -> None:
    unparked = agreement.record(TermUnparked, term_id=TermId(term_id))
    unpark_proposals(agreement, TermId(term_id), unparked)
