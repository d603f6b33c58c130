"""Which terms serve which needs. It is no part of the text: also while that is frozen it can be said
(relationship.md, Needs)."""

from __future__ import annotations

from domain import acts
from domain.agreement_events import NeedLinkedToTerm
from domain.commands import LinkNeed
from domain.ids import NeedId
from domain.refusals import Code, refuse
from domain.rules import Act, KnownNeed, Rules
from domain.terms import guards_on
from domain.things import AgreementState, Term
from domain.words import TermStatus

rules = Rules()


def known_need(act: Act, need_id: NeedId) -> KnownNeed:
    """A need of the partnership, as of the version at which the mandates were read; else `unknown_reference`."""
    found: KnownNeed | None = act.known["needs"].get(need_id)
    return found or refuse(
        Code.UNKNOWN_REFERENCE,
        "This names a need that nobody has disclosed.",
        "Look at the needs that stand, and name one of those.",
    )


def standing_need(act: Act, need_id: NeedId) -> KnownNeed:
    """A need that stands; `unknown_reference` also for one that was withdrawn."""
    need = known_need(act, need_id)
    if not need.standing:
        refuse(
            Code.UNKNOWN_REFERENCE,
            "This names a need that was withdrawn.",
            "Look at the needs that stand, and name one of those, or none.",
        )
    return need


def link_words(agreement: AgreementState, term: Term, need_id: NeedId, *, own: bool) -> acts.LinkWords:
    """The state words that decide whether a need can be linked to a term or taken off it."""
    return acts.LinkWords(
        agreement.status,
        removed=term.status == TermStatus.REMOVED,
        own=own,
        taken_off=need_id in term.taken_off,
    )


@rules.decides(LinkNeed, acts.link)
def link_need(agreement: AgreementState, command: LinkNeed, act: Act) -> None:
    term = agreement.term(command.term_id)
    need = (standing_need if command.on else known_need)(act, command.need_id)
    guards = guards_on(agreement, term, command, act)
    words = link_words(agreement, term, command.need_id, own=need.party_id == act.party)
    guards.note(acts.link(words) if command.on else acts.unlink(words))
    guards.settle()
    if (command.need_id in term.need_ids) != command.on:
        agreement.record(NeedLinkedToTerm, term_id=term.term_id, need_id=command.need_id, on=command.on)


@rules.folds(NeedLinkedToTerm)
def need_linked(agreement: AgreementState, event: NeedLinkedToTerm) -> None:
    term = agreement.terms[event.term_id]
    others = tuple(each for each in term.need_ids if each != event.need_id)
    taken_off = tuple(each for each in term.taken_off if each != event.need_id)
    if event.on:
        agreement.terms[event.term_id] = term._replace(need_ids=(*others, event.need_id), taken_off=taken_off)
    else:
        agreement.terms[event.term_id] = term._replace(need_ids=others, taken_off=(*taken_off, event.need_id))
