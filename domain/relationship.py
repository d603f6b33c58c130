"""What a partnership has, as its events have left it: its two parties, their members, and what else both share."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.ids import MemberId, PartyId
from domain.refusals import Code, refuse
from domain.rules import Covered
from domain.stream import Stream
from domain.words import Mandate


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


class PartnershipState(Stream):
    """A partnership as its events have left it."""

    def __init__(self) -> None:
        super().__init__()
        self.kind = ""
        self.purpose = ""
        self.parties: tuple[Party, ...] = ()
        self.members: dict[MemberId, Member] = {}

    def member(self, member_id: MemberId) -> Member:
        return self.members.get(member_id) or refuse(Code.UNKNOWN_REFERENCE, "The partnership has no such member.")

    def first_member(self, member_id: MemberId) -> MemberId:
        """The first member of the party that a member acts for."""
        party_id = self.member(member_id).party_id
        return next(each.member_id for each in self.members.values() if each.party_id == party_id)
