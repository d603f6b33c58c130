"""An audience: everybody who gets the same bytes."""

from __future__ import annotations

from dataclasses import dataclass

from domain.ids import PartnershipId, PartyId, TermId
from domain.words import Mandate


@dataclass(frozen=True, slots=True)
class Audience:
    """The members of one party with the same mandates, or, with party None, observers."""

    partnership_id: PartnershipId
    party_id: PartyId | None
    mandates: tuple[tuple[str, frozenset[TermId] | None], ...]

    def held(self) -> dict[Mandate, frozenset[TermId] | None]:
        return {Mandate(mandate): covered for mandate, covered in self.mandates}
