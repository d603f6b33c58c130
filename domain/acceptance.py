"""Acceptance: the other party's consent to exactly the words of a proposal, and what it brings."""

from __future__ import annotations

from domain import acts
from domain.agreement_events import (
    AgreementEvent,
    ConditionFulfilled,
    ProposalAccepted,
    ProposalAcceptedSubjectTo,
    ProposalSuperseded,
)
from domain.commands import AcceptProposal, AcceptProposals
from domain.endings import end_as_stale, end_proposal
from domain.ids import Fingerprint, NeedId, TermId
from domain.items import Item
from domain.proposals import ended_sentence, guard_whole_package, words_on_proposal
from domain.refusals import Code, Guards, Subject, refuse
from domain.rules import Act, Rules
from domain.things import AgreementState, Proposal, Term
from domain.words import Mandate, ObjectionState, ProposalState, Severity, TermStatus

rules = Rules()


@rules.decides(AcceptProposal, acts.accept)
def accept_proposal(agreement: AgreementState, command: AcceptProposal, act: Act) -> None:
    proposal = agreement.proposal(command.proposal_id)
    condition = command.subject_to
    if condition and condition["owner"] not in agreement.parties:
        refuse(Code.UNKNOWN_REFERENCE, "The condition's owner must be one of the two parties.")
    guards = Guards()
    _guard(agreement, proposal, command.fingerprint, act, guards)
    guard_whole_package(proposal, command.term_ids, guards)
    guards.refuse_if(
        condition is not None and condition["due"] <= agreement.now,
        Code.INVALID_VALUE,
        "The condition's due time is already past.",
        "Choose a later time.",
    )
    guards.settle()
    if condition:
        agreement.record(
            ProposalAcceptedSubjectTo,
            proposal_id=proposal.proposal_id,
            fingerprint=proposal.fingerprint,
            condition=condition["condition"],
            owner=condition["owner"],
            due=condition["due"],
        )
    else:
        bring_into_the_text(agreement, proposal, ProposalAccepted)


@rules.decides(AcceptProposals, acts.accept)
def accept_proposals(agreement: AgreementState, command: AcceptProposals, act: Act) -> None:
    proposals = [agreement.proposal(each["proposal_id"]) for each in command.proposals]  # type: ignore[arg-type]
    guards = Guards()
    touched: set[TermId] = set()
    for proposal, each in zip(proposals, command.proposals, strict=True):
        heading = agreement.terms[proposal.term_ids[0]].heading if proposal.term_ids[0] in agreement.terms else "…"
        _guard(agreement, proposal, Fingerprint(each["fingerprint"]), act, guards, f"The proposal on “{heading}”")
        guards.refuse_if(
            not touched.isdisjoint(proposal.term_ids),
            Code.STALE_BASE,
            "Two of these proposals are on the same term, so accepting the first makes the later one stale.",
            "Accept them one by one.",
        )
        touched.update(proposal.term_ids)
    guards.settle()
    for proposal in proposals:
        bring_into_the_text(agreement, proposal, ProposalAccepted)


def _guard(
    agreement: AgreementState,
    proposal: Proposal,
    fingerprint: str,
    act: Act,
    guards: Guards,
    named: str = "This proposal",
) -> None:
    guards.note(acts.mandate(act.mandates, Mandate.NEGOTIATOR, proposal.term_ids))
    if proposal.state not in (ProposalState.EXPIRED, ProposalState.OPEN):
        too_late = ended_sentence(proposal, named)
        guards.refuse_if(too_late is not None, Code.ALREADY_ENDED, too_late)
    guards.note(acts.accept(words_on_proposal(agreement, proposal, act.party)))
    guards.refuse_if(
        fingerprint != proposal.fingerprint,
        Code.STALE_VIEW,
        "These are not the words of the proposal that you name.",
        "Read the proposal as it is, then decide again.",
        subject=Subject("proposal", proposal.proposal_id),
    )


def bring_into_the_text(
    agreement: AgreementState, proposal: Proposal, event_class: type[AgreementEvent], evidence: str | None = None
) -> None:
    """Record that a proposal is agreed, then the end of its ancestors, then of all others that it makes stale."""
    concerns = [
        each.objection_id
        for each in agreement.standing_objections(proposal.proposal_id)
        if each.severity == Severity.CONCERN
    ]
    accepted = agreement.record(
        event_class,
        proposal_id=proposal.proposal_id,
        fingerprint=proposal.fingerprint,
        versions={each: agreement.terms[each].version + 1 for each in proposal.term_ids},
        with_concerns=concerns,
        **({"evidence": evidence} if event_class is ConditionFulfilled else {}),
    )
    for proposal_id in agreement.threads[proposal.thread_id]:
        if agreement.proposals[proposal_id].state == ProposalState.COUNTERED:
            end_proposal(agreement, ProposalSuperseded, proposal_id, caused_by=accepted)
    end_as_stale(agreement, set(proposal.term_ids), accepted)


@rules.folds(ProposalAccepted, ConditionFulfilled)
def proposal_accepted(agreement: AgreementState, event: ProposalAccepted | ConditionFulfilled) -> None:
    proposal = agreement.proposals[event.proposal_id]
    for item in proposal.items:
        term_id = TermId(item["term_id"])
        _bring(agreement, agreement.terms[term_id], item, event.versions[term_id])
        if proposal.need_ids and item["op"] in ("add", "revise"):
            _serve(agreement, agreement.terms[term_id], proposal.need_ids)
    for objection_id in event.with_concerns:
        objection = agreement.objections[objection_id]
        agreement.objections[objection_id] = objection._replace(
            state=ObjectionState.ACCEPTED_WITH_CONCERN,
            ended_at=event.at,
            ended_version=event.originator_version,
        )
    led_to = tuple((term_id, event.versions[term_id]) for term_id in proposal.term_ids)
    for objection_id in agreement.objections_in.get(proposal.thread_id, ()):
        agreement.objections[objection_id] = agreement.objections[objection_id]._replace(led_to=led_to)
    agreement.brought[event.originator_version] = led_to
    agreement.take_off_the_table(proposal.proposal_id, ProposalState.ACCEPTED, event)


def _serve(agreement: AgreementState, term: Term, need_ids: tuple[NeedId, ...]) -> None:
    """An accepted proposal links what it adds or revises to its needs, also where their owner had taken one off."""
    agreement.terms[term.term_id] = term._replace(
        need_ids=tuple(dict.fromkeys([*term.need_ids, *need_ids])),
        taken_off=tuple(each for each in term.taken_off if each not in need_ids),
    )


def _bring(agreement: AgreementState, term: Term, item: Item, version: int) -> None:
    if item["op"] == "remove":
        agreement.text.take_out(term.term_id)
        agreement.terms[term.term_id] = term.moved_to(TermStatus.REMOVED, version=version)
        return
    changed = {field: item[field] for field in ("heading", "text", "value") if field in item}
    if changed.get("value") == {"kind": "none"}:
        changed["value"] = None
    agreement.terms[term.term_id] = term.moved_to(
        TermStatus.PROVISIONAL, version=version, place=_place(agreement, term, item), **changed
    )


def _place(agreement: AgreementState, term: Term, item: Item) -> str:
    """Where an accepted revise or move puts its term; if that neighbour is gone by now, where it is."""
    if item["op"] == "move":
        asked = item["after"] if "after" in item else agreement.text.last()
    elif item["op"] == "revise" and "after" in item:
        asked = item["after"]
    else:
        return term.place
    if asked == term.term_id or (asked is not None and asked not in agreement.text):
        return term.place
    return agreement.text.put(term.term_id, asked)
