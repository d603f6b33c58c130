"""Proposals: offers to change terms, made against named versions; whole or not at all. Counters form a thread."""

from __future__ import annotations

from typing import Any

from domain import acts
from domain.agreement_events import (
    ProposalBecameStale,
    ProposalClosed,
    ProposalCountered,
    ProposalDeclined,
    ProposalExpired,
    ProposalMade,
    ProposalParked,
    ProposalRevived,
    ProposalSuperseded,
    ProposalUnparked,
    ProposalWithdrawn,
)
from domain.commands import DeclineProposal, MakeProposal, ProposeText, WithdrawProposal
from domain.endings import end_proposal
from domain.fingerprint import proposal_fingerprint
from domain.ids import PartyId, ProposalId, TermId, ThreadId
from domain.items import Item
from domain.links import standing_need
from domain.refusals import Code, Guards, refuse
from domain.rules import Act, Rules
from domain.terms import standing_neighbour, words_on
from domain.things import AgreementState, Proposal, Term
from domain.values import broken_rule
from domain.words import LIVE, NOT_ENDED, Mandate, ProposalState

rules = Rules()


def words_on_proposal(agreement: AgreementState, proposal: Proposal, party: PartyId) -> acts.ProposalWords:
    """The state words that decide which acts on a proposal are open to a party."""
    return acts.ProposalWords(
        agreement.status,
        proposal.state,
        own=proposal.party_id == party,
        reserved=agreement.is_reserved_by_another(proposal),
        blocked=agreement.is_blocked(proposal.proposal_id),
    )


def ended_sentence(proposal: Proposal, named: str = "This proposal") -> str | None:
    """Why an act on an ended proposal comes too late; None while it lives."""
    return None if proposal.state in LIVE else f"{named} is {proposal.state}: {_ENDS[proposal.state]}."


_ENDS = {
    ProposalState.ACCEPTED: "it was accepted before",
    ProposalState.DECLINED: "the other party declined it",
    ProposalState.SUPERSEDED: "another one has taken its place",
    ProposalState.WITHDRAWN: "its party took it back",
    ProposalState.STALE: "its clause moved on before it was accepted",
    ProposalState.EXPIRED: "its deadline passed",
    ProposalState.CLOSED: "it was closed when the agreement was abandoned",
}


@rules.decides(MakeProposal, acts.change_the_text)
def make_proposal(agreement: AgreementState, command: MakeProposal, act: Act) -> None:
    _refuse_unknown_references(agreement, command, act)
    countered = agreement.proposal(command.counters) if command.counters else None
    replaced = agreement.proposal(command.replaces) if command.replaces else None
    again = agreement.proposal(command.again) if command.again else None

    rebase = replaced is not None and replaced.state == ProposalState.STALE
    touched = [*command.touched(), *(replaced.term_ids if replaced and not rebase else ())]
    adds = any(item["op"] == "add" for item in command.items)
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, touched, whole_text=adds))
    guards.note(acts.change_the_text(agreement.status))
    if countered:
        guards.note(acts.counter(words_on_proposal(agreement, countered, act.party)))
    if replaced:
        guards.note(acts.replace(words_on_proposal(agreement, replaced, act.party)))
    for item in command.items:
        _guard_item(agreement, item, act, guards)
    guards.refuse_if(
        command.valid_until is not None and command.valid_until <= agreement.now,
        Code.INVALID_VALUE,
        "The deadline of this proposal is already past.",
        "Choose a later deadline, or none.",
    )
    guards.refuse_if(
        again is not None and again.state in LIVE,
        Code.NOT_YET_PERMITTED,
        "The proposal that this makes again has not ended.",
    )
    guards.settle()

    items = [_with_base_version(agreement, item) for item in command.items]
    thread = countered or (None if rebase else replaced)
    made = agreement.record(
        ProposalMade,
        proposal_id=command.proposal_id,
        thread_id=thread.thread_id if thread else ThreadId(command.proposal_id),
        items=items,
        fingerprint=proposal_fingerprint(agreement.agreement_id, command.proposal_id, items, command.valid_until),
        rationale=command.rationale,
        counters=command.counters,
        replaces=command.replaces,
        again=command.again,
        valid_until=command.valid_until,
        need_ids=list(command.need_ids),
    )
    if countered:
        agreement.record(ProposalCountered, proposal_id=countered.proposal_id, caused_by=made)
    elif replaced and not rebase:
        agreement.record(ProposalSuperseded, proposal_id=replaced.proposal_id, caused_by=made)


@rules.decides(ProposeText, acts.change_the_text)
def propose_text(agreement: AgreementState, command: ProposeText, act: Act) -> None:
    """One proposal for the outline, which puts every heading at its end, then each clause at its place."""
    for item in command.items:
        if wrong := broken_rule(item.get("value")):
            refuse(Code.INVALID_VALUE, f"“{item['heading'][:60]}”: {wrong}")
    before = agreement.text.last()
    outline = [item for item in command.items if _is_heading_alone(item)]
    proposal_ids = iter(command.proposal_ids)
    packages = [outline] if outline else []
    for item in command.items:
        if not _is_heading_alone(item):
            packages.append([{**item, "after": before}])
        before = TermId(item["term_id"])
    for items in packages:
        make_proposal(
            agreement,
            MakeProposal(command_id=command.command_id, digest="", items=tuple(items), proposal_id=next(proposal_ids)),
            act,
        )


def _is_heading_alone(item: Item) -> bool:
    return not item.get("text") and "value" not in item


def _refuse_unknown_references(agreement: AgreementState, command: MakeProposal, act: Act) -> None:
    for need_id in command.need_ids:
        standing_need(act, need_id)
    added: set[TermId] = set()
    for item in command.items:
        term_id, after = TermId(item["term_id"]), item.get("after")
        if item["op"] != "add":
            agreement.term(term_id)
        if after is not None and after != term_id:
            standing_neighbour(agreement, after, added)
        if item["op"] == "add":
            added.add(term_id)


def _guard_item(agreement: AgreementState, item: Item, act: Act, guards: Guards) -> None:
    term = agreement.terms.get(TermId(item["term_id"]))
    if item["op"] == "add":
        is_taken = term is not None or item["term_id"] in act.known.get("taken", ())
        guards.refuse_if(is_taken, Code.INVALID_VALUE, "An added term needs an id that is not in use.")
    else:
        assert term
        guards.note(acts.propose_on(words_on(agreement, term, act.party)))
        _guard_base(item, term, guards)
    guards.refuse_if(item.get("after") == item["term_id"], Code.INVALID_VALUE, "A term cannot come after itself.")
    wrong = broken_rule(item.get("value"))
    guards.refuse_if(wrong is not None, Code.INVALID_VALUE, wrong)


def _guard_base(item: Item, term: Term, guards: Guards) -> None:
    base = item.get("base_version", term.version)
    guards.refuse_if(
        base != term.version,
        Code.STALE_BASE,
        f"This builds on version {base} of “{term.heading}”; it is now at version {term.version}.",
    )
    guards.refuse_if(
        item["op"] == "move" and term.version == 0,
        Code.INVALID_VALUE,
        f"“{term.heading}” is still an empty place-holder, which cannot be moved.",
        "Propose its text first.",
    )


def _with_base_version(agreement: AgreementState, item: Item) -> Item:
    if item["op"] == "add":
        return item
    return {**item, "base_version": agreement.terms[TermId(item["term_id"])].version}


@rules.decides(DeclineProposal, acts.decline)
def decline_proposal(agreement: AgreementState, command: DeclineProposal, act: Act) -> None:
    proposal = agreement.proposal(command.proposal_id)
    cited = [agreement.objection(each) for each in command.objection_ids]
    if any(each.proposal_id != proposal.proposal_id for each in cited):
        refuse(Code.UNKNOWN_REFERENCE, "A cited objection is on another proposal.")
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, proposal.term_ids))
    guards.note(acts.decline(words_on_proposal(agreement, proposal, act.party)))
    guards.refuse_if(
        not any(each.party_id == act.party and each.state in NOT_ENDED for each in cited), Code.GROUND_REQUIRED
    )
    guards.settle()
    end_proposal(
        agreement, ProposalDeclined, proposal.proposal_id, objection_ids=list(dict.fromkeys(command.objection_ids))
    )


@rules.decides(WithdrawProposal, acts.withdraw)
def withdraw_proposal(agreement: AgreementState, command: WithdrawProposal, act: Act) -> None:
    proposal = agreement.proposal(command.proposal_id)
    guards = Guards(acts.mandate(act.mandates, Mandate.NEGOTIATOR, proposal.term_ids))
    guards.note(acts.withdraw(words_on_proposal(agreement, proposal, act.party)))
    guard_whole_package(proposal, command.term_ids, guards)
    guards.settle()
    end_proposal(agreement, ProposalWithdrawn, proposal.proposal_id)


def guard_whole_package(proposal: Proposal, term_ids: tuple[TermId, ...] | None, guards: Guards) -> None:
    """Terms that are named must be exactly the package's."""
    named_in_part = term_ids is not None and sorted(term_ids) != sorted(proposal.term_ids)
    guards.refuse_if(named_in_part, Code.PARTIAL_PACKAGE)


@rules.folds(ProposalMade)
def proposal_made(agreement: AgreementState, event: ProposalMade) -> None:
    actor = event.actor
    assert actor.party_id and actor.member_id
    proposal = Proposal(
        proposal_id=event.proposal_id,
        thread_id=event.thread_id,
        party_id=actor.party_id,
        member_id=actor.member_id,
        items=tuple(event.items),
        term_ids=tuple(TermId(item["term_id"]) for item in event.items),
        fingerprint=event.fingerprint,
        rationale=event.rationale,
        counters=event.counters,
        replaces=event.replaces,
        again=event.again,
        valid_until=event.valid_until,
        need_ids=tuple(event.need_ids),
        version=event.originator_version,
        made_at=event.at,
    )
    agreement.put_on_the_table(proposal)
    agreement.take_up(proposal)
    for item in proposal.items:
        if item["op"] == "add":
            term_id = TermId(item["term_id"])
            place = agreement.text.put(term_id, item.get("after", agreement.text.last()))
            agreement.terms[term_id] = Term(term_id, item["heading"], actor.party_id, False, place)


@rules.folds(ProposalCountered, ProposalRevived, ProposalParked, ProposalUnparked)
def proposal_moved(
    agreement: AgreementState, event: ProposalCountered | ProposalRevived | ProposalParked | ProposalUnparked
) -> None:
    proposal = agreement.proposals[event.proposal_id]
    agreement.proposals[event.proposal_id] = proposal._replace(state=_STATE_AFTER[type(event)])


@rules.folds(ProposalDeclined, ProposalWithdrawn, ProposalExpired, ProposalBecameStale, ProposalClosed)
def proposal_ended(agreement: AgreementState, event: Any) -> None:
    agreement.take_off_the_table(event.proposal_id, _STATE_AFTER[type(event)], event)
    if isinstance(event, ProposalBecameStale):
        agreement.await_rebase(agreement.proposals[event.proposal_id])


@rules.folds(ProposalSuperseded)
def proposal_superseded(agreement: AgreementState, event: ProposalSuperseded) -> None:
    old = agreement.proposals[event.proposal_id]
    successor = agreement.proposals[agreement.threads[old.thread_id][-1]]
    if successor.replaces == old.proposal_id:
        agreement.carry_over(old.proposal_id, successor.proposal_id)
    agreement.take_off_the_table(old.proposal_id, ProposalState.SUPERSEDED, event)


@rules.passes("proposal")
def proposal_expires(agreement: AgreementState, proposal_id: str) -> None:
    end_proposal(agreement, ProposalExpired, ProposalId(proposal_id))


_STATE_AFTER = {
    ProposalCountered: ProposalState.COUNTERED,
    ProposalRevived: ProposalState.OPEN,
    ProposalParked: ProposalState.PARKED,
    ProposalUnparked: ProposalState.OPEN,
    ProposalDeclined: ProposalState.DECLINED,
    ProposalWithdrawn: ProposalState.WITHDRAWN,
    ProposalExpired: ProposalState.EXPIRED,
    ProposalBecameStale: ProposalState.STALE,
    ProposalClosed: ProposalState.CLOSED,
}
