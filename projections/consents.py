"""Who consented, for which party, with which mandate, to which fingerprint, when?"""

from __future__ import annotations

from typing import Any

from domain.agreement import Agreement
from domain.agreement_events import (
    ConditionFulfilled,
    ConsentGiven,
    ProposalAccepted,
    ProposalMade,
    RatificationVoided,
)
from domain.events import Actor, Event
from domain.ids import TermId


def consent_bodies(agreement: Agreement, event: Event) -> list[dict[str, Any]]:
    """The consents that an event brings: one for each term of a proposal, or one for the whole text.

    An acceptance that was conditional counts from its own event on: by whom and when is that of the acceptance.
    """
    match event:
        case ProposalMade():
            return [
                _consent(
                    "proposed",
                    event.actor,
                    event.at,
                    event.originator_version,
                    event.fingerprint,
                    TermId(item["term_id"]),
                    item.get("base_version", 0),
                )
                for item in event.items
            ]
        case ProposalAccepted():
            given = (event.actor, event.at, event.originator_version)
        case ConditionFulfilled():
            condition = agreement.accepted_conditions[event.proposal_id]
            given = (condition.accepted_by, condition.accepted_at, condition.accepted_version)
        case ConsentGiven():
            return [_consent("ratified", event.actor, event.at, event.originator_version, event.fingerprint)]
        case _:
            return []
    return [
        _consent("accepted", *given, event.fingerprint, term_id, event.versions[term_id])
        for term_id in agreement.proposals[event.proposal_id].term_ids
    ]


def voided(agreement: Agreement, event: Event) -> list[int]:
    """The versions of the events that gave the signatures which an event makes void."""
    if not isinstance(event, RatificationVoided):
        return []
    assert agreement.ratification
    return [each.version for each in agreement.ratification.consents]


def _consent(
    act: str,
    actor: Actor,
    at: str,
    event_version: int,
    fingerprint: str,
    term_id: TermId | None = None,
    version: int | None = None,
) -> dict[str, Any]:
    return {
        "term_id": term_id,
        "version": version,
        "fingerprint": fingerprint,
        "party_id": actor.party_id,
        "member_id": actor.member_id,
        "mandate": actor.mandate,
        "mandate_version": actor.mandate_version,
        "at": at,
        "event_version": event_version,
        "act": act,
    }
