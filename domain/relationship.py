"""What a partnership has, as its events have left it: its two parties, their members, what each needs, what both want,
what is sealed between them, and what each said of trust."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from domain.fingerprint import intention_fingerprint
from domain.ids import AgreementId, Fingerprint, IntentionId, MemberId, NeedId, PartyId, ShareId
from domain.refusals import Code, refuse
from domain.rules import Covered, KnownNeed
from domain.sealed import Exchange, Sealing
from domain.shelf import Shelf
from domain.words import (
    ADOPTED,
    IntentionKind,
    IntentionState,
    Mandate,
    NeedOutcome,
    ShareState,
    Understanding,
)


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two organisations."""

    party_id: PartyId
    name: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person, or a program, that acts for one party. mandates: what for, with the terms covered, None for all."""

    member_id: MemberId
    party_id: PartyId
    observer: bool
    mandates: dict[Mandate, Covered] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What a member said for its party, when. version: of the event."""

    party_id: PartyId
    member_id: MemberId
    at: str
    text: str
    version: int


class Need(NamedTuple):
    """What a party needs. correction: what its owner said of the last restatement that did not get it right; note: of
    the declared outcome; reason: why it was withdrawn; version: of the event that disclosed it; history: all that was
    said of it, in order."""

    need_id: NeedId
    party_id: PartyId
    member_id: MemberId
    text: str
    why: str | None
    disclosed_at: str
    version: int
    understanding: Understanding = Understanding.DISCLOSED
    outcome: NeedOutcome | None = None
    note: str | None = None
    restatement: Said | None = None
    correction: str | None = None
    reason: str | None = None
    changed_at: str = ""
    history: tuple[Step, ...] = ()


class Intention(NamedTuple):
    """A vision, a guiding principle or a desired outcome. party_id: the party that worded what stands; version: of the
    event that proposed it; reason: why it was declined; retirement: what was asked, by whom, why; history: what came of
    it, in order."""

    intention_id: IntentionId
    kind: IntentionKind
    text: str
    replaces: IntentionId | None
    fingerprint: Fingerprint
    party_id: PartyId
    member_id: MemberId
    version: int
    state: IntentionState = IntentionState.PROPOSED
    before: str | None = None
    reason: str | None = None
    retirement: Said | None = None
    history: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the life of a thing: the event's type, by whom, when, and the words that came with it; of a need also
    why."""

    type: str
    party_id: PartyId | None
    member_id: MemberId | None
    at: str
    text: str | None = None
    why: str | None = None


class Words(NamedTuple):
    """What a party said of trust in one category, until it reworded it then."""

    builds: str
    breaks: str
    reaction: str
    repair: str
    until: str


class Statement(NamedTuple):
    """What a party says of trust in one category. version: of the event that stated it or put it in these words;
    earlier: what it said before, in order."""

    party_id: PartyId
    category: str
    builds: str
    breaks: str
    reaction: str
    repair: str
    at: str
    version: int
    answers: tuple[Said, ...] = ()
    earlier: tuple[Words, ...] = ()

    @property
    def key(self) -> str:
        return statement_key(self.party_id, self.category)


def statement_key(party_id: PartyId, category: str) -> str:
    """Under which a trust statement is kept."""
    return f"{party_id}.{category}"


class Share(NamedTuple):
    """A link by which an agreement is shown to outsiders, once the other party has agreed. version: of the event that
    asked for it; agreed, revoked: by whom and when."""

    share_id: ShareId
    agreement_id: AgreementId
    party_id: PartyId
    member_id: MemberId
    made_at: str
    expires_at: str
    note: str | None
    version: int
    state: ShareState = ShareState.ASKED
    agreed: Said | None = None
    revoked: Said | None = None


class PartnershipState(Sealing):
    """A partnership as its events have left it."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = ""
        self.purpose = ""
        self.parties: tuple[Party, ...] = ()
        self.members: dict[MemberId, Member] = {}
        self.needs: Shelf[NeedId, Need] = Shelf()
        self.intentions: Shelf[IntentionId, Intention] = Shelf()
        self.vision: IntentionId | None = None
        """The adopted one."""
        self.statements: Shelf[str, Statement] = Shelf()
        self.trust_was_revealed = False
        self.shares: Shelf[ShareId, Share] = Shelf()

    @property
    def party_ids(self) -> tuple[PartyId, ...]:
        return tuple(party.party_id for party in self.parties)

    def member(self, member_id: MemberId) -> Member:
        return self.members.get(member_id) or refuse(Code.UNKNOWN_REFERENCE, "The partnership has no such member.")

    def first_member(self, member_id: MemberId) -> MemberId:
        """The first member of the party that a member acts for."""
        party_id = self.member(member_id).party_id
        return next(each.member_id for each in self.members.values() if each.party_id == party_id)

    def need(self, need_id: NeedId) -> Need:
        return self.needs.get(need_id) or refuse(Code.UNKNOWN_REFERENCE, "Nobody has disclosed such a need.")

    def intention(self, intention_id: IntentionId) -> Intention:
        found = self.intentions.get(intention_id)
        return found or refuse(Code.UNKNOWN_REFERENCE, "Nobody has proposed such an intention.")

    def principles(self) -> dict[IntentionId, Intention]:
        """Every guiding principle, whatever became of it."""
        return {key: each for key, each in self.intentions.items() if each.kind == IntentionKind.PRINCIPLE}

    def known_needs(self) -> dict[NeedId, KnownNeed]:
        """What other streams may name."""
        return {
            need_id: KnownNeed(need.party_id, need.understanding != Understanding.WITHDRAWN)
            for need_id, need in self.needs.items()
        }

    def adopted_principles(self) -> frozenset[IntentionId]:
        """What an objection may cite."""
        return frozenset(key for key, each in self.principles().items() if is_adopted(each))

    def revealed(self, exchange: Exchange, version: int) -> None:
        """A reveal of trust replaces each party's whole set of statements by what it sealed."""
        if exchange.kind != "trust":
            return
        assert exchange.contents
        assert exchange.ended_at
        self.trust_was_revealed = True
        for key in list(self.statements):
            del self.statements[key]
        for party_id, content in exchange.contents.items():
            for each in content["statements"]:
                statement = Statement(party_id, **each, at=exchange.ended_at, version=version)
                self.statements[statement.key] = statement

    def fingerprint_of(
        self, intention_id: IntentionId, kind: str, text: str, replaces: IntentionId | None
    ) -> Fingerprint:
        """The fingerprint of an intention's words."""
        return intention_fingerprint(self.partnership_id, intention_id, kind, text, replaces)


def is_adopted(intention: Intention | None) -> bool:
    """Whether both stand behind it; also while its retirement is asked."""
    return intention is not None and intention.state in ADOPTED
