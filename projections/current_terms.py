"""What is the text? Terms in order, with their state."""

from __future__ import annotations

from typing import Any

from domain.agreement import Agreement
from domain.things import Request, Term
from domain.words import TermStatus
from projections.rows import Row


def term_row(agreement: Agreement, term_id: str) -> Row | None:
    """The row of a term as it stands, None when it is gone."""
    term = agreement.terms.get(term_id)  # type: ignore[call-overload]
    if term is None:
        return None
    return Row(term.place, term.status != TermStatus.REMOVED, _body(term), int(bool(term.need_ids)))


def _body(term: Term) -> dict[str, Any]:
    return {
        "term_id": term.term_id,
        "heading": term.heading,
        "text": term.text,
        "value": term.value,
        "version": term.version,
        "status": term.status,
        "marks": list(term.marks),
        "opener": term.opener,
        "parking": _request(term.parking),
        "deferral": _request(term.deferral),
        "until": term.until,
        "deferred_until": term.until_as_sent,
        "need_ids": list(term.need_ids),
        "taken_off": list(term.taken_off),
    }


def _request(request: Request | None) -> dict[str, str] | None:
    if request is None:
        return None
    return {"party_id": request.party_id, "reason": request.reason, "until": request.until}
