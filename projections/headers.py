"""What is the state of the agreement as a whole?"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from domain.agreement import Agreement
from projections.rows import Row


def header_state(agreement: Agreement) -> tuple[Any, ...]:
    """What can change of the header: while it is the same, so is the row."""
    return agreement.title, agreement.status, agreement.ratification, agreement.abandonment


def header_row(agreement: Agreement) -> Row:
    ratification = agreement.ratification
    return Row(
        agreement.title,
        True,
        {
            "agreement_id": agreement.agreement_id,
            "partnership_id": agreement.partnership_id,
            "title": agreement.title,
            "parties": list(agreement.parties),
            "signatures": agreement.signatures,
            "status": agreement.status,
            "abandoned": agreement.abandonment and asdict(agreement.abandonment),
            "ratification": None
            if ratification is None
            else {
                "fingerprint": ratification.fingerprint,
                "party_id": ratification.party_id,
                "member_id": ratification.member_id,
                "valid_until": ratification.valid_until,
                "opened_at": ratification.opened_at,
                "voided": ratification.voided,
                "refusal": ratification.refusal and asdict(ratification.refusal),
                "consents": [
                    {"party_id": each.party_id, "member_id": each.member_id, "at": each.at}
                    for each in ratification.consents
                ],
            },
        },
    )
