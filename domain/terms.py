"""Terms: the smallest units that can be proposed on. They come into being as empty place-holders (version 0)."""

from __future__ import annotations

from collections.abc import Container

from domain import acts
from domain.agreement_events import TermDropped, TermMarked, TermOpened, TermReopened
from domain.commands import DropTerm, MarkTerm, OnTerm, OpenTerm, ReopenTerm, Unplaced
from domain.deadlines import Watched
from domain.ids import PartyId, TermId
from domain.refusals import Code, Guards, Subject, refuse
from domain.rules import Act, Rules
from domain.things import AgreementState, Request, Term
from domain.words import Mandate, Mark, TermStatus

rules = Rules()


def words_on(agreement: AgreementState, term: Term, party: PartyId, request: Request | None = None) -> acts.TermWords:
    """The state words that decide which acts on a term are open to a party."""
    return acts.TermWords(
        agreement.status,
        term.status,
        term.version,
        reserved=term.term_id in agreement.reserved,
        mine=term.opener == party,
        touched=bool(agreement.live_on.get(term.term_id)),
        asked_by_me=None if request is None else request.party_id == party,
    )


def guards_on(agreement: AgreementState, term: Term, command: OnTerm, act: Act) -> Guards:
    """The guards that every command on a term has."""
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, [term.term_id]))
    guards.refuse_if(
        command.base_version is not None and command.base_version != term.version,
        Code.STALE_VIEW,
        f"You acted on version {command.base_version} of “{term.heading}”; it is now at version {term.version}.",
        subject=Subject("term", term.term_id),
    )
    return guards


@rules.decides(OpenTerm, acts.change_the_text)
def open_term(agreement: AgreementState, command: OpenTerm, act: Act) -> None:
    after = agreement.text.last() if isinstance(command.after, Unplaced) else command.after
    if after is not None:
        standing_neighbour(agreement, after)
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, (), whole_text=True))
    guards.note(acts.change_the_text(agreement.status))
    guards.settle()
    agreement.record(TermOpened, term_id=command.term_id, heading=command.heading, after=after)


@rules.decides(DropTerm, acts.drop)
def drop_term(agreement: AgreementState, command: DropTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.drop(words_on(agreement, term, act.party)))
    guards.settle()
    agreement.record(TermDropped, term_id=term.term_id)


@rules.decides(MarkTerm, acts.mark)
def mark_term(agreement: AgreementState, command: MarkTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.mark(words_on(agreement, term, act.party)))
    guards.settle()
    if (command.mark in term.marks) != command.on:
        agreement.record(TermMarked, term_id=term.term_id, mark=command.mark, on=command.on)


@rules.decides(ReopenTerm, acts.reopen)
def reopen_term(agreement: AgreementState, command: ReopenTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.reopen(words_on(agreement, term, act.party)))
    guards.settle()
    agreement.record(TermReopened, term_id=term.term_id, reason=command.reason)


def standing_neighbour(agreement: AgreementState, term_id: TermId, also: Container[TermId] = ()) -> None:
    """Refuse `after` when it names nothing that stands in the text, nor anything added before in the package."""
    if term_id not in agreement.text and term_id not in also:
        refuse(Code.UNKNOWN_REFERENCE, "“after” names a term that does not stand in the text.")


@rules.folds(TermOpened)
def term_opened(agreement: AgreementState, event: TermOpened) -> None:
    assert event.actor.party_id
    place = agreement.text.put(event.term_id, event.after)
    agreement.terms[event.term_id] = Term(event.term_id, event.heading, event.actor.party_id, True, place)


@rules.folds(TermDropped)
def term_dropped(agreement: AgreementState, event: TermDropped) -> None:
    agreement.text.take_out(event.term_id)
    agreement.deadlines.cancel(Watched("term", event.term_id))
    del agreement.terms[event.term_id]


@rules.folds(TermMarked)
def term_marked(agreement: AgreementState, event: TermMarked) -> None:
    term = agreement.terms[event.term_id]
    marks = tuple(mark for mark in Mark if (mark in term.marks if mark != event.mark else event.on))
    agreement.terms[event.term_id] = term._replace(marks=marks)


@rules.folds(TermReopened)
def term_reopened(agreement: AgreementState, event: TermReopened) -> None:
    agreement.terms[event.term_id] = agreement.terms[event.term_id].moved_to(TermStatus.OPEN)
