"""Whose turn it is, as every screen says it (domain.md, Whose turn it is)."""

from __future__ import annotations

import pytest

from domain.times import written
from domain.turns import waits
from projections.conflict_history import objection_row
from projections.current_terms import term_row
from projections.headers import header_row
from projections.open_proposals import proposal_row, question_row
from projections.rows import Row
from tests.domain.test_refusals import ADA, CID, Table


@pytest.fixture
def table() -> Table:
    return Table()


def waiting(table: Table) -> list[tuple[int, str]]:
    """(side, what) of everything that waits."""
    agreement = table.world.agreement

    def bodies(rows: list[Row | None]) -> list[dict[str, object]]:
        return [row.body for row in rows if row]

    found = waits(
        header_row(agreement).body,
        bodies([term_row(agreement, each) for each in agreement.terms]),
        bodies([proposal_row(agreement, each) for each in agreement.proposals]),
        bodies([objection_row(agreement, each) for each in agreement.objections]),
        bodies([question_row(agreement, each) for each in agreement.questions]),
        written(table.world.now),
    )
    return [(table.world.side(wait.party_id), wait.about) for wait in found]


def test_a_place_holder_without_a_proposal_waits_for_nobody(table: Table) -> None:
    table.term()
    assert waiting(table) == []


def test_a_head_waits_for_the_other_party_until_it_is_objected_to(table: Table) -> None:
    proposal_id = table.propose(ADA, table.term())
    assert waiting(table) == [(CID, "proposal")]
    counter = table.propose(CID, *table.world.agreement.terms, counters=proposal_id)
    assert waiting(table) == [(ADA, "proposal")]
    objection_id = table.object(ADA, counter)
    assert waiting(table) == [(CID, "objection")], "a blocking objection that is unanswered waits for the proposer"
    table.do(CID, "answer_objection", objection_id=objection_id, text="x")
    assert waiting(table) == [(ADA, "objection")], "answered, for the objector"
    table.do(ADA, "offer_resolution", objection_id=objection_id, kind="revised", text="x")
    assert waiting(table) == [(CID, "resolution")]
    table.do(CID, "decline_resolution", objection_id=objection_id, reason="x")
    assert waiting(table) == [(CID, "objection")]
    table.do(CID, "offer_resolution", objection_id=objection_id, kind="clarified", text="x")
    assert waiting(table) == [(ADA, "resolution")]
    table.do(ADA, "confirm_resolution", objection_id=objection_id)
    assert waiting(table) == [(ADA, "proposal")]


def test_a_concern_waits_for_its_answer_and_leaves_the_offer_where_it_was(table: Table) -> None:
    objection_id = table.object(CID, table.propose(ADA, table.term()), "concern")
    assert waiting(table) == [(CID, "proposal"), (ADA, "objection")]
    table.do(ADA, "answer_objection", objection_id=objection_id, text="x")
    assert waiting(table) == [(CID, "proposal")], "answered, a concern waits for nobody"


def test_an_offered_resolution_waits_also_where_a_counter_stands_over_the_offer(table: Table) -> None:
    term_id = table.term()
    offer = table.propose(ADA, term_id)
    objection_id = table.object(CID, offer)
    table.do(ADA, "offer_resolution", objection_id=objection_id, kind="revised", text="x")
    table.propose(CID, term_id, counters=offer)
    assert waiting(table) == [(ADA, "proposal"), (CID, "resolution")]


def test_a_reopened_term_waits_for_both_until_something_is_offered(table: Table) -> None:
    term_id = table.term()
    table.agree(term_id)
    assert waiting(table) == []
    table.do(CID, "reopen_term", term_id=term_id, reason="x")
    assert waiting(table) == [(ADA, "reopened"), (CID, "reopened")]
    table.propose(ADA, term_id)
    assert waiting(table) == [(CID, "proposal")]


def test_nothing_waits_once_the_agreement_is_abandoned(table: Table) -> None:
    one, two = table.term(), table.term()
    table.do(CID, "park_term", term_id=one, reason="x", until="2026-06-01")
    table.do(ADA, "ask_clarification", proposal_id=table.propose(ADA, two), text="x")
    table.do(CID, "abandon_agreement", reason="x")
    assert waiting(table) == []


def test_a_question_waits_for_the_other_party(table: Table) -> None:
    proposal_id = table.propose(ADA, table.term())
    table.do(ADA, "ask_clarification", proposal_id=proposal_id, text="x")
    assert waiting(table) == [(CID, "proposal"), (CID, "question")]
    table.do(CID, "give_clarification", question_id=next(iter(table.world.agreement.questions)), text="x")
    assert waiting(table) == [(CID, "proposal")]


def test_a_condition_waits_for_its_owner_and_once_reported_for_the_other(table: Table) -> None:
    proposal_id = table.propose(ADA, table.term())
    condition = {"condition": "board", "owner": table.world.party(CID), "due": "2026-06-01"}
    table.accept(CID, proposal_id, subject_to=condition)
    assert waiting(table) == [(CID, "condition")]
    table.do(CID, "fulfil_condition", proposal_id=proposal_id)
    assert waiting(table) == [(ADA, "condition")]


@pytest.mark.parametrize("act", ["park", "defer"])
def test_a_parking_or_a_deferral_waits_for_the_party_that_was_asked(table: Table, act: str) -> None:
    table.do(CID, f"{act}_term", term_id=table.term(), reason="x", until="2026-06-01")
    assert waiting(table) == [(ADA, {"park": "parking", "defer": "deferral"}[act])]
    table.world.wait(days=200)
    assert waiting(table) == [], "a request whose date has passed has ended"


def test_signatures_wait_for_each_party_that_has_not_given_all(table: Table) -> None:
    table.ratifiable()
    table.do(ADA, "open_ratification")
    assert waiting(table) == [(ADA, "signature"), (CID, "signature")]
    ratification = table.world.agreement.ratification
    assert ratification
    table.do(CID, "consent", fingerprint=ratification.fingerprint)
    assert waiting(table) == [(ADA, "signature")]
    table.do(ADA, "consent", fingerprint=ratification.fingerprint)
    assert waiting(table) == []
