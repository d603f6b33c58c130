"""Terms: the smallest units that can be proposed on. They come into being as empty place-holders (version 0)."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from domain import acts
from domain.agreement_events import TermDropped, TermMarked, TermOpened, TermReopened
from domain.commands import DropTerm, MarkTerm, OnTerm, OpenTerm, ReopenTerm, Unplaced
from domain.deadlines import Watched
from domain.ids import PartyId, TermId
from domain.refusals import Code, Guards, Subject, refuse
from domain.rules import Act, decides, folds
from domain.values import Value
from domain.words import Mandate, Mark, TermStatus

if TYPE_CHECKING:
    from domain.agreement import Agreement


@dataclass(frozen=True, slots=True)
class Request:
    """One party asks the other to set a term aside until a date."""

    party_id: PartyId
    reason: str
    until: str
    until_as_sent: str


class Term(NamedTuple):
    """A term as it stands. opener: the party that put it on the agenda or proposed it; opened: it stays without a
    proposal; place: its sort key in the text; until: the date of its parking or deferral."""

    term_id: TermId
    heading: str
    opener: PartyId
    opened: bool
    place: str
    text: str = ""
    value: Value | None = None
    version: int = 0
    status: TermStatus = TermStatus.OPEN
    marks: tuple[Mark, ...] = ()
    parking: Request | None = None
    deferral: Request | None = None
    until: str | None = None
    until_as_sent: str | None = None

    def moved_to(self, status: TermStatus, **changes: Any) -> Term:
        """The term in another state; requests and dates of the old state end with it."""
        fresh = {"parking": None, "deferral": None, "until": None, "until_as_sent": None} | changes
        return self._replace(status=status, **(changes if status == self.status else fresh))

    def signed_form(self) -> dict[str, Any]:
        """What the fingerprint of the whole text is taken of."""
        return {
            "term_id": self.term_id,
            "heading": self.heading,
            "text": self.text,
            "value": self.value,
            "version": self.version,
            "status": self.status,
            "deferred_until": self.until_as_sent,
        }


def words_on(agreement: Agreement, term: Term, party: PartyId, request: Request | None = None) -> acts.TermWords:
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


def guards_on(agreement: Agreement, term: Term, command: OnTerm, act: Act) -> Guards:
    """The guards that every command on a term has."""
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, [term.term_id]))
    guards.refuse_if(
        command.base_version is not None and command.base_version != term.version,
        Code.STALE_VIEW,
        f"You acted on version {command.base_version} of “{term.heading}”; it is now at version {term.version}.",
        subject=Subject("term", term.term_id),
    )
    return guards


@decides(OpenTerm)
def open_term(agreement: Agreement, command: OpenTerm, act: Act) -> None:
    after = agreement.text.last() if isinstance(command.after, Unplaced) else command.after
    if after is not None:
        standing_neighbour(agreement, after)
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, (), whole_text=True))
    guards.note(acts.change_the_text(agreement.status))
    guards.settle()
    agreement.record(TermOpened, term_id=command.term_id, heading=command.heading, after=after)


@decides(DropTerm)
def drop_term(agreement: Agreement, command: DropTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.drop(words_on(agreement, term, act.party)))
    guards.settle()
    agreement.record(TermDropped, term_id=term.term_id)


@decides(MarkTerm)
def mark_term(agreement: Agreement, command: MarkTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.mark(words_on(agreement, term, act.party)))
    guards.settle()
    if (command.mark in term.marks) != command.on:
        agreement.record(TermMarked, term_id=term.term_id, mark=command.mark, on=command.on)


@decides(ReopenTerm)
def reopen_term(agreement: Agreement, command: ReopenTerm, act: Act) -> None:
    term = agreement.term(command.term_id)
    guards = guards_on(agreement, term, command, act)
    guards.note(acts.reopen(words_on(agreement, term, act.party)))
    guards.settle()
    agreement.record(TermReopened, term_id=term.term_id, reason=command.reason)


def standing_neighbour(agreement: Agreement, term_id: TermId, also: Container[TermId] = ()) -> None:
    """Refuse `after` when it names nothing that stands in the text, nor anything added before in the package."""
    if term_id not in agreement.text and term_id not in also:
        refuse(Code.UNKNOWN_REFERENCE, "“after” names a term that does not stand in the text.")


@folds(TermOpened)
def term_opened(agreement: Agreement, event: TermOpened) -> None:
    assert event.actor.party_id
    place = agreement.text.put(event.term_id, event.after)
    agreement.terms[event.term_id] = Term(event.term_id, event.heading, event.actor.party_id, True, place)


@folds(TermDropped)
def term_dropped(agreement: Agreement, event: TermDropped) -> None:
    agreement.text.take_out(event.term_id)
    agreement.deadlines.cancel(Watched("term", event.term_id))
    del agreement.terms[event.term_id]


@folds(TermMarked)
def term_marked(agreement: Agreement, event: TermMarked) -> None:
    term = agreement.terms[event.term_id]
    marks = tuple(mark for mark in Mark if (mark in term.marks if mark != event.mark else event.on))
    agreement.terms[event.term_id] = term._replace(marks=marks)


@folds(TermReopened)
def term_reopened(agreement: Agreement, event: TermReopened) -> None:
    agreement.terms[event.term_id] = agreement.terms[event.term_id].moved_to(TermStatus.OPEN)


def let_vanish(agreement: Agreement, term_id: TermId) -> None:
    """An added place-holder is gone when it was never agreed nor opened and no live proposal touches it."""
    term = agreement.terms.get(term_id)
    if term and term.version == 0 and not term.opened and not agreement.live_on.get(term_id):
        agreement.text.take_out(term_id)
        del agreement.terms[term_id]
