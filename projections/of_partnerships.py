"""The read models of partnerships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.partnership import Partnership
from domain.refusals import Subject
from projections import needs_board, shared_future, tables
from projections.models import Model, Shelved
from projections.needs_board import need_row, with_what_serves
from projections.rows import Row
from projections.sealed_exchanges import exchange_row, statement_row
from projections.shapes import EXCHANGE, INTENTION, NEED, SHARE, STATEMENT
from projections.shared_future import intention_row
from projections.shown_to_others import share_row
from projections.timeline import moment


def changed_since(partnership: Partnership, subject: Subject, known: Mapping[str, Any]) -> dict[str, Any]:
    """What a stale view is shown: the version, and the need or intention as it is now."""
    changed: dict[str, Any] = {"version": partnership.version}
    if subject.kind == "need":
        need = needs_board.need_row(partnership, subject.id).body
        return changed | {"need": NEED.of(with_what_serves(need, known.get("serves", {})))}
    row = shared_future.intention_row(partnership, subject.id)
    return changed | {"fingerprint": row.body["fingerprint"], "intention": INTENTION.of(row.body)}


def header_row(partnership: Partnership) -> Row:
    return Row(
        "",
        True,
        {
            "partnership_id": partnership.partnership_id,
            "kind": partnership.kind,
            "purpose": partnership.purpose,
            "parties": [each.party_id for each in partnership.parties],
        },
    )


PARTNERSHIPS = Model(
    shelves=(
        Shelved("needs", tables.needs, need_row, NEED),
        Shelved("intentions", tables.intentions, intention_row, INTENTION),
        Shelved("exchanges", tables.exchanges, exchange_row, EXCHANGE),
        Shelved("statements", tables.statements, statement_row, STATEMENT),
        Shelved("shares", tables.shares, share_row, SHARE),
    ),
    header_state=lambda partnership: (partnership.kind,),
    header_row=header_row,
    moment=lambda _, event: moment(event),
    changed=changed_since,
)
