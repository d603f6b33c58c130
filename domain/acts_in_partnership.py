"""Which acts of a partnership are open, judged from state words alone, as domain/acts.py does it for agreements.

Whose act it is is asked whatever the state: `not_owner` for what is the other party's, `needs_both` for an answer to
what one's own party put forward.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from domain import acts
from domain.acts import Broken
from domain.refusals import Code, Guards, Refusal
from domain.rules import Act
from domain.words import ADOPTED, CancelCause, ExchangeState, IntentionState, Mandate, ShareState, Understanding


def guards_of_party(act: Act) -> Guards:
    """The guards that every act of a party in its partnership has. Whose mandate covers which terms is not asked: what
    is said there is the party's."""
    return Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, ()))


def always() -> Broken:
    """Say what one's own party needs, propose what both might want."""
    yield from ()


class NeedWords(NamedTuple):
    """What an act on a need depends on. own: of the asker's party."""

    understanding: str
    own: bool


def restate(words: NeedWords) -> Broken:
    yield from _standing(words)
    if words.own:
        yield Refusal(
            Code.NEEDS_BOTH,
            "The other party says your need back: only they can show that they heard it.",
            "Wait for their words, or reword your need.",
        )
    if words.understanding == Understanding.UNDERSTOOD:
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            "Its owner has confirmed that this need is understood.",
            "It is to be restated again when its owner rewords it.",
        )


def judge_restatement(words: NeedWords) -> Broken:
    """Confirm or correct what the other party restated."""
    yield from of_ones_own(words)
    if words.understanding != Understanding.RESTATED:
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            "No restatement of this need waits for an answer.",
            "Wait until the other party has said it back.",
        )


def of_ones_own(words: NeedWords) -> Broken:
    """Reword a need, withdraw it, declare it met or unmet."""
    yield from _standing(words)
    if not words.own:
        yield Refusal(
            Code.NOT_OWNER, "Only the party whose need this is can say so.", "Ask them, or say it back in your words."
        )


def _standing(words: NeedWords) -> Broken:
    if words.understanding == Understanding.WITHDRAWN:
        yield Refusal(
            Code.ALREADY_ENDED, "This need was withdrawn.", "Its owner can disclose it anew if it is still there."
        )


class IntentionWords(NamedTuple):
    """What an act on an intention depends on. mine: the asker's party worded what stands; asked_by_me: None when its
    retirement is not asked."""

    state: str
    mine: bool
    asked_by_me: bool | None = None

    @property
    def agrees(self) -> bool:
        """Whether retiring it is agreeing to what the other party asked; else it is asking."""
        return self.state == IntentionState.RETIREMENT_ASKED and self.asked_by_me is False


_NO_LONGER = Refusal(
    Code.ALREADY_ENDED, "This is no longer proposed nor adopted.", "Propose it anew if both might still want it."
)


def _not_ended(words: IntentionWords) -> Broken:
    if words.state not in ADOPTED and words.state != IntentionState.PROPOSED:
        yield _NO_LONGER


def _proposed(words: IntentionWords) -> Broken:
    if words.state in ADOPTED:
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            "Both have adopted this already.",
            "Propose another in its place, or ask to retire it.",
        )


def reword(words: IntentionWords) -> Broken:
    yield from _not_ended(words)
    yield from _proposed(words)


def answer_intention(words: IntentionWords) -> Broken:
    """Adopt or decline what the other party worded."""
    yield from _not_ended(words)
    if words.mine:
        yield Refusal(
            Code.NEEDS_BOTH,
            "These are your own party's words, so the other party has to answer them.",
            "Wait for them, or reword or withdraw it.",
        )
    yield from _proposed(words)


def withdraw_intention(words: IntentionWords) -> Broken:
    yield from _not_ended(words)
    if not words.mine:
        yield Refusal(
            Code.NOT_OWNER,
            "The other party worded what stands, so only they can take it back.",
            "Decline it with a reason, or reword it.",
        )
    yield from _proposed(words)


def retire(words: IntentionWords) -> Broken:
    yield from _not_ended(words)
    yield from _adopted(words)


def keep(words: IntentionWords) -> Broken:
    yield from _not_ended(words)
    yield from _adopted(words)
    if words.state == IntentionState.ADOPTED:
        yield Refusal(
            Code.NOT_YET_PERMITTED, "Nobody has asked to retire this.", "It stays adopted without an act of yours."
        )


def _adopted(words: IntentionWords) -> Broken:
    if words.state == IntentionState.PROPOSED:
        yield Refusal(
            Code.NOT_YET_PERMITTED, "This is proposed, not adopted.", "Adopt, reword, decline or withdraw it."
        )


class ExchangeWords(NamedTuple):
    """What an act on a sealed exchange depends on. cause: of its cancelling; sealed: the asker's party has sealed."""

    state: str
    cause: str | None = None
    sealed: bool = False


def seal(words: ExchangeWords) -> Broken:
    match words.state:
        case ExchangeState.REVEALED:
            yield Refusal(
                Code.ALREADY_ENDED,
                "Both have sealed, and what each wrote is shown to both.",
                "Read it; what is said from now on is said in the open.",
            )
        case ExchangeState.CANCELLED if words.cause == CancelCause.EXPIRED:
            yield Refusal(
                Code.EXPIRED,
                "The time of this exchange has passed; nothing was shown, and what was sealed is erased.",
                "Open another one if it is still meant.",
            )
        case ExchangeState.CANCELLED:
            yield Refusal(
                Code.ALREADY_ENDED,
                "This exchange was cancelled; nothing was shown, and what was sealed is erased.",
                "Open another one if it is still meant.",
            )


def take_back(words: ExchangeWords) -> Broken:
    yield from seal(words)
    if not words.sealed:
        yield Refusal(Code.NOT_YET_PERMITTED, "Your party has sealed nothing here.", "There is nothing to take back.")


def cancel(words: ExchangeWords) -> Broken:
    yield from seal(words)


def reads_own(words: ExchangeWords, held: Collection[Mandate]) -> bool:
    """Whether a member who holds these mandates is shown what its party has sealed: until the end of the exchange."""
    return words.state == ExchangeState.OPEN and words.sealed and bool(held)


class ShareWords(NamedTuple):
    """What an act on a share depends on. own: the asker's party asked for it; expired: its time has passed."""

    state: str
    own: bool
    expired: bool


def administers(held: Collection[Mandate]) -> Broken:
    """Make a share: what is shown to outsiders a signatory or sponsor answers for."""
    if not any(mandate in acts.ADMINISTRATORS for mandate in held):
        yield Refusal(
            Code.NOT_AUTHORISED,
            "Only a signatory or sponsor decides on what is shown to others.",
            "Ask a signatory or sponsor of your party.",
        )


def agree_to_share(words: ShareWords) -> Broken:
    if words.own:
        yield Refusal(
            Code.NEEDS_BOTH,
            "Your party asked for this; what it shows is both sides' words, so the other party agrees to it.",
            "Wait for them, or take it back.",
        )
    yield from _shareable(words)
    if words.state == ShareState.AGREED:
        yield Refusal(Code.NOT_YET_PERMITTED, "Both have agreed to this already.", "The link opens; either can end it.")


def revoke_share(words: ShareWords) -> Broken:
    """End it, or not agree to it: an act of either party."""
    yield from _shareable(words)


def _shareable(words: ShareWords) -> Broken:
    if words.state == ShareState.REVOKED:
        yield Refusal(Code.ALREADY_ENDED, "This link was ended; it opens nothing.", "Make another one if it is meant.")
    elif words.expired:
        yield Refusal(Code.EXPIRED, "The time of this link has passed.", "Make another one if it is still meant.")


def answer_statement(*, revealed: bool, own: bool) -> Broken:
    if own:
        yield Refusal(
            Code.NEEDS_BOTH,
            "This is your own party's statement, so the other party answers it.",
            "Reword it if it does not say what you mean.",
        )
    yield from reword_statement(revealed=revealed)


def reword_statement(*, revealed: bool) -> Broken:
    if not revealed:
        yield Refusal(
            Code.NOT_YET_PERMITTED,
            "No statements on trust have been shown yet.",
            "Seal yours first: both are shown at once.",
        )
