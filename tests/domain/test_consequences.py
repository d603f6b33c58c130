"""What follows from an act, in its order: each consequence names its nearest cause (domain.md, In detail)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domain.test_refusals import ADA, CID, Table


@pytest.fixture
def table() -> Table:
    return Table()


def happened(table: Table, since: int) -> list[tuple[str, Any, int | None]]:
    """(type, what it concerns, the distance back to its cause) of the events since."""
    return [
        (
            event.TOPIC,
            event.data().get("objection_id") or event.data().get("proposal_id") or event.data().get("term_id"),
            event.originator_version - cause if (cause := event.data().get("caused_by")) else None,
        )
        for event in table.world.events[since:]
    ]


def state(table: Table, proposal_id: str) -> str:
    return str(table.world.agreement.proposals[proposal_id].state)  # type: ignore[index]


def test_the_latest_living_ancestor_revives_when_the_head_is_withdrawn(table: Table) -> None:
    term_id = table.term()
    p1 = table.propose(ADA, term_id)
    p2 = table.propose(CID, term_id, counters=p1)
    p3 = table.propose(ADA, term_id, counters=p2)
    objection_id = table.object(CID, p3)
    table.do(CID, "withdraw_proposal", proposal_id=p2)
    since = len(table.world.events)
    table.do(ADA, "withdraw_proposal", proposal_id=p3)
    assert happened(table, since) == [
        ("ProposalWithdrawn", p3, None),
        ("ObjectionMooted", objection_id, 1),
        ("ProposalRevived", p1, 2),
    ]
    assert [state(table, each) for each in (p1, p2, p3)] == ["open", "withdrawn", "withdrawn"]


def test_declining_and_expiring_revive_as_well(table: Table) -> None:
    term_id = table.term()
    p1 = table.propose(ADA, term_id)
    p2 = table.propose(CID, term_id, counters=p1)
    objection_id = table.object(ADA, p2)
    table.do(ADA, "decline_proposal", proposal_id=p2, objection_ids=[objection_id])
    assert state(table, p1) == "open"
    p3 = table.propose(CID, term_id, counters=p1, valid_until="2026-03-02T10:00:00Z")
    table.world.wait(hours=1)
    since = len(table.world.events)
    table.do(ADA, "open_term", heading="x")
    assert happened(table, since)[:2] == [("ProposalExpired", p3, None), ("ProposalRevived", p1, 1)]
    assert table.world.events[since].actor.kind == "clock"
    assert table.world.events[since].command_id is None


def test_an_acceptance_ends_ancestors_then_others_the_countered_before_heads(table: Table) -> None:
    one, two = table.term(), table.term()
    ancestor = table.propose(ADA, one)
    on_ancestor = table.object(CID, ancestor)
    base = table.propose(CID, two)
    rival = table.propose(ADA, one)
    on_rival = table.object(CID, rival)
    head = table.propose(ADA, one, two, counters=base)
    accepted = table.propose(CID, one, counters=ancestor)
    since = len(table.world.events)
    table.accept(ADA, accepted)
    assert happened(table, since) == [
        ("ProposalAccepted", accepted, None),
        ("ProposalSuperseded", ancestor, 1),
        ("ObjectionMooted", on_ancestor, 1),
        ("ProposalBecameStale", rival, 3),
        ("ObjectionMooted", on_rival, 1),
        ("ProposalBecameStale", head, 5),
        ("ProposalRevived", base, 1),
    ]
    assert table.world.agreement.objections[on_rival].led_to == ((one, 1),)  # type: ignore[index]


def test_replacing_carries_open_objections_over(table: Table) -> None:
    term_id = table.term()
    p1 = table.propose(ADA, term_id)
    objection_id = table.object(CID, p1)
    since = len(table.world.events)
    p2 = table.propose(ADA, term_id, replaces=p1)
    assert happened(table, since) == [("ProposalMade", p2, None), ("ProposalSuperseded", p1, 1)]
    assert table.world.agreement.objections[objection_id].proposal_id == p2  # type: ignore[index]
    assert table.world.agreement.is_blocked(p2)  # type: ignore[arg-type]


def test_parking_a_term_parks_its_open_proposals_and_what_would_revive_on_it(table: Table) -> None:
    term_id, other = table.term(), table.term()
    p1 = table.propose(ADA, term_id)
    p2 = table.propose(CID, term_id, other, counters=p1)
    table.do(ADA, "park_term", term_id=term_id, reason="x", until="2026-03-10")
    since = len(table.world.events)
    table.do(CID, "agree_parking", term_id=term_id)
    assert happened(table, since) == [("TermParked", term_id, None), ("ProposalParked", p2, 1)]
    since = len(table.world.events)
    table.do(CID, "withdraw_proposal", proposal_id=p2)
    assert happened(table, since) == [("ProposalWithdrawn", p2, None), ("ProposalParked", p1, 1)]
    table.world.wait(days=10)
    since = len(table.world.events)
    table.do(CID, "open_term", heading="x")
    assert happened(table, since)[:2] == [("TermUnparked", term_id, None), ("ProposalUnparked", p1, 1)]


def test_deferring_ends_what_touches_the_term_as_stale(table: Table) -> None:
    term_id, other = table.term(), table.term()
    kept = table.propose(ADA, other)
    p1 = table.propose(CID, term_id, counters=kept)
    p2 = table.propose(ADA, term_id, counters=p1)
    objection_id = table.object(CID, p2)
    table.do(ADA, "defer_term", term_id=term_id, reason="x", until="2026-09-01")
    since = len(table.world.events)
    table.do(CID, "agree_deferral", term_id=term_id)
    assert happened(table, since) == [
        ("TermDeferred", term_id, None),
        ("ProposalBecameStale", p1, 1),
        ("ProposalBecameStale", p2, 2),
        ("ObjectionMooted", objection_id, 1),
        ("ProposalRevived", kept, 2),
    ]


def test_a_lapsed_condition_lets_the_own_deadline_count_at_once(table: Table) -> None:
    term_id = table.term()
    p1 = table.propose(ADA, term_id, valid_until="2026-03-02T11:00:00Z")
    due = {"condition": "board", "owner": table.world.party(CID), "due": "2026-03-02T12:00:00Z"}
    table.accept(CID, p1, subject_to=due)
    table.world.wait(hours=2, minutes=30)
    since = len(table.world.events)
    table.do(CID, "open_term", heading="x")
    opened = list(table.world.agreement.terms)[-1]
    assert happened(table, since) == [("TermOpened", opened, None)], "while conditional, its own deadline waits"
    table.world.wait(minutes=30)
    since = len(table.world.events)
    table.do(CID, "open_term", heading="x")
    assert happened(table, since)[:2] == [("ConditionLapsed", p1, None), ("ProposalExpired", p1, None)]


def test_abandoning_closes_every_live_proposal(table: Table) -> None:
    term_id = table.term()
    p1 = table.propose(ADA, term_id)
    objection_id = table.object(CID, p1)
    p2 = table.propose(CID, term_id, counters=p1)
    since = len(table.world.events)
    table.do(CID, "abandon_agreement", reason="x")
    assert happened(table, since) == [
        ("AgreementAbandoned", None, None),
        ("ProposalClosed", p1, 1),
        ("ObjectionMooted", objection_id, 1),
        ("ProposalClosed", p2, 3),
    ]
