"""An audience: everybody who gets the same bytes."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from domain.ids import PartnershipId, PartyId, TermId
from domain.words import Mandate
from web.directory import Directory


@dataclass(frozen=True, slots=True)
class Audience:
    """The members of one party with the same mandates and language, or, with party None, observers."""

    partnership_id: PartnershipId
    party_id: PartyId | None
    mandates: tuple[tuple[str, frozenset[TermId] | None], ...]
    locale: str = "en"
    """How numbers and dates are written for it, as Unicode names locales (en, de_CH)."""

    def mark(self, directory: Directory) -> str:
        """Tells what this audience is shown from what it was shown before mandates or names changed."""
        mandates = [(mandate, covered and sorted(covered)) for mandate, covered in self.mandates]
        names = sorted((str(each), name) for each, name in directory.names.items())
        return sha256(repr((self.party_id, mandates, names, directory.people, self.locale)).encode()).hexdigest()[:16]

    def held(self) -> dict[Mandate, frozenset[TermId] | None]:
        return {Mandate(mandate): covered for mandate, covered in self.mandates}
