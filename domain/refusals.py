"""Refusals: the domain says no. Each has a code, a sentence a negotiator understands, and a next step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn


class Code(StrEnum):
    """Every refusal, in the order in which a broken guard is named (domain.md, In detail): its code, and the sentence
    and the next step that it has unless better ones are at hand."""

    detail: str
    next_step: str

    def __new__(cls, code: str, detail: str, next_step: str) -> Code:
        made = str.__new__(cls, code)
        made._value_, made.detail, made.next_step = code, detail, next_step
        return made

    MALFORMED = (
        "malformed",
        "This is not a command Onetext understands.",
        "Correct the command and send it again.",
    )
    TOO_LARGE = (
        "too_large",
        "This is too large.",
        "Shorten it and send it again.",
    )
    OBSERVER_READ_ONLY = (
        "observer_read_only",
        "Observers read everything and change nothing.",
        "Ask a negotiator of your party to act.",
    )
    NOT_FOUND = (
        "not_found",
        "There is no such thing here for you.",
        "Check the address, or ask a member who sees it to invite you.",
    )
    UNKNOWN_REFERENCE = (
        "unknown_reference",
        "This names something that is not there.",
        "Look at what there is now, and name one of those.",
    )
    NOT_AUTHORISED = (
        "not_authorised",
        "Your mandate does not allow this act.",
        "Ask a signatory or sponsor of your party for the mandate, or a colleague who holds it to act.",
    )
    OUTSIDE_MANDATE = (
        "outside_mandate",
        "Your mandate does not cover every term this act touches.",
        "Ask a signatory or sponsor of your party to widen it, or a colleague who holds these terms to act.",
    )
    NEEDS_AMENDMENT = (
        "needs_amendment",
        "The agreement is in force, so its text changes only by an amendment.",
        "Its words stay as both have signed them.",
    )
    FROZEN = (
        "frozen",
        "The text is frozen while it is being ratified.",
        "Signatories sign it or refuse to; the party that put it to signature can take it back to drafting.",
    )
    ALREADY_ENDED = (
        "already_ended",
        "This has already ended.",
        "Look at what took its place, or make a new one if it is still needed.",
    )
    OWN_PROPOSAL = (
        "own_proposal",
        "This proposal is your own party's, so only the other party can answer it.",
        "Wait for the other party, or replace or withdraw it.",
    )
    NOT_YOUR_PROPOSAL = (
        "not_your_proposal",
        "This proposal is the other party's, so only they can change or withdraw it.",
        "Counter it, or decline it with an objection.",
    )
    NOT_OBJECTOR = (
        "not_objector",
        "Only the party that objected can close its objection.",
        "Answer it, or offer a resolution that they can confirm.",
    )
    NOT_OWNER = (
        "not_owner",
        "This is the other party's to do.",
        "Wait for them, or ask them to do it.",
    )
    NEEDS_BOTH = (
        "needs_both",
        "One party cannot settle this alone.",
        "Wait for the other party to agree.",
    )
    NOT_HEAD = (
        "not_head",
        "A counter-proposal has taken this proposal's place.",
        "Act on the newest proposal of the thread.",
    )
    RESERVED = (
        "reserved",
        "A term is reserved by an acceptance that still waits for its condition.",
        "Wait until the condition is fulfilled or lapses.",
    )
    EXPIRED = (
        "expired",
        "Its deadline has passed.",
        "Make it again with a new deadline if it is still meant.",
    )
    STALE_VIEW = (
        "stale_view",
        "What you acted on has changed since you saw it.",
        "Look at what changed, then decide again.",
    )
    STALE_BASE = (
        "stale_base",
        "This builds on a version of a term that is no longer the current one.",
        "Look at the current text and make the proposal on it.",
    )
    PARTIAL_PACKAGE = (
        "partial_package",
        "A package is taken or withdrawn as a whole.",
        "Name exactly the package's terms, or none.",
    )
    BLOCKED_BY_OBJECTION = (
        "blocked_by_objection",
        "A blocking objection is still open, so this cannot be accepted yet.",
        "Resolve or withdraw the objection first.",
    )
    GROUND_REQUIRED = (
        "ground_required",
        "There is no bare no: a refusal of an offer needs its ground.",
        "Raise an objection with its ground, and cite it.",
    )
    # The rest: named in the order in which a command meets them.
    INVALID_VALUE = (
        "invalid_value",
        "This value breaks a rule.",
        "Correct the value and send it again.",
    )
    EXIT_TERM_MISSING = (
        "exit_term_missing",
        "No term marked as the exit term is provisionally agreed yet.",
        "Mark a term as the exit term and agree it, so that both know how this can end.",
    )
    NOT_YET_PERMITTED = (
        "not_yet_permitted",
        "This step is not open in the present state.",
        "Do first what its state asks for.",
    )
    # At the door, before any rule of the domain is asked.
    NOT_SIGNED_IN = (
        "not_signed_in",
        "You are not signed in.",
        "Open your link, or send your token.",
    )
    TOO_MANY = (
        "too_many",
        "You are sending faster than the limit allows.",
        "Wait a moment and send it again.",
    )


_IN_ORDER = list(Code)
_REST = _IN_ORDER.index(Code.INVALID_VALUE)
_RANK = {code: min(place, _REST) for place, code in enumerate(_IN_ORDER)}


@dataclass(frozen=True, slots=True)
class Subject:
    """What a stale view was of: kind is "proposal", "term" or "text" (then id is empty)."""

    kind: str
    id: str = ""


class Refusal(Exception):
    """The domain says no. `stale_view` also names its subject, so that the asker can be shown the change."""

    def __init__(
        self, code: Code, detail: str | None = None, next_step: str | None = None, *, subject: Subject | None = None
    ) -> None:
        self.code = code
        self.detail = detail or code.detail
        self.next_step = next_step or code.next_step
        self.subject = subject
        self.changed: dict[str, object] | None = None
        super().__init__(f"{code}: {self.detail}")

    def anew(self) -> Refusal:
        """The same again: one that is kept for many is never raised itself, since it would keep where it was."""
        return Refusal(self.code, self.detail, self.next_step, subject=self.subject)


def malformed(detail: str, next_step: str | None = None) -> Refusal:
    """A refusal for input that is no command: says which field and why."""
    return Refusal(Code.MALFORMED, detail, next_step)


class Guards:
    """Collects every guard that a command breaks; `settle` refuses with the first of them in the stated order."""

    def __init__(self, broken: Iterable[Code | Refusal] = ()) -> None:
        self._broken: list[Refusal] = []
        self.note(broken)

    def note(self, broken: Iterable[Code | Refusal]) -> None:
        """Take over guards judged elsewhere (domain/acts.py)."""
        for each in broken:
            self._broken.append(each.anew() if isinstance(each, Refusal) else Refusal(each))

    def refuse_if(
        self,
        broken: bool,
        code: Code,
        detail: str | None = None,
        next_step: str | None = None,
        *,
        subject: Subject | None = None,
    ) -> None:
        """Note one guard."""
        if broken:
            self._broken.append(Refusal(code, detail, next_step, subject=subject))

    def settle(self) -> None:
        """Refuse with the first broken guard, or return when none is broken."""
        if self._broken:
            raise min(self._broken, key=lambda refusal: _RANK[refusal.code])


def refuse(code: Code, detail: str | None = None, next_step: str | None = None) -> NoReturn:
    """Refuse at once: for a reference that leads nowhere, so that nothing else can be judged."""
    raise Refusal(code, detail, next_step)
