"""What happened, in order? Rows hold ids only; the sentence is composed on reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.agreement import Agreement
from domain.events import EVENT_TYPES, Event


def timeline_body(agreement: Agreement, event: Event) -> dict[str, Any]:
    """The row of an event of an agreement."""
    term_ids = agreement.concerned(vars(event))
    headings = {each: agreement.terms[each].heading for each in term_ids if each in agreement.terms}
    return moment(event, term_ids, headings)


def moment(event: Event, term_ids: Sequence[str] = (), headings: Mapping[Any, str] | None = None) -> dict[str, Any]:
    """The row of an event. term_ids: the terms that it concerns; headings: theirs at that moment."""
    said = vars(event)
    return {
        "event_version": event.originator_version,
        "at": event.at,
        "type": event.TOPIC,
        "follows": said.get("caused_by") is not None,
        "party_id": event.actor.party_id,
        "member_id": event.actor.member_id,
        "term_ids": list(term_ids),
        "headings": headings or {},
        "about": {key: said[key] for key in event.told() if said[key] is not None},
        "on": {key: said[key] for key in ("proposal_id", "objection_id") if said.get(key)},
    }


def sentence(body: dict[str, Any], name_of: Mapping[str | None, str], here: str | None = None) -> str:
    """The event in plain English. name_of: names of members and parties by id; here: the term whose story it is."""
    who = name_of.get(body["member_id"]) or name_of.get(body["party_id"]) or "The clock"
    what = _what(body, here)
    verb = EVENT_TYPES[body["type"]].verb(body["about"])
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
    return ", ".join(named) or f"the {EVENT_TYPES[body['type']].KINDS[0]}"
