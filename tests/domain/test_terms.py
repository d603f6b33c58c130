"""Terms: where accepted changes put them, and how they are set aside and taken up again."""

from __future__ import annotations

from typing import Any

import pytest

from domain.refusals import Code
from domain.words import TermStatus
from tests.domain.test_refusals import ADA, CID, Table


@pytest.fixture
def table() -> Table:
    return Table()


def three(table: Table) -> list[str]:
    """Three agreed terms."""
    term_ids = [table.term(heading=f"{n}") for n in (1, 2, 3)]
    for term_id in term_ids:
        table.agree(term_id)
    return term_ids


def settle(table: Table, *items: dict[str, Any]) -> None:
    table.do(ADA, "make_proposal", items=list(items))
    table.accept(CID, list(table.world.agreement.proposals)[-1])


def order(table: Table) -> list[str]:
    return list(table.world.agreement.text)


def status(table: Table, term_id: str) -> TermStatus:
    return table.world.agreement.terms[term_id].status  # type: ignore[index]


def test_a_move_without_a_place_goes_to_the_end_and_a_revise_stays(table: Table) -> None:
    one, two, three_ = three(table)
    settle(table, {"op": "revise", "term_id": one, "text": "x"})
    assert order(table) == [one, two, three_]
    settle(table, {"op": "move", "term_id": one})
    assert order(table) == [two, three_, one]
    settle(table, {"op": "move", "term_id": one, "after": None})
    assert order(table) == [one, two, three_]
    settle(table, {"op": "revise", "term_id": three_, "text": "x", "after": one})
    assert order(table) == [one, three_, two]
    settle(table, {"op": "move", "term_id": two})
    assert order(table) == [one, three_, two], "who is last stays last"
    assert [table.world.agreement.terms[each].version for each in (one, two, three_)] == [4, 2, 2]  # type: ignore[index]


def test_a_place_is_resolved_when_it_is_accepted(table: Table) -> None:
    one, two, three_ = three(table)
    table.do(ADA, "make_proposal", items=[{"op": "move", "term_id": three_, "after": one}])
    move = list(table.world.agreement.proposals)[-1]
    settle(table, {"op": "move", "term_id": one})
    table.accept(CID, move)
    assert order(table) == [two, one, three_]
    table.do(ADA, "make_proposal", items=[{"op": "move", "term_id": three_, "after": two}])
    move = list(table.world.agreement.proposals)[-1]
    settle(table, {"op": "remove", "term_id": two})
    table.accept(CID, move)
    assert order(table) == [one, three_], "where the neighbour is gone the term stays"
    settle(
        table, {"op": "remove", "term_id": one}, {"op": "move", "term_id": three_, "after": one},
        {"op": "add", "heading": "4", "text": "x", "after": None},
    )  # fmt: skip
    assert order(table)[1:] == [three_], "items are resolved in their order"


def test_a_revise_changes_what_it_names_alone(table: Table) -> None:
    one, *_ = three(table)
    settle(table, {"op": "revise", "term_id": one, "value": {"kind": "percent", "number": "5"}})
    settle(table, {"op": "revise", "term_id": one, "heading": "1 New"})
    term = table.world.agreement.terms[one]  # type: ignore[index]
    assert (term.heading, term.value) == ("1 New", {"kind": "percent", "number": "5"})
    settle(table, {"op": "revise", "term_id": one, "value": {"kind": "none"}, "text": ""})
    term = table.world.agreement.terms[one]  # type: ignore[index]
    assert (term.heading, term.value, term.text) == ("1 New", None, "")


def test_asking_what_the_other_asked_is_agreeing_with_its_date(table: Table) -> None:
    term_id = table.term()
    table.do(ADA, "park_term", term_id=term_id, reason="x", until="2026-05-01")
    table.do(ADA, "park_term", term_id=term_id, reason="y", until="2026-06-01")
    table.do(CID, "park_term", term_id=term_id, reason="z", until="2026-07-01")
    parked = table.world.events[-1].data()
    assert (parked["reason"], parked["until"]) == ("y", "2026-06-02T00:00:00.000000Z")
    assert status(table, term_id) == TermStatus.PARKED
    assert table.code(CID, "park_term", term_id=term_id, reason="z", until="2026-07-01") == Code.NOT_YET_PERMITTED
    assert table.code(CID, "agree_parking", term_id=term_id) == Code.NOT_YET_PERMITTED


def test_a_request_ends_with_the_next_change_of_state(table: Table) -> None:
    term_id = table.term()
    table.do(ADA, "park_term", term_id=term_id, reason="x", until="2026-05-01")
    table.do(ADA, "defer_term", term_id=term_id, reason="x", until="2026-05-01")
    table.agree(term_id)
    table.do(CID, "reopen_term", term_id=term_id, reason="x")
    assert table.code(CID, "agree_parking", term_id=term_id) == Code.NOT_YET_PERMITTED
    assert table.code(CID, "agree_deferral", term_id=term_id) == Code.NOT_YET_PERMITTED


def test_open_parked_deferred_and_back(table: Table) -> None:
    term_id = table.term()
    date = {"reason": "x", "until": "2026-05-01"}
    assert table.code(ADA, "unpark_term", term_id=term_id) == Code.NOT_YET_PERMITTED
    table.do(ADA, "park_term", term_id=term_id, **date)
    table.do(CID, "agree_parking", term_id=term_id)
    table.do(CID, "unpark_term", term_id=term_id)
    assert status(table, term_id) == TermStatus.OPEN
    table.do(ADA, "park_term", term_id=term_id, **date)
    table.do(CID, "agree_parking", term_id=term_id)
    table.do(CID, "defer_term", term_id=term_id, **date)
    assert table.code(CID, "agree_deferral", term_id=term_id) == Code.NEEDS_BOTH
    table.do(ADA, "agree_deferral", term_id=term_id)
    assert status(table, term_id) == TermStatus.DEFERRED
    assert table.code(ADA, "defer_term", term_id=term_id, **date) == Code.NOT_YET_PERMITTED
    assert table.code(ADA, "agree_deferral", term_id=term_id) == Code.NOT_YET_PERMITTED
    table.do(ADA, "reopen_term", term_id=term_id, reason="x")
    assert status(table, term_id) == TermStatus.OPEN
    table.agree(term_id)
    for command in ("park_term", "defer_term"):
        assert table.code(ADA, command, term_id=term_id, **date) == Code.NOT_YET_PERMITTED
    assert table.code(ADA, "agree_deferral", term_id=term_id) == Code.NOT_YET_PERMITTED


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("make_proposal", {"items": [{"op": "add", "heading": "x"}], "valid_until": "2026-03-02T09:00:00Z"}),
        ("open_ratification", {"valid_until": "2026-03-02T09:00:00Z"}),
        ("park_term", {"reason": "x", "until": "2026-03-02T09:00:00Z"}),
        ("defer_term", {"reason": "x", "until": "2026-03-02T10:00:00+01:00"}),
    ],
)
def test_at_the_very_moment_named_it_has_passed(table: Table, command: str, fields: dict[str, Any]) -> None:
    term_id = table.ratifiable()
    if command.endswith("_term"):
        table.do(ADA, "reopen_term", term_id=term_id, reason="x")
        fields = fields | {"term_id": term_id}
    assert table.code(ADA, command, **fields) == Code.INVALID_VALUE


def test_a_reserved_term_is_neither_parked_nor_deferred_nor_reopened(table: Table) -> None:
    term_id = table.term()
    for command in ("park_term", "defer_term"):
        table.do(ADA, command, term_id=term_id, reason="x", until="2026-05-01")
    due = {"condition": "board", "owner": table.world.party(CID), "due": "2026-05-01"}
    table.accept(CID, table.propose(ADA, term_id), subject_to=due)
    for command, fields in (
        ("park_term", {"reason": "x", "until": "2026-05-01"}),
        ("defer_term", {"reason": "x", "until": "2026-05-01"}),
        ("agree_parking", {}),
        ("agree_deferral", {}),
        ("reopen_term", {"reason": "x"}),
    ):
        assert table.code(CID, command, term_id=term_id, **fields) == Code.RESERVED
