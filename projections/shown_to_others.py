"""What is shown to outsiders, by whose leave?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from domain.partnership import Partnership
from domain.relationship import Said
from domain.words import ShareState
from projections.rows import Row, by_version


def share_row(partnership: Partnership, share_id: str) -> Row:
    """The row of a share; shown until it is ended."""
    share = partnership.shares[share_id]  # type: ignore[index]
    body: dict[str, Any] = {
        "share_id": share.share_id,
        "agreement_id": share.agreement_id,
        "party_id": share.party_id,
        "member_id": share.member_id,
        "made_at": share.made_at,
        "expires_at": share.expires_at,
        "note": share.note,
        "state": share.state,
        "agreed": _who(share.agreed),
        "revoked": _who(share.revoked),
        "version": share.version,
    }
    return Row(by_version(share.version), share.state != ShareState.REVOKED, body)


def _who(said: Said | None) -> dict[str, Any] | None:
    return None if said is None else {name: each for name, each in asdict(said).items() if name != "text"}
