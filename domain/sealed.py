"""What is written in a sealed exchange: the shape of each kind's content, and the commitment that anybody can check.

A refusal never quotes what was written: an error may be read by others than its writer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from domain.canonical import sha256
from domain.fields import Field, ListOf, Object, Text, Word
from domain.ids import ExchangeId, Fingerprint, MemberId, PartyId
from domain.refusals import Code, Refusal, malformed, refuse
from domain.shelf import Shelf
from domain.stream import Stream
from domain.words import CancelCause, ExchangeState, Skill, TrustCategory

Content = dict[str, Any]


def commitment_of(exchange_id: ExchangeId, party_id: PartyId, salt: str, content: Content) -> Fingerprint:
    """SHA-256 of the RFC 8785 bytes of what was sealed, by whom, where, with its salt."""
    sealed = {"exchange_id": exchange_id, "party_id": party_id, "salt": salt, "content": content}
    return Fingerprint(sha256(sealed))


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of exchange: the name of the field by which its content is told from others, and the content's shape."""

    told_by: str
    shape: Object
    refuse_contradictions: Callable[[Content], None]


def _each_once(listed: str, by: str) -> Callable[[Content], None]:
    def refuse(content: Content) -> None:
        named = [each[by] for each in content[listed]]
        if len(set(named)) < len(named):
            raise malformed(f"{listed} names a {by} twice.", f"Put all that you say of one {by} in one place.")

    return refuse


STATEMENT = {"builds": Text(), "breaks": Text(), "reaction": Text(), "repair": Text()}
"""What a trust statement says of a category."""

KINDS = {
    "trust": Kind(
        "statements",
        Object({"statements": ListOf(Object({"category": Word(*TrustCategory), **STATEMENT}), at_least=1)}),
        _each_once("statements", "category"),
    ),
    "skills": Kind(
        "answers",
        Object(
            {
                "answers": ListOf(
                    Object(
                        {"skill": Word(*Skill), "where_we_stand": Text(), "example": Text(allow_empty=True)},
                        optional=("example",),
                    ),
                    at_least=1,
                )
            }
        ),
        _each_once("answers", "skill"),
    ),
}
"""By its word."""


class SealedContent(Field[Content]):
    """The content of any kind of exchange; whether it is of the kind that it is sealed for is judged later."""

    def read(self, raw: Any, name: str) -> Content:
        if not isinstance(raw, dict):
            raise malformed(f"{name} must be an object.")
        kind = next((each for each in KINDS.values() if each.told_by in raw), None)
        if kind is None:
            told_by = ", ".join(each.told_by for each in KINDS.values())
            raise malformed(f"{name} is of no kind of exchange.", f"Write one of: {told_by}.")
        _refuse_other_fields(kind.shape, raw, name)
        read = kind.shape.read(raw, name)
        content = {key: list(each) if isinstance(each, tuple) else each for key, each in read.items()}
        kind.refuse_contradictions(content)
        return content

    def schema(self) -> dict[str, Any]:
        return {"oneOf": [each.shape.schema() for each in KINDS.values()]}


def _refuse_other_fields(shape: Object, raw: dict[str, Any], name: str) -> None:
    """Refuse what else is written, without saying what: a field's name may be words that are meant to be sealed."""
    if raw.keys() - shape.fields.keys():
        raise malformed(f"{name} has a field that does not belong there.", f"It has: {', '.join(shape.fields)}.")
    for key, within in shape.fields.items():
        if isinstance(within, ListOf) and isinstance(within.each, Object) and isinstance(raw.get(key), list):
            for place, each in enumerate(raw[key]):
                if isinstance(each, dict):
                    _refuse_other_fields(within.each, each, f"{name}.{key}[{place}]")


def refuse_other_kind(kind: str, content: Content) -> None:
    """Refuse content of another kind than the exchange is of."""
    if KINDS[kind].told_by not in content:
        raise Refusal(
            Code.MALFORMED,
            f"This exchange is about {kind.replace('_', ' ')}; that is not what was written.",
            f"Write {KINDS[kind].told_by}.",
        )


class Exchange(NamedTuple):
    """A sealed exchange. party_id: who opened it; commitments: the hash of what each party has sealed; contents and
    salts: by party, once it is revealed; version: of the event that opened it."""

    exchange_id: ExchangeId
    kind: str
    until: str
    party_id: PartyId
    member_id: MemberId
    opened_at: str
    version: int
    commitments: Mapping[PartyId, Fingerprint]
    state: ExchangeState = ExchangeState.OPEN
    contents: Mapping[PartyId, Content] | None = None
    salts: Mapping[PartyId, str] | None = None
    cause: CancelCause | None = None
    ended_at: str | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What a party has sealed, as it is read again to be revealed; wherever it is told of, it is not told."""

    content: Content = field(repr=False)
    salt: str = field(repr=False)


class Sealing(Stream):
    """A stream on which exchanges are held."""

    def __init__(self) -> None:
        super().__init__()
        self.exchanges: Shelf[ExchangeId, Exchange] = Shelf()

    @property
    def party_ids(self) -> tuple[PartyId, ...]:
        """The two parties."""
        raise NotImplementedError

    def exchange(self, exchange_id: ExchangeId) -> Exchange:
        return self.exchanges.get(exchange_id) or refuse(Code.UNKNOWN_REFERENCE, "Nobody has opened such an exchange.")

    def revealed(self, exchange: Exchange, version: int) -> None:
        """What else a reveal brings. version: of its event."""
