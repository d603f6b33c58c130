"""Which acts are open, judged from state words alone: the aggregate's guards and the pages both ask here.

Each function yields the codes of the guards that an act would break; none means that the act is open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from domain.ids import TermId
from domain.refusals import Code, Refusal
from domain.rules import Covered
from domain.words import LIVE, NOT_ENDED, AgreementStatus, Mandate, ObjectionState, ProposalState, TermStatus

Broken = Iterator[Code | Refusal]

ADMINISTRATORS = (Mandate.SIGNATORY, Mandate.SPONSOR)
"""Who admits members and grants mandates, for their own party (domain.md, Ratification and end)."""


def mandate(
    held: Mapping[Mandate, Covered], needed: Mandate, touched: Iterable[TermId], *, whole_text: bool = False
) -> Broken:
    """whole_text: the act adds to the text or concerns all of it, which a mandate that names terms does not cover."""
    if needed not in held:
        yield Code.NOT_AUTHORISED
        return
    covered = held[needed]
    if covered is not None and (whole_text or not covered.issuperset(touched)):
        yield Code.OUTSIDE_MANDATE


def administer(held: Iterable[Mandate], *, own_party: bool) -> Broken:
    """Admit members, grant and revoke their mandates, make links for them."""
    if not any(mandate in ADMINISTRATORS for mandate in held):
        yield Refusal(
            Code.NOT_AUTHORISED,
            "Only a signatory or sponsor admits members and changes mandates.",
            "Ask a signatory or sponsor of your party.",
        )
    if not own_party:
        yield Refusal(Code.NOT_OWNER, "Each party decides alone on its own members and their mandates.")


def is_open(broken: Broken) -> bool:
    """Whether an act breaks no guard."""
    return next(broken, None) is None


def change_the_text(agreement: str) -> Broken:
    """Propose, accept, object, open a term, and every act on a term."""
    match agreement:
        case AgreementStatus.RATIFYING:
            yield Code.FROZEN
        case AgreementStatus.IN_FORCE:
            yield Code.NEEDS_AMENDMENT
        case AgreementStatus.ABANDONED:
            yield _ABANDONED


_ABANDONED = Refusal(Code.ALREADY_ENDED, "The agreement was abandoned.", "Open a new agreement if one is still meant.")


class ProposalWords(NamedTuple):
    """What an act on a proposal depends on. own: by the asker's party; reserved: touches a term that a conditional
    acceptance holds; blocked: has an open blocking objection."""

    agreement: str
    state: str
    own: bool
    reserved: bool = False
    blocked: bool = False


def accept(words: ProposalWords) -> Broken:
    yield from change_the_text(words.agreement)
    yield from _answer_the_head(words)
    if words.reserved:
        yield Code.RESERVED
    if words.blocked:
        yield Code.BLOCKED_BY_OBJECTION


def counter(words: ProposalWords) -> Broken:
    yield from change_the_text(words.agreement)
    yield from _answer_the_head(words)


def object_to(words: ProposalWords) -> Broken:
    yield from change_the_text(words.agreement)
    yield from _answer_the_head(words)


def decline(words: ProposalWords) -> Broken:
    yield from _answer_the_head(words)


def replace(words: ProposalWords) -> Broken:
    """An own head, or an own stale proposal, which is the rebase."""
    yield from change_the_text(words.agreement)
    if not words.own:
        yield Code.NOT_YOUR_PROPOSAL
    if words.state != ProposalState.STALE:
        yield from _ended(words.state)
        yield from _not_the_open_head(words.state)


def withdraw(words: ProposalWords) -> Broken:
    yield from _ended(words.state)
    if not words.own:
        yield Code.NOT_YOUR_PROPOSAL


def ask(agreement: str) -> Broken:
    """Ask for or give a clarification."""
    if agreement == AgreementStatus.ABANDONED:
        yield _ABANDONED


def clarify(agreement: str, *, asked_by_me: bool) -> Broken:
    """Answer a question of the other party."""
    yield from ask(agreement)
    if asked_by_me:
        yield Refusal(Code.NOT_OWNER, "The other party answers your party's question.")


def settle_condition(state: str, *, mine_to_do: bool) -> Broken:
    """Report a condition fulfilled (its owner) or confirm it (the other party)."""
    yield from _ended(state)
    if state == ProposalState.CONDITIONAL:
        if not mine_to_do:
            yield Code.NOT_OWNER
    elif state in LIVE:
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            "This proposal was not accepted subject to a condition.",
            "Accept it, with a condition or without.",
        )


def _answer_the_head(words: ProposalWords) -> Broken:
    yield from _ended(words.state)
    if words.own:
        yield Code.OWN_PROPOSAL
    yield from _not_the_open_head(words.state)


def _ended(state: str) -> Broken:
    if state == ProposalState.EXPIRED:
        yield Code.EXPIRED
    elif state not in LIVE:
        yield Code.ALREADY_ENDED


def _not_the_open_head(state: str) -> Broken:
    match state:
        case ProposalState.COUNTERED:
            yield Code.NOT_HEAD
        case ProposalState.CONDITIONAL:
            yield Code.RESERVED
        case ProposalState.PARKED:
            yield Refusal(
                Code.NOT_YET_PERMITTED,
                "This proposal is set aside together with a term that it touches.",
                "Take the parked term up again first.",
            )


def answer_objection(state: str) -> Broken:
    if state not in NOT_ENDED:
        yield Refusal(
            Code.ALREADY_ENDED,
            "This objection has ended.",
            "Raise a new one on what is offered now.",
        )


def offer_resolution(state: str) -> Broken:
    yield from answer_objection(state)


def withdraw_objection(state: str, *, own: bool) -> Broken:
    yield from answer_objection(state)
    if not own:
        yield Code.NOT_OBJECTOR


def judge_resolution(state: str, *, own: bool, offered_by_me: bool) -> Broken:
    """Confirm or decline an offered resolution: for the side that did not offer it."""
    yield from answer_objection(state)
    if state == ObjectionState.RESOLUTION_OFFERED:
        if offered_by_me:
            yield Code.NEEDS_BOTH
    elif not own:
        yield Code.NOT_OBJECTOR
    else:
        yield Refusal(Code.NOT_YET_PERMITTED, "No resolution of this objection is offered.", "Offer one.")


class LinkWords(NamedTuple):
    """What saying that a term serves a need depends on. own: the need is the asker's party's; taken_off: its owner said
    that the term does not serve it."""

    agreement: str
    removed: bool = False
    own: bool = False
    taken_off: bool = False


def link(words: LinkWords) -> Broken:
    yield from _linkable(words)
    if words.taken_off and not words.own:
        yield Refusal(
            Code.NOT_OWNER,
            "Its owner says that this clause does not serve the need.",
            "Propose words that serve it.",
        )


def unlink(words: LinkWords) -> Broken:
    yield from _linkable(words)
    if not words.own:
        yield Refusal(
            Code.NOT_OWNER,
            "Only the party whose need it is can say that a clause does not serve it.",
            "Wait for them to say so.",
        )


def _linkable(words: LinkWords) -> Broken:
    if words.agreement == AgreementStatus.ABANDONED:
        yield _ABANDONED
    if words.removed:
        yield _REMOVED


class TermWords(NamedTuple):
    """What an act on a term depends on. mine: opened by the asker's party; touched: a live proposal touches it;
    asked_by_me: None when nobody asked for what is to be agreed."""

    agreement: str
    status: str
    version: int = 1
    reserved: bool = False
    mine: bool = False
    touched: bool = False
    asked_by_me: bool | None = None


def propose_on(words: TermWords) -> Broken:
    """Revise, remove or move a term."""
    match words.status:
        case TermStatus.REMOVED:
            yield _REMOVED
        case TermStatus.PARKED:
            yield Refusal(
                Code.NOT_YET_PERMITTED, "A parked term cannot be proposed on.", "Take the term up again first."
            )
        case TermStatus.DEFERRED:
            yield Refusal(
                Code.NOT_YET_PERMITTED,
                "A deferred term cannot be proposed on.",
                "Reopen it first, with the reason.",
            )


_REMOVED = Refusal(Code.ALREADY_ENDED, "This term was removed.", "Add a new one if it is still needed.")


def mark(words: TermWords) -> Broken:
    yield from _on_standing_term(words)


def drop(words: TermWords) -> Broken:
    yield from _on_standing_term(words)
    if not words.mine:
        yield Code.NOT_OWNER
    if words.touched:
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            "An offer stands on this term.",
            "Withdraw the offer, or wait until it has ended.",
        )
    elif words.status != TermStatus.OPEN or words.version:
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            "Only an open term without agreed words can be taken off the agenda.",
            "Propose to remove it.",
        )


def reopen(words: TermWords) -> Broken:
    yield from _on_standing_term(words)
    if words.reserved:
        yield Code.RESERVED
    if words.status not in (TermStatus.PROVISIONAL, TermStatus.DEFERRED):
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            "Only an agreed or a deferred term can be reopened.",
            "Take the term up again first." if words.status == TermStatus.PARKED else "Propose on it: it is open.",
        )


def park(words: TermWords) -> Broken:
    yield from _set_aside(words, TermStatus.OPEN)


def defer(words: TermWords) -> Broken:
    yield from _set_aside(words, TermStatus.OPEN, TermStatus.PARKED)


def agree_parking(words: TermWords) -> Broken:
    yield from park(words)
    yield from _agree(words)


def agree_deferral(words: TermWords) -> Broken:
    yield from defer(words)
    yield from _agree(words)


def unpark(words: TermWords) -> Broken:
    yield from _on_standing_term(words)
    if words.status != TermStatus.PARKED:
        yield Refusal(Code.NOT_YET_PERMITTED, "This term is not parked.", "Look at how the term stands now.")


def _on_standing_term(words: TermWords) -> Broken:
    yield from change_the_text(words.agreement)
    if words.status == TermStatus.REMOVED:
        yield _REMOVED


def _set_aside(words: TermWords, *permitted: TermStatus) -> Broken:
    yield from _on_standing_term(words)
    if words.reserved:
        yield Code.RESERVED
    if words.status not in permitted:
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            f"This term is {words.status}, so it cannot be set aside in this way.",
            "Take the term up again first."
            if words.status == TermStatus.PARKED
            else "Reopen it first, with the reason.",
        )


def _agree(words: TermWords) -> Broken:
    if words.asked_by_me is None:
        yield Refusal(Code.NOT_YET_PERMITTED, "Nobody asks for this now.", "Ask for it yourself.")
    elif words.asked_by_me:
        yield Code.NEEDS_BOTH


def open_ratification(agreement: str) -> Broken:
    yield from change_the_text(agreement)


def sign(agreement: str, *, signed: bool, ran_out: bool) -> Broken:
    """ran_out: the last ratification ended by its deadline."""
    yield from _in_ratification(agreement, ran_out=ran_out)
    if signed:
        yield Refusal(
            Code.ALREADY_ENDED,
            "You have signed this text already.",
            "Nothing more is asked of you for it.",
        )


def refuse_to_sign(agreement: str, *, ran_out: bool) -> Broken:
    yield from _in_ratification(agreement, ran_out=ran_out)


def withdraw_ratification(agreement: str, *, mine: bool, ran_out: bool) -> Broken:
    yield from _in_ratification(agreement, ran_out=ran_out)
    if agreement == AgreementStatus.RATIFYING and not mine:
        yield Code.NOT_OWNER


def abandon(agreement: str) -> Broken:
    match agreement:
        case AgreementStatus.ABANDONED:
            yield _ABANDONED
        case AgreementStatus.RATIFYING:
            yield Refusal(
                Code.NOT_YET_PERMITTED,
                "The text is put to signature.",
                "Refuse to sign, or take the text back to drafting, first.",
            )
        case AgreementStatus.IN_FORCE:
            yield Refusal(
                Code.NOT_YET_PERMITTED,
                "The agreement is in force and binds both parties.",
                "Read what it says about its end.",
            )


def _in_ratification(agreement: str, *, ran_out: bool) -> Broken:
    match agreement:
        case AgreementStatus.DRAFTING if ran_out:
            yield Refusal(
                Code.EXPIRED,
                "The time for signing has passed.",
                "Put it to signature again if it is still meant.",
            )
        case AgreementStatus.DRAFTING:
            yield Refusal(
                Code.NOT_YET_PERMITTED, "The text is not put to signature.", "Put the whole text to signature first."
            )
        case AgreementStatus.IN_FORCE:
            yield Refusal(
                Code.ALREADY_ENDED,
                "Both parties have signed: the agreement is in force.",
                "Read the text in force.",
            )
        case AgreementStatus.ABANDONED:
            yield _ABANDONED
