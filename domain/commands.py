"""Commands, in the imperative: what a member asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from domain.command import Command, given, minted, optional
from domain.fields import (
    HEADING_BYTES,
    Flag,
    ListOf,
    Object,
    Reference,
    Text,
    Time,
    TimeAsSent,
    Whole,
    Word,
    WordOrEmpty,
)
from domain.ids import Fingerprint, IntentionId, MemberId, NeedId, ObjectionId, ProposalId, QuestionId, TermId
from domain.items import Item, Items
from domain.refusals import malformed
from domain.words import GROUNDS, RESOLUTION_KINDS, Mandate, Mark, Severity

_MANY = 1000
"""So many things are much, whatever comes on top."""


class Unplaced(Enum):
    """`after` left out, which differs from null, the beginning of the text."""

    END = "end"


@dataclass(frozen=True, kw_only=True)
class OnTerm(Command):
    """A command on a term; a base_version that is not the current one is a stale view."""

    term_id: TermId = given(Reference())
    base_version: int | None = optional(Whole())

    def touched(self) -> tuple[TermId, ...]:
        return (self.term_id,)

    def weight(self, aggregate: Any) -> int:
        return len(aggregate.live_on.get(self.term_id, ()))


@dataclass(frozen=True, kw_only=True)
class OnOutcome(Command):
    """A command that may end a proposal, and with it much of what hangs on it."""

    proposal_id: ProposalId = given(Reference())

    def weight(self, aggregate: Any) -> int:
        return int(aggregate.within_reach(self.proposal_id))


@dataclass(frozen=True, kw_only=True)
class OpenTerm(Command):
    """Put a term on the agenda as an empty place-holder."""

    TYPE = "open_term"
    heading: str = given(Text(HEADING_BYTES))
    after: TermId | Unplaced | None = optional(Reference(), Unplaced.END, nullable=True)
    term_id: TermId = minted()


@dataclass(frozen=True, kw_only=True)
class DropTerm(OnTerm):
    """Take one's own empty place-holder off the agenda."""

    TYPE = "drop_term"


@dataclass(frozen=True, kw_only=True)
class MarkTerm(OnTerm):
    """Mark a term as the exit term or a legal floor, or take the mark off."""

    TYPE = "mark_term"
    mark: Mark = given(Word(*Mark))
    on: bool = optional(Flag(), True)


@dataclass(frozen=True, kw_only=True)
class LinkNeed(OnTerm):
    """Say that a term serves a need, or, as the need's party, that it does not."""

    TYPE = "link_need"
    need_id: NeedId = given(Reference())
    on: bool = optional(Flag(), True)

    def asks(self) -> tuple[str, ...]:
        return ("needs",)


@dataclass(frozen=True, kw_only=True)
class MakeProposal(Command):
    """Offer to add, revise, move or remove terms; also as a counter or in place of an own proposal."""

    TYPE = "make_proposal"
    items: tuple[Item, ...] = given(Items())
    rationale: str | None = optional(Text(allow_empty=True))
    need_ids: tuple[NeedId, ...] = optional(ListOf(Reference()), ())
    counters: ProposalId | None = optional(Reference())
    replaces: ProposalId | None = optional(Reference())
    again: ProposalId | None = optional(Reference())
    valid_until: str | None = optional(Time())
    proposal_id: ProposalId = minted()
    chosen: frozenset[TermId] = frozenset()
    """Ids of new terms that are of the sender's choice."""

    def asks(self) -> tuple[str, ...]:
        return (*(("taken",) if self.chosen else ()), *(("needs",) if self.need_ids else ()))

    @classmethod
    def refuse_contradictions(cls, raw: dict[str, Any]) -> None:
        Items.refuse_two_on_one_term(raw["items"])
        if raw.get("counters") is not None and raw.get("replaces") is not None:
            raise malformed("A proposal cannot counter and replace at once.", "Leave one of the two out.")

    def touched(self) -> tuple[TermId, ...]:
        return tuple(TermId(item["term_id"]) for item in self.items)

    def weight(self, aggregate: Any) -> int:
        """A replacement carries the objections over; a stale proposal on one of the terms is taken up."""
        stale = sum(len(aggregate.rebase_on.get(each, ())) for each in self.touched()) if aggregate.rebase_on else 0
        return len(self.items) + stale + len(aggregate.objections_on.get(self.replaces, ()))


@dataclass(frozen=True, kw_only=True)
class ProposeText(Command):
    """Propose a whole text: its headings without words as one proposal, and each clause as one of its own. It is not
    sent as a command: the door makes it of a text that was read. items: one `add` for each clause, in their order."""

    TYPE = ""
    items: tuple[Item, ...]
    proposal_ids: tuple[ProposalId, ...]
    """One more than there are items."""

    def weight(self, aggregate: Any) -> int:
        return len(self.items)


@dataclass(frozen=True, kw_only=True)
class AcceptProposal(OnOutcome):
    """Consent to exactly the words that the fingerprint stands for, perhaps subject to a condition."""

    TYPE = "accept_proposal"
    fingerprint: Fingerprint = given(Text())
    term_ids: tuple[TermId, ...] | None = optional(ListOf(Reference()))
    subject_to: dict[str, str] | None = optional(
        Object({"condition": Text(), "owner": Reference(), "due": Time()}),
    )


@dataclass(frozen=True, kw_only=True)
class AcceptProposals(Command):
    """Consent to several proposals, all or none, in the order given."""

    TYPE = "accept_proposals"
    proposals: tuple[dict[str, str], ...] = given(
        ListOf(Object({"proposal_id": Reference(), "fingerprint": Text()}), at_least=1)
    )

    @classmethod
    def refuse_contradictions(cls, raw: dict[str, Any]) -> None:
        named = [each["proposal_id"].lower() for each in raw["proposals"]]
        if len(set(named)) < len(named):
            raise malformed("A proposal is named twice.")

    def weight(self, aggregate: Any) -> int:
        found = 0
        for each in self.proposals:
            found += aggregate.within_reach(each["proposal_id"])
            if found > _MANY:
                break
        return found


@dataclass(frozen=True, kw_only=True)
class DeclineProposal(OnOutcome):
    """Decline a proposal on the ground of at least one own objection to it."""

    TYPE = "decline_proposal"
    objection_ids: tuple[ObjectionId, ...] = optional(ListOf(Reference()), ())


@dataclass(frozen=True, kw_only=True)
class WithdrawProposal(OnOutcome):
    """Take back an own proposal, as a whole."""

    TYPE = "withdraw_proposal"
    term_ids: tuple[TermId, ...] | None = optional(ListOf(Reference()))


@dataclass(frozen=True, kw_only=True)
class AskClarification(Command):
    """Ask what a proposal means."""

    TYPE = "ask_clarification"
    proposal_id: ProposalId = given(Reference())
    text: str = given(Text())
    term_ids: tuple[TermId, ...] | None = optional(ListOf(Reference(), at_least=1, distinct=True))
    question_id: QuestionId = minted()


@dataclass(frozen=True, kw_only=True)
class GiveClarification(Command):
    """Answer a question of the other party."""

    TYPE = "give_clarification"
    question_id: QuestionId = given(Reference())
    text: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class RaiseObjection(Command):
    """Say why a proposal cannot be accepted as it is, or what worries one about it."""

    TYPE = "raise_objection"
    proposal_id: ProposalId = given(Reference())
    severity: Severity = given(Word(*Severity))
    ground: str | None = optional(WordOrEmpty(*GROUNDS))
    text: str = given(Text())
    term_ids: tuple[TermId, ...] | None = optional(ListOf(Reference(), at_least=1, distinct=True))
    need_id: NeedId | None = optional(Reference())
    principle_id: IntentionId | None = optional(Reference())
    would_accept: str | None = optional(Text(allow_empty=True))
    objection_id: ObjectionId = minted()

    def asks(self) -> tuple[str, ...]:
        return (*(("needs",) if self.need_id else ()), *(("principles",) if self.principle_id else ()))


@dataclass(frozen=True, kw_only=True)
class AnswerObjection(Command):
    """Answer an objection."""

    TYPE = "answer_objection"
    objection_id: ObjectionId = given(Reference())
    text: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class WithdrawObjection(Command):
    """Take back an own objection."""

    TYPE = "withdraw_objection"
    objection_id: ObjectionId = given(Reference())
    text: str | None = optional(Text(allow_empty=True))


@dataclass(frozen=True, kw_only=True)
class OfferResolution(Command):
    """Offer an end to an objection, for the other side of it to confirm."""

    TYPE = "offer_resolution"
    objection_id: ObjectionId = given(Reference())
    kind: str = given(Word(*RESOLUTION_KINDS))
    refs: tuple[str, ...] = optional(ListOf(Reference()), ())
    text: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class ConfirmResolution(Command):
    """Confirm that the offered resolution ends the objection."""

    TYPE = "confirm_resolution"
    objection_id: ObjectionId = given(Reference())


@dataclass(frozen=True, kw_only=True)
class DeclineResolution(Command):
    """Say why the offered resolution does not end the objection."""

    TYPE = "decline_resolution"
    objection_id: ObjectionId = given(Reference())
    reason: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class FulfilCondition(Command):
    """Report, as the condition's owner, that it is fulfilled."""

    TYPE = "fulfil_condition"
    proposal_id: ProposalId = given(Reference())
    evidence: str | None = optional(Text(allow_empty=True))


@dataclass(frozen=True, kw_only=True)
class ConfirmCondition(OnOutcome):
    """Confirm, as the party that does not own the condition, that it is fulfilled."""

    TYPE = "confirm_condition"
    evidence: str | None = optional(Text(allow_empty=True))


@dataclass(frozen=True, kw_only=True)
class ReopenTerm(OnTerm):
    """Reopen a term that was agreed or deferred."""

    TYPE = "reopen_term"
    reason: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class ParkTerm(OnTerm):
    """Ask to set a term aside until a date; asking what the other party asked is agreeing."""

    TYPE = "park_term"
    reason: str = given(Text())
    until: str = given(Time())


@dataclass(frozen=True, kw_only=True)
class AgreeParking(OnTerm):
    """Agree to the other party's request to park a term."""

    TYPE = "agree_parking"


@dataclass(frozen=True, kw_only=True)
class UnparkTerm(OnTerm):
    """Take a parked term up again."""

    TYPE = "unpark_term"


@dataclass(frozen=True, kw_only=True)
class DeferTerm(OnTerm):
    """Ask to leave a term open at ratification, with a review date; asking what the other asked is agreeing."""

    TYPE = "defer_term"
    reason: str = given(Text())
    until: str = given(TimeAsSent())


@dataclass(frozen=True, kw_only=True)
class AgreeDeferral(OnTerm):
    """Agree to the other party's request to defer a term."""

    TYPE = "agree_deferral"


@dataclass(frozen=True, kw_only=True)
class OnTheWhole(Command):
    """A command that goes through the whole text, and all that is offered on it."""

    def weight(self, aggregate: Any) -> int:
        return len(aggregate.terms) + len(aggregate.live)


@dataclass(frozen=True, kw_only=True)
class OpenRatification(OnTheWhole):
    """Put the whole text to the signatories of both parties."""

    TYPE = "open_ratification"
    valid_until: str | None = optional(Time())


@dataclass(frozen=True, kw_only=True)
class ConsentToText(OnTheWhole):
    """Sign the whole text that the fingerprint stands for."""

    TYPE = "consent"
    fingerprint: Fingerprint = given(Text())


@dataclass(frozen=True, kw_only=True)
class RefuseConsent(Command):
    """Refuse to sign, with the reason; the agreement goes back to drafting."""

    TYPE = "refuse_consent"
    reason: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class WithdrawRatification(Command):
    """Take back the ratification that one's own party opened."""

    TYPE = "withdraw_ratification"


@dataclass(frozen=True, kw_only=True)
class AbandonAgreement(OnTheWhole):
    """Give the agreement up, with the reason; this cannot be undone."""

    TYPE = "abandon_agreement"
    reason: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class OnMandate(Command):
    """A command on a member's mandate."""

    member_id: MemberId = given(Reference())
    mandate: Mandate = given(Word(*Mandate))
    term_ids: tuple[TermId, ...] | None = optional(ListOf(Reference(), at_least=1, distinct=True))

    def asks(self) -> tuple[str, ...]:
        return ("terms",) if self.term_ids else ()

    @classmethod
    def refuse_contradictions(cls, raw: dict[str, Any]) -> None:
        refuse_terms_unless_negotiator(raw["mandate"], raw.get("term_ids"))


def refuse_terms_unless_negotiator(mandate: str, term_ids: Iterable[TermId] | None) -> None:
    """Only a negotiator's mandate can name terms (domain.md, Ratification and end)."""
    if term_ids is not None and mandate != Mandate.NEGOTIATOR:
        raise malformed("Only a negotiator's mandate can name terms.", "Leave term_ids out.")


@dataclass(frozen=True, kw_only=True)
class GrantMandate(OnMandate):
    """Grant a member of one's own party a mandate; a negotiator's may name its terms."""

    TYPE = "grant_mandate"


@dataclass(frozen=True, kw_only=True)
class RevokeMandate(OnMandate):
    """Revoke a mandate of a member of one's own party, or single terms of a negotiator's."""

    TYPE = "revoke_mandate"
