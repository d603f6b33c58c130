"""The fold of one agreement, event by event, and what each event brings to the read models."""

from __future__ import annotations

from typing import Any, NamedTuple

from domain.agreement import Agreement
from domain.agreement_events import AgreementEvent
from projections import tables
from projections.batch import Brought, Put
from projections.conflict_history import objection_row
from projections.consents import consent_bodies, voided
from projections.current_terms import term_row
from projections.headers import header_row, header_state
from projections.open_proposals import proposal_row, question_row
from projections.timeline import timeline_body

_SHELVES = (
    ("terms", tables.terms, term_row),
    ("proposals", tables.proposals, proposal_row),
    ("objections", tables.objections, objection_row),
    ("questions", tables.questions, question_row),
)


class Fold(NamedTuple):
    """An agreement as it is after some of its events, None before the first; header: what its header was made of."""

    agreement: Agreement | None = None
    header: tuple[Any, ...] | None = None


NOTHING = Fold()
"""An agreement before its first event."""


def fold_of(agreement: Agreement) -> Fold:
    """The fold of an agreement as it was loaded, to go on from."""
    for shelf, _, _ in _SHELVES:
        getattr(agreement, shelf).changed.clear()
    return Fold(agreement, header_state(agreement))


def folded(before: Fold, event: AgreementEvent, position: int) -> tuple[Fold, Brought]:
    """The fold after the next event, and what that brings. position: the event's id in the log."""
    agreement = event.mutate(before.agreement)
    assert agreement
    header = header_state(agreement)
    puts = _changed(agreement)
    if header != before.header:
        puts.append(Put(tables.headers, "", header_row(agreement), before.header is None))
    brought = Brought(
        position,
        agreement.agreement_id,
        event.originator_version,
        puts,
        consent_bodies(agreement, event),
        timeline_body(agreement, event),
        next_deadline=header[0],
        voids=voided(agreement, event),
        founded_in=agreement.partnership_id if before.agreement is None else None,
    )
    return Fold(agreement, header), brought


def _changed(agreement: Agreement) -> list[Put]:
    """The rows that the last event changed; with an objection or a question changes the proposal that it is on."""
    for objection_id in agreement.objections.changed:
        agreement.proposals.changed.setdefault(agreement.objections[objection_id].proposal_id, False)
    for question_id in agreement.questions.changed:
        agreement.proposals.changed.setdefault(agreement.questions[question_id].proposal_id, False)
    puts = []
    for shelf, table, row_of in _SHELVES:
        changed: dict[Any, bool] = getattr(agreement, shelf).changed
        if changed:
            puts += [Put(table, key, row_of(agreement, key), is_new) for key, is_new in changed.items()]
            changed.clear()
    return puts
