"""What happened, in order? Rows hold ids only; the sentence is composed on reading."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from domain.agreement import Agreement
from domain.events import Event

_KEPT = (
    "proposal_id", "objection_id", "question_id", "kind", "cause", "mark", "on", "severity", "ground", "title",
    "counters", "replaces",
)  # fmt: skip


def timeline_body(agreement: Agreement, event: Event) -> dict[str, Any]:
    """The row of an event; term_ids: the terms that it concerns, of headings at that moment."""
    said, kept = vars(event), _kept(type(event))
    term_ids = _concerned(agreement, said)
    headings = {each: agreement.terms[each].heading for each in term_ids if each in agreement.terms}
    return {
        "event_version": event.originator_version,
        "at": event.at,
        "type": event.TOPIC,
        "party_id": event.actor.party_id,
        "member_id": event.actor.member_id,
        "term_ids": term_ids,
        "headings": headings,
        "about": {key: said[key] for key in kept if said[key] is not None},
    }


@cache
def _kept(event: type[Event]) -> tuple[str, ...]:
    return tuple(key for key in _KEPT if key in event.data_fields())


def _concerned(agreement: Agreement, said: Mapping[str, Any]) -> list[Any]:
    if "term_id" in said:
        return [said["term_id"]]
    if said.get("term_ids"):
        return list(said["term_ids"])
    proposal_id = said.get("proposal_id")
    if objection := agreement.objections.get(said.get("objection_id")):  # type: ignore[arg-type]
        if objection.term_ids:
            return list(objection.term_ids)
        proposal_id = objection.proposal_id
    if question := agreement.questions.get(said.get("question_id")):  # type: ignore[arg-type]
        proposal_id = question.proposal_id
    if proposal := agreement.proposals.get(proposal_id):  # type: ignore[arg-type]
        return list(proposal.term_ids)
    return []


def sentence(body: dict[str, Any], name_of: Mapping[str | None, str], here: str | None = None) -> str:
    """The event in plain English. name_of: names of members and parties by id; here: the term whose story it is."""
    who = name_of.get(body["member_id"]) or name_of.get(body["party_id"]) or "The clock"
    what = _what(body, here)
    about = body["about"]
    verb: str = _VERBS.get(body["type"], body["type"])
    if body["type"] == "ProposalMade":
        verb = "countered with a proposal on" if "counters" in about else verb
        verb = "replaced their proposal on" if "replaces" in about else verb
    if body["type"] == "ObjectionRaised":
        kind = "a blocking objection" if about["severity"] == "blocking" else "a concern"
        verb = f"raised {kind} ({about['ground']}) on"
    if body["type"] == "TermMarked":
        verb = ("marked {} as " if about.get("on") else "took off {} the mark ") + about["mark"].replace("_", " ")
    if verb[0].isupper():
        return verb.format(what)
    return f"{who} {verb.format(what) if '{}' in verb else f'{verb} {what}'}."


def _what(body: dict[str, Any], here: str | None) -> str:
    others = [heading for term_id, heading in body["headings"].items() if term_id != here]
    named = [f"“{heading}”" for heading in others[:3]]
    if here in body["term_ids"]:
        named.insert(0, "this clause")
    if len(others) > 3:
        named.append(f"{len(others) - 3} more")
    return ", ".join(named) or "the agreement"


_VERBS = {  # with a capital letter, where nobody is named
    "AgreementOpened": "opened",
    "TermOpened": "put {} on the agenda",
    "TermDropped": "took {} off the agenda",
    "ProposalMade": "made a proposal on",
    "ProposalCountered": "The earlier proposal on {} was countered.",
    "ProposalRevived": "The earlier proposal on {} stands again.",
    "ProposalAccepted": "accepted the proposal on",
    "ProposalAcceptedSubjectTo": "accepted, subject to a condition, the proposal on",
    "ConditionReported": "reported the condition fulfilled on",
    "ConditionFulfilled": "confirmed the condition, so that agreed is",
    "ConditionLapsed": "The condition on {} lapsed.",
    "ProposalDeclined": "declined the proposal on",
    "ProposalWithdrawn": "withdrew the proposal on",
    "ProposalExpired": "A proposal on {} expired.",
    "ProposalSuperseded": "An earlier proposal on {} was superseded.",
    "ProposalBecameStale": "A proposal on {} became stale.",
    "ProposalParked": "The proposal on {} was parked.",
    "ProposalUnparked": "The proposal on {} is open again.",
    "ProposalClosed": "A proposal on {} was closed.",
    "ClarificationAsked": "asked a question about",
    "ClarificationGiven": "answered a question about",
    "ObjectionAnswered": "answered the objection on",
    "ResolutionOffered": "offered a resolution on",
    "ResolutionConfirmed": "confirmed the resolution on",
    "ResolutionDeclined": "declined the resolution on",
    "ObjectionWithdrawn": "withdrew the objection on",
    "ObjectionMooted": "An objection on {} became moot.",
    "TermReopened": "reopened",
    "TermParkingRequested": "asked to park",
    "TermParked": "agreed to park",
    "TermUnparked": "took up again",
    "TermDeferralRequested": "asked to defer",
    "TermDeferred": "agreed to defer",
    "RatificationOpened": "opened the ratification of",
    "ConsentGiven": "signed",
    "ConsentRefused": "refused to sign",
    "RatificationVoided": "The ratification of {} ended without force.",
    "AgreementRatified": "Both parties have signed; {} is in force.",
    "AgreementAbandoned": "abandoned",
}
