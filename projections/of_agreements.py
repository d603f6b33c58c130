"""The read models of agreements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from domain.agreement import Agreement
from domain.agreement_events import AgreementOpened, ConsentRefused, ProposalMade, TermReopened
from domain.events import Event
from projections import tables
from projections.conflict_history import objection_row
from projections.consents import consent_bodies, voided
from projections.current_terms import term_row
from projections.headers import header_row, header_state
from projections.models import Happened, Model, Shelved
from projections.open_proposals import proposal_row, question_row
from projections.shapes import OBJECTION, PROPOSAL, TERM, changed_since
from projections.timeline import timeline_body


def happened(agreement: Agreement, event: Event, moment: dict[str, Any]) -> Iterator[Happened]:
    """The moment in the stories of its terms, the consents that it brings and those that it makes void, the values that
    are offered, what was set back, and whose an opened agreement is."""
    stream, version = agreement.agreement_id, event.originator_version
    for term_id in moment["term_ids"]:
        yield tables.stories, (stream, term_id, version)
    for place, body in enumerate(consent_bodies(agreement, event)):
        yield tables.consents, (stream, version, place, body)
    for given in voided(agreement, event):
        yield tables.voids, (stream, given, version)
    if isinstance(event, ConsentRefused | TermReopened):
        yield tables.setbacks, (stream, version)
    if isinstance(event, ProposalMade):
        for item in event.items:
            if (value := item.get("value")) and value["kind"] != "none":
                yield tables.offered, (stream, item["term_id"], moment["party_id"], version, value)
    if isinstance(event, AgreementOpened):
        yield tables.agreements, (agreement.partnership_id, stream)


def moves_along(agreement: Agreement) -> None:
    """With an objection or a question changes the proposal that it is on."""
    proposals = agreement.proposals.changed
    for objection_id in agreement.objections.changed:
        proposals.setdefault(agreement.objections[objection_id].proposal_id, False)
    for question_id in agreement.questions.changed:
        proposals.setdefault(agreement.questions[question_id].proposal_id, False)


AGREEMENTS = Model(
    shelves=(
        Shelved("terms", tables.terms, term_row, TERM),
        Shelved("proposals", tables.proposals, proposal_row, PROPOSAL),
        Shelved("objections", tables.objections, objection_row, OBJECTION),
        Shelved("questions", tables.questions, question_row, "protocol.md has none; its events tell it"),
    ),
    header_state=header_state,
    header_row=header_row,
    moment=timeline_body,
    happened=happened,
    moves_along=moves_along,
    changed=changed_since,
)
