"""The events of a partnership's stream. Names and addresses of people are never in them."""

from __future__ import annotations

from typing import Any

from domain.events import Event, Founding
from domain.ids import MemberId, PartnershipId, PartyId, TermId


class PartnershipEvent(Event):
    """An event of a partnership."""

    KINDS = ("partnership",)


class PartnershipFormed(Founding, PartnershipEvent):
    """Two organisations formed a partnership; parties: [{party_id, name}, {party_id, name}]."""

    TOPIC = "PartnershipFormed"
    SENTENCE = "The partnership was formed."
    partnership_id: PartnershipId
    kind: str
    purpose: str
    parties: list[dict[str, Any]]


class MemberAdmitted(PartnershipEvent):
    """A person, or a program, may act for a party; an observer may only read."""

    TOPIC = "MemberAdmitted"
    SENTENCE = "admitted a member to"
    member_id: MemberId
    party_id: PartyId
    observer: bool
    program: bool


class MandateGranted(PartnershipEvent):
    """A member was granted a mandate; covers: the terms that it is for from now on, null for all."""

    TOPIC = "MandateGranted"
    SENTENCE = "granted a mandate in"
    member_id: MemberId
    mandate: str
    term_ids: list[TermId] | None
    covers: list[TermId] | None


class MandateRevoked(PartnershipEvent):
    """A mandate was revoked, or single terms of it; covers: the terms that it keeps, empty when it is gone."""

    TOPIC = "MandateRevoked"
    SENTENCE = "revoked a mandate in"
    member_id: MemberId
    mandate: str
    term_ids: list[TermId] | None
    covers: list[TermId]
