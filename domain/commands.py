"""Commands, in the imperative: what a member asks for. Reading one checks its shape; judging it is the aggregate's.

Ids of new things are minted when a command is read, so that deciding it needs no randomness.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, TypeVar

from domain.canonical import sha256, without_absent
from domain.fields import (
    HEADING_BYTES,
    TERM_TEXT_BYTES,
    Field,
    Flag,
    FreshId,
    ListOf,
    Object,
    Reference,
    Text,
    Time,
    TimeAsSent,
    Whole,
    Word,
    WordOrEmpty,
    one_key,
)
from domain.ids import CommandId, Fingerprint, MemberId, ObjectionId, ProposalId, QuestionId, TermId
from domain.refusals import malformed
from domain.values import ValueField
from domain.words import GROUNDS, RESOLUTION_KINDS, Mandate, Mark, Severity

Mint = Callable[[], str]
Item = dict[str, Any]
"""One item of a package: {op, term_id, heading?, text?, value?, base_version?, after?}."""

C = TypeVar("C", bound="Command")


class Unplaced(Enum):
    """`after` left out, which differs from null, the beginning of the text."""

    END = "end"


def given(field: Field[Any]) -> Any:
    """A field that must be there."""
    return dataclasses.field(metadata={"field": field})


def optional(field: Field[Any], default: Any = None, *, nullable: bool = False) -> Any:
    """A field that may be left out."""
    return dataclasses.field(default=default, metadata={"field": field, "nullable": nullable})


def minted() -> Any:
    """The id of what the command makes; never sent."""
    return dataclasses.field(metadata={"minted": True})


@dataclass(frozen=True, kw_only=True)
class Command:
    """What every command has: the sender's id for it, and a hash of its content so that a retry can be told."""

    TYPE: ClassVar[str]
    command_id: CommandId
    content: str

    @classmethod
    def shape(cls) -> Object:
        """The fields that are sent, besides command_id and type."""
        return _shape(cls)

    def touched(self) -> tuple[TermId, ...] | None:
        """Terms that the command itself names; None when its object says which terms it touches."""
        return None


class _Items(ListOf):
    """The items of a package; two items on one term are malformed."""

    _after = Reference()
    _common: ClassVar[dict[str, Field[Any]]] = {
        "heading": Text(HEADING_BYTES),
        "text": Text(TERM_TEXT_BYTES, allow_empty=True),
        "after": _after,
    }
    _based: ClassVar[dict[str, Field[Any]]] = {"term_id": Reference(), "base_version": Whole()}
    OPS: ClassVar[dict[str, Object]] = {
        "add": Object(
            {"term_id": FreshId(), **_common, "value": ValueField(may_be_none=False)},
            optional=("term_id", "text", "value", "after"),
            nullable=("after",),
        ),
        "revise": Object(
            {**_based, **_common, "value": ValueField(may_be_none=True)},
            optional=("base_version", "heading", "text", "value", "after"),
            nullable=("after",),
        ),
        "remove": Object(_based, optional=("base_version",)),
        "move": Object({**_based, "after": _after}, optional=("base_version", "after"), nullable=("after",)),
    }

    class _Item(Field[Item]):
        def read(self, raw: Any, name: str) -> Item:
            op, rest = one_key(raw, "op", name, list(_Items.OPS))
            return {"op": op, **_Items.OPS[op].read(rest, name)}

        def schema(self) -> dict[str, Any]:
            return {"oneOf": [shape.schema({"op": {"const": op}}) for op, shape in _Items.OPS.items()]}

    def __init__(self) -> None:
        super().__init__(self._Item(), at_least=1)

    def read(self, raw: Any, name: str) -> tuple[Item, ...]:
        items = super().read(raw, name)
        named = [item["term_id"] for item in items if "term_id" in item]
        if len(set(named)) < len(named):
            raise malformed("Two items of the package are on one term.", "Put all changes of a term into one item.")
        return items


@dataclass(frozen=True, kw_only=True)
class OnTerm(Command):
    """A command on a term; a base_version that is not the current one is a stale view."""

    term_id: TermId = given(Reference())
    base_version: int | None = optional(Whole())

    def touched(self) -> tuple[TermId, ...]:
        return (self.term_id,)


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
class MakeProposal(Command):
    """Offer to add, revise, move or remove terms; also as a counter or in place of an own proposal."""

    TYPE = "make_proposal"
    items: tuple[Item, ...] = given(_Items())
    rationale: str | None = optional(Text(allow_empty=True))
    need_ids: tuple[str, ...] = optional(ListOf(Reference()), ())
    counters: ProposalId | None = optional(Reference())
    replaces: ProposalId | None = optional(Reference())
    again: ProposalId | None = optional(Reference())
    valid_until: str | None = optional(Time())
    proposal_id: ProposalId = minted()

    def touched(self) -> tuple[TermId, ...]:
        return tuple(TermId(item["term_id"]) for item in self.items)


@dataclass(frozen=True, kw_only=True)
class AcceptProposal(Command):
    """Consent to exactly the words that the fingerprint stands for, perhaps subject to a condition."""

    TYPE = "accept_proposal"
    proposal_id: ProposalId = given(Reference())
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


@dataclass(frozen=True, kw_only=True)
class DeclineProposal(Command):
    """Decline a proposal on the ground of at least one own objection to it."""

    TYPE = "decline_proposal"
    proposal_id: ProposalId = given(Reference())
    objection_ids: tuple[ObjectionId, ...] = optional(ListOf(Reference()), ())


@dataclass(frozen=True, kw_only=True)
class WithdrawProposal(Command):
    """Take back an own proposal, as a whole."""

    TYPE = "withdraw_proposal"
    proposal_id: ProposalId = given(Reference())
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
    need_id: str | None = optional(Reference())
    principle_id: str | None = optional(Reference())
    would_accept: str | None = optional(Text(allow_empty=True))
    objection_id: ObjectionId = minted()


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
class ConfirmCondition(Command):
    """Confirm, as the party that does not own the condition, that it is fulfilled."""

    TYPE = "confirm_condition"
    proposal_id: ProposalId = given(Reference())
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
class OpenRatification(Command):
    """Put the whole text to the signatories of both parties."""

    TYPE = "open_ratification"
    valid_until: str | None = optional(Time())


@dataclass(frozen=True, kw_only=True)
class ConsentToText(Command):
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
class AbandonAgreement(Command):
    """Give the agreement up, with the reason; this cannot be undone."""

    TYPE = "abandon_agreement"
    reason: str = given(Text())


@dataclass(frozen=True, kw_only=True)
class OnMandate(Command):
    """A command on a member's mandate."""

    member_id: MemberId = given(Reference())
    mandate: Mandate = given(Word(*Mandate))
    term_ids: tuple[TermId, ...] | None = optional(ListOf(Reference(), at_least=1, distinct=True))


@dataclass(frozen=True, kw_only=True)
class GrantMandate(OnMandate):
    """Grant a member of one's own party a mandate; a negotiator's may name its terms."""

    TYPE = "grant_mandate"


@dataclass(frozen=True, kw_only=True)
class RevokeMandate(OnMandate):
    """Revoke a mandate of a member of one's own party, or single terms of a negotiator's."""

    TYPE = "revoke_mandate"


def _leaves(base: type[Command]) -> list[type[Command]]:
    below = base.__subclasses__()
    return [leaf for each in below for leaf in _leaves(each)] if below else [base]


PARTNERSHIP_COMMANDS: dict[str, type[Command]] = {each.TYPE: each for each in _leaves(OnMandate)}
AGREEMENT_COMMANDS: dict[str, type[Command]] = {
    each.TYPE: each for each in _leaves(Command) if each.TYPE not in PARTNERSHIP_COMMANDS
}

_ENVELOPE = Object({"command_id": Text(128), "type": Text(128)})


def read_command(raw: Any, known: dict[str, type[C]], mint: Mint) -> C:
    """The command that decoded JSON describes; `malformed` or `too_large` name the field that is wrong.

    `known`: the commands that the addressed stream takes; `mint`: makes fresh ids.
    """
    if not isinstance(raw, dict):
        raise malformed("A command must be a JSON object.")
    envelope = _ENVELOPE.read({key: raw.get(key) for key in ("command_id", "type")}, "")
    command_class = known.get(envelope["type"])
    if command_class is None:
        raise malformed(f"There is no command {envelope['type'][:60]!r} here.", f"Use one of: {', '.join(known)}.")
    rest = {key: value for key, value in raw.items() if key not in ("command_id", "type")}
    fields = command_class.shape().read(rest, "")
    for item in fields.get("items", ()):
        item.setdefault("term_id", mint())
    for each in dataclasses.fields(command_class):
        if "minted" in each.metadata:
            fields[each.name] = mint()
    return command_class(command_id=CommandId(envelope["command_id"]), content=sha256(without_absent(raw)), **fields)


_shapes: dict[type[Command], Object] = {}


def _shape(command_class: type[Command]) -> Object:
    if command_class not in _shapes:
        sent = {each.name: each for each in dataclasses.fields(command_class) if "field" in each.metadata}
        _shapes[command_class] = Object(
            {name: each.metadata["field"] for name, each in sent.items()},
            optional=[name for name, each in sent.items() if each.default is not dataclasses.MISSING],
            nullable=[name for name, each in sent.items() if each.metadata.get("nullable")],
        )
    return _shapes[command_class]
