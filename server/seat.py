"""Who is asking: what every room of the server knows of a person."""

from __future__ import annotations

from dataclasses import dataclass

from domain.ids import MemberId, PartnershipId

TOKEN = ""
"""Instead of a session_id: what a token opened, without a session."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of a partnership, perhaps through a session."""

    member_id: MemberId
    partnership_id: PartnershipId
    session_id: str | None = None
