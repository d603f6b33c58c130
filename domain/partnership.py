"""The partnership: the relationship between exactly two parties. It owns members with their mandates, needs, the
shared future, sealed exchanges, and what each said of trust."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain import exchanges, intentions, members, needs, shares, trust
from domain.events import Actor
from domain.ids import MemberId, PartnershipId, PartyId
from domain.members import record_admission
from domain.partnership_events import PartnershipEvent, PartnershipFormed
from domain.relationship import PartnershipState
from domain.rules import Act
from domain.words import Mandate


class Partnership(PartnershipState):
    """Folds its events into what both share, and judges commands on it."""

    TOPIC = "Partnership"
    KIND = "partnership"
    RULES = (members.rules, needs.rules, intentions.rules, exchanges.rules, trust.rules, shares.rules)
    Event = PartnershipEvent  # type: ignore[assignment]
    Created = PartnershipFormed  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()  # eventsourcing makes an empty one for a class that has none of its own

    @classmethod
    def form(
        cls,
        partnership_id: PartnershipId,
        kind: str,
        purpose: str,
        parties: Sequence[tuple[PartyId, str, MemberId]],
        at: datetime,
        command_id: str,
    ) -> Partnership:
        """Form a partnership; parties: (party_id, name, its first member, who gets every mandate)."""
        partnership = cls._create(
            PartnershipFormed,
            id=UUID(partnership_id),
            timestamp=at,
            actor=Actor("party"),
            command_id=command_id,
            partnership_id=partnership_id,
            kind=kind,
            purpose=purpose,
            parties=[{"party_id": party_id, "name": name} for party_id, name, _ in parties],
        )
        for party_id, _, member_id in parties:
            partnership.acting(Act(party_id, member_id, {}, partnership.version, at), None, command_id)
            record_admission(partnership, party_id, member_id, [(mandate, None) for mandate in Mandate])
        return partnership
