"""What do both want? Vision, principles and outcomes, proposed and adopted, with what came of each."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from domain.partnership import Partnership
from domain.relationship import is_adopted
from domain.words import IntentionState
from projections.rows import Row, by_version


def intention_row(partnership: Partnership, intention_id: str) -> Row:
    """The row of an intention; shown while it is proposed or adopted."""
    intention = partnership.intentions[intention_id]  # type: ignore[index]
    asked = intention.retirement
    body: dict[str, Any] = {
        "intention_id": intention.intention_id,
        "kind": intention.kind,
        "text": intention.text,
        "before": intention.before,
        "replaces": intention.replaces,
        "fingerprint": intention.fingerprint,
        "party_id": intention.party_id,
        "member_id": intention.member_id,
        "state": intention.state,
        "reason": intention.reason,
        "retirement": asked and {"party_id": asked.party_id, "member_id": asked.member_id, "reason": asked.text},
        "history": [asdict(each) for each in intention.history],
        "version": intention.version,
    }
    is_shown = intention.state == IntentionState.PROPOSED or is_adopted(intention)
    return Row(by_version(intention.version), is_shown, body)
