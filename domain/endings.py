"""What follows when a proposal ends: its objections become moot, and what it stood over revives (domain.md)."""

from __future__ import annotations

from typing import Any

from domain.agreement_events import (
    AgreementEvent,
    ObjectionMooted,
    ProposalBecameStale,
    ProposalParked,
    ProposalRevived,
)
from domain.ids import ProposalId, TermId, ThreadId
from domain.things import AgreementState, Proposal
from domain.words import ProposalState, TermStatus


def end_proposal(
    agreement: AgreementState, event_class: type[AgreementEvent], proposal_id: ProposalId, **data: Any
) -> int:
    """Record a proposal's end, at once its mooted objections, then the revival that it causes; returns its version."""
    before = agreement.proposals[proposal_id]
    version = agreement.record(event_class, proposal_id=proposal_id, **data)
    moot_objections(agreement, proposal_id, version)
    if before.state != ProposalState.COUNTERED:
        revive_ancestor(agreement, before.thread_id, version)
    return version


def moot_objections(agreement: AgreementState, proposal_id: ProposalId, caused_by: int) -> None:
    for objection in agreement.standing_objections(proposal_id):
        agreement.record(ObjectionMooted, objection_id=objection.objection_id, caused_by=caused_by)


def revive_ancestor(agreement: AgreementState, thread_id: ThreadId, caused_by: int) -> None:
    """The latest still-live ancestor is the head again; on a parked term it is parked, on a deferred one stale."""
    countered = [
        each
        for each in map(agreement.proposals.__getitem__, agreement.threads[thread_id])
        if each.state == ProposalState.COUNTERED
    ]
    if not countered:
        return
    ancestor = countered[-1]
    statuses = {agreement.terms[term_id].status for term_id in ancestor.term_ids}
    if TermStatus.DEFERRED in statuses:
        version = agreement.record(ProposalBecameStale, proposal_id=ancestor.proposal_id, caused_by=caused_by)
        moot_objections(agreement, ancestor.proposal_id, version)
        revive_ancestor(agreement, thread_id, version)
    elif TermStatus.PARKED in statuses:
        agreement.record(ProposalParked, proposal_id=ancestor.proposal_id, caused_by=caused_by)
    else:
        agreement.record(ProposalRevived, proposal_id=ancestor.proposal_id, caused_by=caused_by)


def end_as_stale(agreement: AgreementState, touching: set[TermId], caused_by: int) -> None:
    """End every live proposal that touches one of the terms: the countered before heads, in the order of making."""
    for proposal in in_ending_order(agreement, touching):
        if proposal.proposal_id in agreement.live:
            end_proposal(agreement, ProposalBecameStale, proposal.proposal_id, caused_by=caused_by)


def in_ending_order(agreement: AgreementState, touching: set[TermId]) -> list[Proposal]:
    touched = {each.proposal_id: each for term_id in touching for each in agreement.live_proposals(term_id)}
    return sorted(touched.values(), key=lambda each: (each.state != ProposalState.COUNTERED, each.version))
