"""How an objection moves: only what the state machine draws moves it."""

from __future__ import annotations

import pytest

from domain.refusals import Code
from domain.words import ObjectionState
from tests.domain.test_refusals import ADA, CID, Table


@pytest.fixture
def table() -> Table:
    return Table()


def state(table: Table, objection_id: str) -> ObjectionState:
    return table.world.agreement.objections[objection_id].state  # type: ignore[index]


def test_only_the_other_partys_first_answer_makes_it_answered(table: Table) -> None:
    objection_id = table.object(CID, table.propose(ADA, table.term()))
    table.do(CID, "answer_objection", objection_id=objection_id, text="what we mean")
    assert state(table, objection_id) == ObjectionState.OPEN
    table.do(ADA, "answer_objection", objection_id=objection_id, text="what we can do")
    assert state(table, objection_id) == ObjectionState.ANSWERED
    table.do(CID, "offer_resolution", objection_id=objection_id, kind="revised", text="x")
    table.do(ADA, "answer_objection", objection_id=objection_id, text="more")
    assert state(table, objection_id) == ObjectionState.RESOLUTION_OFFERED, "an answer does not take an offer away"
    assert len(table.world.agreement.objections[objection_id].answers) == 3  # type: ignore[index]


def test_a_new_offer_replaces_the_old_and_a_declined_one_is_gone(table: Table) -> None:
    objection_id = table.object(CID, table.propose(ADA, table.term()))
    table.do(ADA, "offer_resolution", objection_id=objection_id, kind="clarified", text="one")
    table.do(CID, "offer_resolution", objection_id=objection_id, kind="revised", text="two")
    assert table.code(CID, "confirm_resolution", objection_id=objection_id) == Code.NEEDS_BOTH
    table.do(ADA, "decline_resolution", objection_id=objection_id, reason="x")
    assert state(table, objection_id) == ObjectionState.OPEN
    assert table.world.agreement.objections[objection_id].resolution is None  # type: ignore[index]
    assert table.code(CID, "confirm_resolution", objection_id=objection_id) == Code.NOT_YET_PERMITTED
    assert table.code(ADA, "confirm_resolution", objection_id=objection_id) == Code.NOT_OBJECTOR


def test_agreed_to_differ_is_an_end_that_no_longer_blocks(table: Table) -> None:
    proposal_id = table.propose(ADA, table.term())
    objection_id = table.object(CID, proposal_id)
    table.do(ADA, "offer_resolution", objection_id=objection_id, kind="agreed_to_differ", text="x")
    assert table.code(CID, "accept_proposal", **table.named(proposal_id)) == Code.BLOCKED_BY_OBJECTION
    table.do(CID, "confirm_resolution", objection_id=objection_id)
    assert state(table, objection_id) == ObjectionState.AGREED_TO_DIFFER
    table.accept(CID, proposal_id)
    assert table.code(CID, "withdraw_objection", objection_id=objection_id) == Code.ALREADY_ENDED


def test_a_concern_ends_named_in_the_acceptance(table: Table) -> None:
    proposal_id = table.propose(ADA, table.term())
    concern, resolved = table.object(CID, proposal_id, "concern"), table.object(CID, proposal_id, "concern")
    table.do(CID, "withdraw_objection", objection_id=resolved)
    table.accept(CID, proposal_id)
    assert table.world.events[-1].data()["with_concerns"] == [concern]
    assert state(table, concern) == ObjectionState.ACCEPTED_WITH_CONCERN
    assert state(table, resolved) == ObjectionState.WITHDRAWN


def test_an_objection_or_a_question_may_name_any_of_the_packages_terms(table: Table) -> None:
    one, two, three = (table.term() for _ in range(3))
    proposal_id = table.propose(ADA, one, two)
    objection = {"proposal_id": proposal_id, "severity": "concern", "ground": "cost", "text": "x"}
    for term_ids in ([one], [two, one]):
        table.do(CID, "raise_objection", term_ids=term_ids, **objection)
        assert table.world.events[-1].data()["term_ids"] == term_ids
        table.do(CID, "ask_clarification", proposal_id=proposal_id, text="x", term_ids=term_ids)
    assert table.code(CID, "raise_objection", term_ids=[one, three], **objection) == Code.UNKNOWN_REFERENCE
    asked = {"proposal_id": proposal_id, "text": "x", "term_ids": [three]}
    assert table.code(CID, "ask_clarification", **asked) == Code.UNKNOWN_REFERENCE
