"""The events of a partnership's stream. Names and addresses of people are never in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.events import Event, Founding
from domain.ids import Fingerprint, IntentionId, MemberId, NeedId, PartnershipId, PartyId, TermId


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


class NeedDisclosed(PartnershipEvent):
    """A party said what it needs, and perhaps why; both sides keep this."""

    TOPIC = "NeedDisclosed"
    SENTENCE = "disclosed a need in"
    need_id: NeedId
    text: str
    why: str | None


class NeedRestated(PartnershipEvent):
    """The other party said a need back in its own words."""

    TOPIC = "NeedRestated"
    SENTENCE = "restated a need of the other party in"
    need_id: NeedId
    text: str


class RestatementConfirmed(PartnershipEvent):
    """The need's owner confirmed that the restatement is what it meant; version: of the NeedRestated that it read."""

    TOPIC = "RestatementConfirmed"
    SENTENCE = "confirmed that their need was understood in"
    need_id: NeedId
    version: int


class RestatementCorrected(PartnershipEvent):
    """The need's owner said what the restatement did not get right."""

    TOPIC = "RestatementCorrected"
    SENTENCE = "corrected the restatement of their need in"
    need_id: NeedId
    text: str


class NeedReworded(PartnershipEvent):
    """A need was put in other words by its owner, so that it is to be restated anew."""

    TOPIC = "NeedReworded"
    SENTENCE = "reworded their need in"
    need_id: NeedId
    text: str
    why: str | None


class NeedDeclaredMet(PartnershipEvent):
    """The owner said that its need is met."""

    TOPIC = "NeedDeclaredMet"
    SENTENCE = "declared their need met in"
    need_id: NeedId
    note: str | None


class NeedDeclaredUnmet(PartnershipEvent):
    """The owner said that its need is not met."""

    TOPIC = "NeedDeclaredUnmet"
    SENTENCE = "declared their need unmet in"
    need_id: NeedId
    note: str | None


class NeedWithdrawn(PartnershipEvent):
    """The owner took its need back; it stays in the history."""

    TOPIC = "NeedWithdrawn"
    SENTENCE = "withdrew their need in"
    need_id: NeedId
    reason: str | None


class IntentionProposed(PartnershipEvent):
    """A vision, a guiding principle or a desired outcome was proposed; replaces: the adopted one in whose place."""

    TOPIC = "IntentionProposed"
    SENTENCE = "proposed a shared intention in"
    TOLD = ("kind",)
    intention_id: IntentionId
    kind: str
    text: str
    replaces: IntentionId | None
    fingerprint: Fingerprint

    @classmethod
    def verb(cls, about: Mapping[str, Any]) -> str:
        return f"proposed {'an' if about['kind'] == 'outcome' else 'a'} {about['kind']} for"


class IntentionReworded(PartnershipEvent):
    """A proposed intention was put in other words, which the other party than their writer adopts."""

    TOPIC = "IntentionReworded"
    SENTENCE = "reworded what is proposed for"
    intention_id: IntentionId
    text: str
    fingerprint: Fingerprint


class IntentionAdopted(PartnershipEvent):
    """Both parties stand behind exactly these words."""

    TOPIC = "IntentionAdopted"
    SENTENCE = "adopted what was proposed for"
    intention_id: IntentionId
    fingerprint: Fingerprint


class IntentionDeclined(PartnershipEvent):
    """A proposed intention was declined, with the reason."""

    TOPIC = "IntentionDeclined"
    SENTENCE = "declined what was proposed for"
    intention_id: IntentionId
    reason: str


class IntentionWithdrawn(PartnershipEvent):
    """A proposed intention was taken back by the party that worded it last."""

    TOPIC = "IntentionWithdrawn"
    SENTENCE = "took back what they proposed for"
    intention_id: IntentionId


class IntentionRetirementRequested(PartnershipEvent):
    """A party asks to retire an adopted intention."""

    TOPIC = "IntentionRetirementRequested"
    SENTENCE = "asked to retire a shared intention of"
    intention_id: IntentionId
    reason: str


class IntentionRetired(PartnershipEvent):
    """An adopted intention holds no longer: both agreed to that, or another was adopted in its place (caused_by)."""

    TOPIC = "IntentionRetired"
    SENTENCE = "A shared intention of {} was retired."
    intention_id: IntentionId
    reason: str | None
    caused_by: int | None


class IntentionKept(PartnershipEvent):
    """An intention whose retirement was asked stays adopted."""

    TOPIC = "IntentionKept"
    SENTENCE = "kept a shared intention of"
    intention_id: IntentionId
    reason: str | None


class TrustStatementAnswered(PartnershipEvent):
    """A party answered a trust statement of the other; party_id: whose statement."""

    TOPIC = "TrustStatementAnswered"
    SENTENCE = "answered a trust statement in"
    TOLD = ("category",)
    party_id: PartyId
    category: str
    text: str


class TrustStatementReworded(PartnershipEvent):
    """A party put its trust statement of a category in other words, in the open, or stated one that it had not."""

    TOPIC = "TrustStatementReworded"
    SENTENCE = "reworded their trust statement in"
    TOLD = ("category",)
    category: str
    builds: str
    breaks: str
    reaction: str
    repair: str
