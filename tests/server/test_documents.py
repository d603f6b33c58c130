"""The documents say what the server does."""

from __future__ import annotations

import json
import re

import httpx

from domain.events import EVENT_TYPES
from server.doors.openapi import asyncapi, openapi
from server.doors.schemas import data_schema, event_types
from tests.server.conftest import Pair

TYPES = """
    AgreementOpened
    TermOpened
    TermDropped
    TermMarked
    ProposalMade
    ProposalCountered
    ProposalRevived
    ProposalAccepted
    ProposalAcceptedSubjectTo
    ConditionReported
    ConditionFulfilled
    ConditionLapsed
    ProposalDeclined
    ProposalWithdrawn
    ProposalExpired
    ProposalSuperseded
    ProposalBecameStale
    ProposalParked
    ProposalUnparked
    ProposalClosed
    ClarificationAsked
    ClarificationGiven
    ObjectionRaised
    ObjectionAnswered
    ResolutionOffered
    ResolutionConfirmed
    ResolutionDeclined
    ObjectionWithdrawn
    ObjectionMooted
    TermReopened
    TermParkingRequested
    TermParked
    TermUnparked
    TermDeferralRequested
    TermDeferred
    NeedLinkedToTerm
    RatificationOpened
    ConsentGiven
    ConsentRefused
    RatificationVoided
    AgreementRatified
    AgreementAbandoned
    ExchangeOpened
    ExchangeSealed
    SealTakenBack
    ExchangeRevealed
    ExchangeCancelled
    PartnershipFormed
    MemberAdmitted
    MandateGranted
    MandateRevoked
    NeedDisclosed
    NeedRestated
    RestatementConfirmed
    RestatementCorrected
    NeedReworded
    NeedDeclaredMet
    NeedDeclaredUnmet
    NeedWithdrawn
    IntentionProposed
    IntentionReworded
    IntentionAdopted
    IntentionDeclined
    IntentionWithdrawn
    IntentionRetirementRequested
    IntentionRetired
    IntentionKept
    TrustStatementAnswered
    TrustStatementReworded
    ShareMade
    ShareAgreed
    ShareRevoked
"""
WATCHING = re.compile(r"view|seen|read|watch|spent|dwell|click|visit|typing|presence", re.IGNORECASE)
SAID_WITH_A_NOTE = ("NeedDeclaredMet", "NeedDeclaredUnmet", "ShareMade")
"""What is said to both: what came of a need, and whom a link is for."""
PRIVATE = re.compile(r"draft|note|score|limit|email|name|internal|reservation", re.IGNORECASE)


def test_the_documents_are_served(pair: Pair) -> None:
    for name, expected in (("openapi", openapi()), ("asyncapi", asyncapi())):
        assert httpx.get(f"{pair.node.url}/api/{name}.json").json() == json.loads(json.dumps(expected))


def test_there_is_no_event_of_somebody_looking() -> None:
    assert [name for name in EVENT_TYPES if WATCHING.search(name)] == []
    assert [event.TOPIC for event in event_types()] == TYPES.split(), (
        "a new event type: think whom it watches, then list it here"
    )


def test_no_private_field_is_in_a_shared_events_schema() -> None:
    """Invariant 10. Parties are organisations, whose names are public; members are named by id alone."""
    for event in event_types():
        fields = data_schema(event)["properties"]
        said = {"note"} if event.TOPIC in SAID_WITH_A_NOTE else set()
        assert [name for name in fields if PRIVATE.search(name) and name not in said] == [], event.TOPIC


def test_every_command_and_event_has_a_docstring() -> None:
    for event in event_types():
        assert event.__doc__
        assert "Frozen data class" not in event.__doc__
