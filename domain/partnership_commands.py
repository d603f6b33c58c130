"""Commands on a partnership beside those on mandates: needs, the shared future, sealed exchanges, trust."""

from __future__ import annotations

from dataclasses import dataclass

from domain.command import Command, given, minted, optional, secret
from domain.fields import Null, Reference, Text, Time, Whole, Word
from domain.ids import ExchangeId, Fingerprint, IntentionId, NeedId, PartyId
from domain.sealed import KINDS, Content, SealedContent
from domain.words import IntentionKind, TrustCategory


@dataclass(frozen=True, kw_only=True)
class DiscloseNeed(Command):
    """Say what one's own party needs, and perhaps why; both sides keep this."""

    TYPE = "disclose_need"
    text: str = given(Text())
    why: str | None = optional(Text(allow_empty=True))
    need_id: NeedId = minted()


@dataclass(frozen=True, kw_only=True)
class OnNeed(Command):
    """A command on a need."""

    need_id: NeedId = given(Reference())


@dataclass(frozen=True, kw_only=True)
class RestateNeed(OnNeed):
    """Say the other party's need back in one's own words, until it says: yes, that is it."""

    TYPE = "restate_need"
    text: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class ConfirmRestatement(OnNeed):
    """Say of the restatement that one has read, as the need's owner, that this is it."""

    TYPE = "confirm_restatement"
    version: int = given(Whole())

    def asks(self) -> tuple[str, ...]:
        return ("serves",)


@dataclass(frozen=True, kw_only=True)
class CorrectRestatement(OnNeed):
    """Say, as the need's owner, what the restatement does not get right."""

    TYPE = "correct_restatement"
    text: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class RewordNeed(OnNeed):
    """Put one's own need in other words; it is then to be restated anew."""

    TYPE = "reword_need"
    text: str = given(Text())
    why: str | None = optional(Text(allow_empty=True))


@dataclass(frozen=True, kw_only=True)
class DeclareNeedMet(OnNeed):
    """Say that one's own need is met."""

    TYPE = "declare_need_met"
    note: str | None = optional(Text(allow_empty=True))


@dataclass(frozen=True, kw_only=True)
class DeclareNeedUnmet(OnNeed):
    """Say that one's own need is not met."""

    TYPE = "declare_need_unmet"
    note: str | None = optional(Text(allow_empty=True))


@dataclass(frozen=True, kw_only=True)
class WithdrawNeed(OnNeed):
    """Take one's own need back; it stays in the history."""

    TYPE = "withdraw_need"
    reason: str | None = optional(Text())


@dataclass(frozen=True, kw_only=True)
class ProposeIntention(Command):
    """Propose a vision, a guiding principle or a desired outcome, perhaps in place of an adopted one."""

    TYPE = "propose_intention"
    kind: IntentionKind = given(Word(*IntentionKind))
    text: str = given(Text())
    replaces: IntentionId | None = optional(Reference())
    intention_id: IntentionId = minted()


@dataclass(frozen=True, kw_only=True)
class OnIntention(Command):
    """A command on an intention."""

    intention_id: IntentionId = given(Reference())


@dataclass(frozen=True, kw_only=True)
class RewordIntention(OnIntention):
    """Put what is proposed in other words, for the other party to adopt."""

    TYPE = "reword_intention"
    text: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class AdoptIntention(OnIntention):
    """Stand, with the other party, behind exactly the words that the fingerprint stands for."""

    TYPE = "adopt_intention"
    fingerprint: Fingerprint = given(Text())


@dataclass(frozen=True, kw_only=True)
class DeclineIntention(OnIntention):
    """Decline what is proposed, with the reason."""

    TYPE = "decline_intention"
    reason: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class WithdrawIntention(OnIntention):
    """Take back what one's own party worded last."""

    TYPE = "withdraw_intention"


@dataclass(frozen=True, kw_only=True)
class RetireIntention(OnIntention):
    """Ask to retire what both have adopted, with the reason; or agree to what the other party asked."""

    TYPE = "retire_intention"
    reason: str | None = optional(Text())


@dataclass(frozen=True, kw_only=True)
class KeepIntention(OnIntention):
    """Keep adopted what was asked to be retired."""

    TYPE = "keep_intention"
    reason: str | None = optional(Text())


@dataclass(frozen=True, kw_only=True)
class OpenExchange(Command):
    """Ask both parties to write without seeing what the other writes: both are shown at once, or nothing is."""

    TYPE = "open_exchange"
    kind: str = given(Word(*KINDS))
    until: str = given(Time())
    term_ids: None = optional(Null())
    question: None = optional(Null())
    exchange_id: ExchangeId = minted()


@dataclass(frozen=True, kw_only=True)
class OnExchange(Command):
    """A command on a sealed exchange."""

    exchange_id: ExchangeId = given(Reference())


@dataclass(frozen=True, kw_only=True)
class Seal(OnExchange):
    """Seal what one's own party writes, in place of what it has sealed; with the second seal both are revealed."""

    TYPE = "seal"
    SEALED = ("content",)
    content: Content = given(SealedContent(), told=False)
    salt: str = secret()

    def asks(self) -> tuple[str, ...]:
        return ("sealed",)

    def weight(self, aggregate: object) -> int:
        """It is judged where the disk may be waited for: what the other party has sealed may have to be read."""
        return 1000


@dataclass(frozen=True, kw_only=True)
class TakeBackSeal(OnExchange):
    """Take back what one's own party has sealed; it is erased."""

    TYPE = "take_back_seal"


@dataclass(frozen=True, kw_only=True)
class CancelExchange(OnExchange):
    """End an exchange without a reveal; what was sealed is erased."""

    TYPE = "cancel_exchange"


@dataclass(frozen=True, kw_only=True)
class AnswerTrustStatement(Command):
    """Answer a trust statement of the other party; party_id: whose."""

    TYPE = "answer_trust_statement"
    party_id: PartyId = given(Reference())
    category: TrustCategory = given(Word(*TrustCategory))
    text: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class RewordTrustStatement(Command):
    """Put one's own trust statement in other words, in the open, or state one that one had not."""

    TYPE = "reword_trust_statement"
    category: TrustCategory = given(Word(*TrustCategory))
    builds: str = given(Text())
    breaks: str = given(Text())
    reaction: str = given(Text())
    repair: str = given(Text())
