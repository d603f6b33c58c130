"""Every refusal code, provoked; and where several guards are broken, the first in the order of domain.md."""

from __future__ import annotations

import re
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from domain.agreement import Agreement
from domain.commands import MakeProposal
from domain.ids import CommandId, ProposalId
from domain.partnership import Partnership
from domain.refusals import Code, Refusal
from domain.words import Mandate
from tests.negotiations import World, random_step

ADA, CID = 0, 1
NOWHERE = "00000000-0000-4000-8000-00000000dead"


class Table:
    """A negotiation told in a few words. 0 is the side that opened the agreement."""

    def __init__(self) -> None:
        self.world = World()

    def do(self, side: int, command: str, seat: int = 0, **fields: Any) -> None:
        refusal = self.world.do(side, seat, {"type": command, **fields})
        assert refusal is None, refusal

    def refused(self, side: int, command: str, seat: int = 0, **fields: Any) -> Refusal:
        before = len(self.world.events)
        refusal = self.world.do(side, seat, {"type": command, **fields})
        assert refusal is not None, "this was recorded"
        own = [each for each in self.world.events[before:] if each.actor.kind != "clock"]
        assert not own
        assert refusal.detail.strip()
        assert refusal.next_step.strip()
        return refusal

    def code(self, side: int, command: str, seat: int = 0, **fields: Any) -> Code:
        return self.refused(side, command, seat, **fields).code

    def term(self, side: int = ADA, heading: str = "1 Price") -> str:
        self.do(side, "open_term", heading=heading)
        return list(self.world.agreement.terms)[-1]

    def propose(self, side: int, *term_ids: str, **fields: Any) -> str:
        items = [{"op": "revise", "term_id": each, "text": f"text {len(self.world.events)}"} for each in term_ids]
        self.do(side, "make_proposal", items=items, **fields)
        return list(self.world.agreement.proposals)[-1]

    def named(self, proposal_id: str) -> dict[str, str]:
        return {"proposal_id": proposal_id, "fingerprint": self.world.agreement.proposals[proposal_id].fingerprint}  # type: ignore[index]

    def accept(self, side: int, proposal_id: str, **fields: Any) -> None:
        self.do(side, "accept_proposal", **self.named(proposal_id), **fields)

    def object(self, side: int, proposal_id: str, severity: str = "blocking") -> str:
        self.do(side, "raise_objection", proposal_id=proposal_id, severity=severity, ground="cost", text="no")
        return list(self.world.agreement.objections)[-1]

    def agree(self, term_id: str) -> None:
        self.accept(CID, self.propose(ADA, term_id))

    def ratifiable(self) -> str:
        term_id = self.term()
        self.do(ADA, "mark_term", term_id=term_id, mark="exit")
        self.agree(term_id)
        return term_id

    def limit(self, side: int, *term_ids: str) -> None:
        self.world.seats[side][0].mandates = {Mandate.NEGOTIATOR: frozenset(term_ids)}  # type: ignore[arg-type]


@pytest.fixture
def table() -> Table:
    return Table()


def test_malformed(table: Table) -> None:
    term_id = table.term()
    two = [{"op": "revise", "term_id": term_id, "text": "x"}] * 2
    assert table.code(ADA, "make_proposal", items=two) == Code.MALFORMED
    assert table.code(ADA, "make_proposal", items=[]) == Code.MALFORMED
    add = [{"op": "add", "heading": "2", "base_version": 0}]
    assert table.code(ADA, "make_proposal", items=add) == Code.MALFORMED
    assert table.code(ADA, "reopen_term", term_id=term_id) == Code.MALFORMED
    assert table.code(ADA, "reopen_term", term_id=term_id, reason="") == Code.MALFORMED
    assert table.code(ADA, "open_term", heading="x", colour="red") == Code.MALFORMED
    assert table.code(ADA, "dance") == Code.MALFORMED
    p1, p2 = table.propose(ADA, term_id), table.propose(CID, term_id)
    both = {"counters": p2, "replaces": p1, "items": two[:1]}
    assert table.code(ADA, "make_proposal", **both) == Code.MALFORMED
    twice = [table.named(p1), table.named(p1)]
    assert table.code(CID, "accept_proposals", proposals=twice) == Code.MALFORMED
    assert table.code(CID, "accept_proposals", proposals=[]) == Code.MALFORMED
    word = {"proposal_id": p1, "severity": "loud", "ground": "cost", "text": "x"}
    assert table.code(CID, "raise_objection", **word) == Code.MALFORMED
    word |= {"severity": "concern", "ground": "mood"}
    assert table.code(CID, "raise_objection", **word) == Code.MALFORMED


def test_too_large(table: Table) -> None:
    assert table.code(ADA, "open_term", heading="x" * 1025) == Code.TOO_LARGE


def test_what_is_malformed_is_named_before_what_is_too_large(table: Table) -> None:
    term_id = table.term()
    large = {"op": "revise", "term_id": term_id, "text": "x" * 65_537}
    for command, fields in (
        ("open_term", {"heading": "x" * 1025, "after": ["x"]}),
        ("make_proposal", {"items": [large, {"op": "revise", "term_id": term_id}]}),
        ("make_proposal", {"items": [large], "counters": "x", "replaces": "y"}),
        ("park_term", {"term_id": term_id, "reason": "x" * 20_000, "until": "soon"}),
    ):
        assert table.code(ADA, command, **fields) == Code.MALFORMED
    assert table.code(ADA, "make_proposal", items=[large]) == Code.TOO_LARGE


def test_null_is_as_left_out_but_for_after(table: Table) -> None:
    first = table.term()
    item = {"op": "add", "heading": "2", "text": None, "value": None, "base_version": None, "after": None}
    table.do(ADA, "make_proposal", items=[item], rationale=None, counters=None)
    made = table.world.events[-1].data()
    assert made["items"] == [{"op": "add", "heading": "2", "after": None, "term_id": made["items"][0]["term_id"]}]
    assert list(table.world.agreement.text)[-1] == first
    table.do(ADA, "make_proposal", items=[{"op": "remove", "term_id": first, "text": None}])
    wrong = [{"op": "remove", "term_id": first, "after": None}]
    assert table.code(ADA, "make_proposal", items=wrong) == Code.MALFORMED


def test_unknown_reference(table: Table) -> None:
    term_id = table.term()
    for command, fields in (
        ("make_proposal", {"items": [{"op": "revise", "term_id": NOWHERE}]}),
        ("make_proposal", {"items": [{"op": "add", "heading": "x", "after": NOWHERE}]}),
        ("make_proposal", {"items": [{"op": "add", "heading": "x"}], "counters": NOWHERE}),
        ("make_proposal", {"items": [{"op": "add", "heading": "x"}], "need_ids": [NOWHERE]}),
        ("make_proposal", {"items": [{"op": "add", "heading": "x"}], "again": NOWHERE}),
        ("open_term", {"heading": "x", "after": "nonsense"}),
        ("accept_proposal", {"proposal_id": NOWHERE, "fingerprint": "x"}),
        ("answer_objection", {"objection_id": NOWHERE, "text": "x"}),
        ("give_clarification", {"question_id": NOWHERE, "text": "x"}),
        ("park_term", {"term_id": NOWHERE, "reason": "x", "until": "2030-01-01"}),
    ):
        assert table.code(ADA, command, **fields) == Code.UNKNOWN_REFERENCE, (command, fields)
    proposal_id = table.propose(ADA, term_id)
    table.object(CID, proposal_id)
    objection_id = table.object(CID, proposal_id)
    other = table.propose(ADA, term_id)
    cited = {"proposal_id": other, "objection_ids": [objection_id]}
    assert table.code(CID, "decline_proposal", **cited) == Code.UNKNOWN_REFERENCE
    objection = {"proposal_id": proposal_id, "severity": "concern", "text": "x"}
    assert table.code(CID, "raise_objection", ground="principle", **objection) == Code.UNKNOWN_REFERENCE
    assert table.code(CID, "raise_objection", ground="need", need_id=NOWHERE, **objection) == Code.UNKNOWN_REFERENCE
    assert table.code(CID, "raise_objection", ground="cost", term_ids=[NOWHERE], **objection) == Code.UNKNOWN_REFERENCE
    for kind in ("commitment", "bridge", "sponsor_decision", "external"):
        offer = {"objection_id": objection_id, "kind": kind, "text": "x"}
        assert table.code(ADA, "offer_resolution", **offer) == Code.UNKNOWN_REFERENCE
    offer = {"objection_id": objection_id, "kind": "revised", "text": "x", "refs": [NOWHERE]}
    assert table.code(ADA, "offer_resolution", **offer) == Code.UNKNOWN_REFERENCE
    owner = {"condition": "x", "owner": NOWHERE, "due": "2030-01-01"}
    assert table.code(CID, "accept_proposal", **table.named(other), subject_to=owner) == Code.UNKNOWN_REFERENCE


def test_a_vanished_place_holder_is_unknown_and_its_id_may_be_added_again(table: Table) -> None:
    items = [{"op": "add", "term_id": "0190a3c2-7d1e-7000-8000-000000000001", "heading": "9 New"}]
    table.do(ADA, "make_proposal", items=items)
    assert table.code(CID, "make_proposal", items=items) == Code.INVALID_VALUE
    table.do(ADA, "withdraw_proposal", proposal_id=list(table.world.agreement.proposals)[-1])
    assert table.code(ADA, "drop_term", term_id=items[0]["term_id"]) == Code.UNKNOWN_REFERENCE
    table.do(CID, "make_proposal", items=items)


def test_a_parked_place_holder_stays(table: Table) -> None:
    table.do(ADA, "make_proposal", items=[{"op": "add", "heading": "9 New"}])
    proposal_id, term_id = list(table.world.agreement.proposals)[-1], list(table.world.agreement.terms)[-1]
    table.do(ADA, "park_term", term_id=term_id, reason="x", until="2030-01-01")
    table.do(CID, "agree_parking", term_id=term_id)
    assert table.world.agreement.proposals[proposal_id].state == "parked"
    table.do(ADA, "withdraw_proposal", proposal_id=proposal_id)
    assert term_id in table.world.agreement.text


def test_not_authorised(table: Table) -> None:
    assert table.code(ADA, "open_term", seat=1, heading="x") == Code.NOT_AUTHORISED
    assert table.code(ADA, "consent", seat=1, fingerprint="x") == Code.NOT_AUTHORISED
    assert table.code(ADA, "abandon_agreement", seat=1, reason="x") == Code.NOT_AUTHORISED
    proposal_id = table.propose(ADA, table.term())
    table.do(CID, "ask_clarification", seat=1, proposal_id=proposal_id, text="what?")


def test_outside_mandate(table: Table) -> None:
    mine, other = table.term(), table.term()
    proposal_id = table.propose(CID, mine, other)
    table.limit(ADA, mine)
    assert table.code(ADA, "open_term", heading="x") == Code.OUTSIDE_MANDATE
    assert table.code(ADA, "make_proposal", items=[{"op": "add", "heading": "x"}]) == Code.OUTSIDE_MANDATE
    assert table.code(ADA, "accept_proposal", **table.named(proposal_id)) == Code.OUTSIDE_MANDATE
    assert table.code(ADA, "mark_term", term_id=other, mark="exit") == Code.OUTSIDE_MANDATE
    assert table.code(ADA, "open_ratification") == Code.OUTSIDE_MANDATE
    table.do(ADA, "mark_term", term_id=mine, mark="exit")


def test_frozen_and_needs_amendment(table: Table) -> None:
    term_id = table.ratifiable()
    table.do(ADA, "open_ratification")
    proposal_id = next(iter(table.world.agreement.proposals))
    fields: dict[str, dict[str, Any]] = {
        "open_term": {"heading": "x"},
        "make_proposal": {"items": [{"op": "revise", "term_id": term_id}]},
        "reopen_term": {"term_id": term_id, "reason": "x"},
        "mark_term": {"term_id": term_id, "mark": "exit"},
        "park_term": {"term_id": term_id, "reason": "x", "until": "2030-01-01"},
        "open_ratification": {},
        "defer_term": {"term_id": term_id, "reason": "x", "until": "2030-01-01"},
        "agree_parking": {"term_id": term_id},
        "agree_deferral": {"term_id": term_id},
        "unpark_term": {"term_id": term_id},
        "drop_term": {"term_id": term_id},
        "accept_proposal": {**table.named(proposal_id)},
        "accept_proposals": {"proposals": [table.named(proposal_id)]},
        "raise_objection": {"proposal_id": proposal_id, "severity": "concern", "ground": "cost", "text": "x"},
    }
    for command, given in fields.items():
        assert table.code(ADA, command, **given) == Code.FROZEN, command
    table.do(CID, "ask_clarification", proposal_id=proposal_id, text="?")
    fingerprint = table.world.agreement.text_fingerprint()
    table.do(ADA, "consent", fingerprint=fingerprint)
    assert table.code(ADA, "consent", fingerprint=fingerprint) == Code.ALREADY_ENDED
    assert table.code(CID, "consent", fingerprint="0" * 64) == Code.STALE_VIEW
    assert table.code(CID, "withdraw_ratification") == Code.NOT_OWNER
    table.do(CID, "consent", fingerprint=fingerprint)
    for command, given in fields.items():
        assert table.code(ADA, command, **given) == Code.NEEDS_AMENDMENT, command
    assert table.code(CID, "consent", fingerprint=fingerprint) == Code.ALREADY_ENDED
    assert table.code(CID, "abandon_agreement", reason="x") == Code.NOT_YET_PERMITTED


def test_more_signatures_than_needed_are_recorded_too(table: Table) -> None:
    table.ratifiable()
    table.do(ADA, "open_ratification")
    fingerprint = table.world.agreement.text_fingerprint()
    table.do(ADA, "consent", seat=2, fingerprint=fingerprint)
    table.do(ADA, "consent", seat=3, fingerprint=fingerprint)
    assert table.world.agreement.status == "ratifying"
    table.do(CID, "consent", seat=2, fingerprint=fingerprint)
    assert table.world.agreement.status == "in_force"


def test_already_ended_and_expired(table: Table) -> None:
    term_id = table.term()
    gone = table.propose(ADA, term_id)
    table.do(ADA, "withdraw_proposal", proposal_id=gone)
    assert table.code(CID, "accept_proposal", **table.named(gone)) == Code.ALREADY_ENDED
    assert table.code(ADA, "withdraw_proposal", proposal_id=gone) == Code.ALREADY_ENDED
    late = table.propose(ADA, term_id, valid_until="2026-03-02T10:00:00Z")
    table.world.wait(hours=1)
    assert table.code(CID, "accept_proposal", **table.named(late)) == Code.EXPIRED
    assert table.code(ADA, "accept_proposal", **table.named(late)) == Code.OWN_PROPOSAL
    assert table.code(ADA, "withdraw_proposal", proposal_id=late) == Code.EXPIRED
    table.do(ADA, "abandon_agreement", reason="x")
    assert table.code(ADA, "open_term", heading="x") == Code.ALREADY_ENDED
    assert table.code(ADA, "abandon_agreement", reason="x") == Code.ALREADY_ENDED
    assert table.code(ADA, "ask_clarification", proposal_id=gone, text="?") == Code.ALREADY_ENDED


def test_whose_it_is(table: Table) -> None:
    term_id = table.term(ADA)
    assert table.code(CID, "drop_term", term_id=term_id) == Code.NOT_OWNER
    proposal_id = table.propose(ADA, term_id)
    assert table.code(ADA, "accept_proposal", **table.named(proposal_id)) == Code.OWN_PROPOSAL
    assert table.code(ADA, "decline_proposal", proposal_id=proposal_id) == Code.OWN_PROPOSAL
    counter = {"items": [{"op": "revise", "term_id": term_id}], "counters": proposal_id}
    assert table.code(ADA, "make_proposal", **counter) == Code.OWN_PROPOSAL
    objection = {"proposal_id": proposal_id, "severity": "concern", "ground": "cost", "text": "x"}
    assert table.code(ADA, "raise_objection", **objection) == Code.OWN_PROPOSAL
    assert table.code(CID, "withdraw_proposal", proposal_id=proposal_id) == Code.NOT_YOUR_PROPOSAL
    replacement = {"items": [{"op": "revise", "term_id": term_id}], "replaces": proposal_id}
    assert table.code(CID, "make_proposal", **replacement) == Code.NOT_YOUR_PROPOSAL
    objection_id = table.object(CID, proposal_id)
    assert table.code(ADA, "withdraw_objection", objection_id=objection_id) == Code.NOT_OBJECTOR
    assert table.code(ADA, "confirm_resolution", objection_id=objection_id) == Code.NOT_OBJECTOR
    assert table.code(CID, "confirm_resolution", objection_id=objection_id) == Code.NOT_YET_PERMITTED
    for side in (ADA, CID):
        table.do(side, "offer_resolution", objection_id=objection_id, kind="revised", text="x")
        assert table.code(side, "confirm_resolution", objection_id=objection_id) == Code.NEEDS_BOTH
    table.do(ADA, "confirm_resolution", objection_id=objection_id)
    table.do(CID, "ask_clarification", proposal_id=proposal_id, text="?")
    question = next(iter(table.world.agreement.questions))
    assert table.code(CID, "give_clarification", question_id=question, text="!") == Code.NOT_OWNER
    table.do(ADA, "give_clarification", question_id=question, text="!")


def test_heads_reservations_and_conditions(table: Table) -> None:
    term_id = table.term()
    first = table.propose(ADA, term_id)
    assert table.code(ADA, "fulfil_condition", proposal_id=first) == Code.NOT_YET_PERMITTED
    second = table.propose(CID, term_id, counters=first)
    assert table.code(CID, "accept_proposal", **table.named(first)) == Code.NOT_HEAD
    rival = table.propose(ADA, term_id)
    owner = table.world.party(CID)
    table.accept(ADA, second, subject_to={"condition": "board", "owner": owner, "due": "2026-03-03"})
    assert table.code(ADA, "accept_proposal", **table.named(second)) == Code.RESERVED
    assert table.code(CID, "accept_proposal", **table.named(rival)) == Code.RESERVED
    later = {"term_id": term_id, "reason": "x", "until": "2030-01-01"}
    assert table.code(ADA, "park_term", **later) == Code.RESERVED
    assert table.code(ADA, "defer_term", **later) == Code.RESERVED
    assert table.code(ADA, "fulfil_condition", proposal_id=second) == Code.NOT_OWNER
    assert table.code(CID, "confirm_condition", proposal_id=second) == Code.NOT_OWNER
    table.do(CID, "fulfil_condition", proposal_id=second)
    table.do(CID, "fulfil_condition", proposal_id=second)
    table.do(ADA, "confirm_condition", proposal_id=second)
    assert table.world.agreement.terms[term_id].version == 1  # type: ignore[index]
    assert table.world.agreement.proposals[rival].state == "stale"  # type: ignore[index]


def test_a_condition_on_what_has_ended_says_how_it_ended(table: Table) -> None:
    proposal_id = table.propose(ADA, table.term(), valid_until="2026-03-02T10:00:00Z")
    due = {"condition": "board", "owner": table.world.party(CID), "due": "2026-03-02T11:00:00Z"}
    table.accept(CID, proposal_id, subject_to=due)
    table.world.wait(hours=3)
    for side in (ADA, CID):
        for command in ("fulfil_condition", "confirm_condition"):
            assert table.code(side, command, proposal_id=proposal_id) == Code.EXPIRED


def test_stale_views_and_stale_bases(table: Table) -> None:
    term_id = table.term()
    proposal_id = table.propose(ADA, term_id)
    refusal = table.refused(CID, "accept_proposal", proposal_id=proposal_id, fingerprint="0" * 64)
    assert refusal.code == Code.STALE_VIEW
    assert refusal.subject
    assert refusal.subject.id == proposal_id
    table.accept(CID, proposal_id)
    reopen = {"term_id": term_id, "reason": "x"}
    assert table.code(ADA, "reopen_term", base_version=0, **reopen) == Code.STALE_VIEW
    old = [{"op": "revise", "term_id": term_id, "base_version": 0}]
    assert table.code(ADA, "make_proposal", items=old) == Code.STALE_BASE
    both = [table.named(table.propose(ADA, term_id)) for _ in range(2)]
    assert table.code(CID, "accept_proposals", proposals=both) == Code.STALE_BASE


def test_packages_objections_and_grounds(table: Table) -> None:
    one, two = table.term(), table.term()
    package = table.propose(ADA, one, two)
    assert table.code(CID, "accept_proposal", **table.named(package), term_ids=[one]) == Code.PARTIAL_PACKAGE
    assert table.code(ADA, "withdraw_proposal", proposal_id=package, term_ids=[one]) == Code.PARTIAL_PACKAGE
    assert table.code(CID, "decline_proposal", proposal_id=package) == Code.GROUND_REQUIRED
    objection = {"proposal_id": package, "severity": "blocking", "text": "x"}
    assert table.code(CID, "raise_objection", **objection) == Code.GROUND_REQUIRED
    assert table.code(CID, "raise_objection", ground="", **objection) == Code.GROUND_REQUIRED
    objection_id = table.object(CID, package)
    assert table.code(CID, "accept_proposal", **table.named(package)) == Code.BLOCKED_BY_OBJECTION
    table.do(CID, "withdraw_objection", objection_id=objection_id)
    assert (
        table.code(CID, "decline_proposal", proposal_id=package, objection_ids=[objection_id]) == Code.GROUND_REQUIRED
    )
    table.accept(CID, package, term_ids=[two, one])


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "shares", "shares": [{"label": "L", "number": "45"}, {"label": "T", "number": "50"}]},
        {"kind": "shares", "shares": []},
        {"kind": "parts", "total": "310000", "parts": [{"amount": "12916.67"}] * 24},
        {"kind": "choice", "choice": "c", "options": ["a", "b"]},
        {"kind": "money", "amount": "1", "currency": "gbp"},
    ],
)
def test_values_that_break_a_rule(table: Table, value: dict[str, Any]) -> None:
    items = [{"op": "add", "heading": "1 Price", "value": value}]
    assert table.code(ADA, "make_proposal", items=items) == Code.INVALID_VALUE


@pytest.mark.parametrize(
    "value",
    [
        {"kind": "money", "amount": 3, "currency": "GBP"},
        {"kind": "money", "amount": "3,10", "currency": "GBP"},
        {"kind": "percent", "number": "NaN"},
        {"kind": "duration", "iso": "6 months"},
        {"kind": "date", "date": "2026-02-30"},
        {"kind": "none"},
        {"kind": "mood", "mood": "good"},
        {"kind": "percent", "number": "5", "currency": "GBP"},
    ],
)
def test_values_of_no_known_shape(table: Table, value: dict[str, Any]) -> None:
    items = [{"op": "add", "heading": "1 Price", "value": value}]
    assert table.code(ADA, "make_proposal", items=items) == Code.MALFORMED


def test_parts_add_up_to_the_cent(table: Table) -> None:
    parts = [{"amount": "12916.67"}] * 23 + [{"amount": "12916.59"}]
    value = {"kind": "parts", "total": "310000.00", "currency": "EUR", "parts": parts}
    table.do(ADA, "make_proposal", items=[{"op": "add", "heading": "6 Tooling", "value": value}])
    for last, difference in (("12916.67", "0.08 over"), ("12916.5", "0.09 under")):
        wrong = value | {"parts": [*parts[:-1], {"amount": last}]}
        items = [{"op": "add", "heading": "6 Tooling", "value": wrong}]
        assert difference in table.refused(ADA, "make_proposal", items=items).detail


def test_invalid_places_and_deadlines(table: Table) -> None:
    term_id = table.term()
    for item in (
        {"op": "move", "term_id": term_id},
        {"op": "revise", "term_id": term_id, "after": term_id},
        {"op": "add", "term_id": term_id, "heading": "x"},
    ):
        assert table.code(ADA, "make_proposal", items=[item]) == Code.INVALID_VALUE
    past = {"items": [{"op": "revise", "term_id": term_id}], "valid_until": "2026-03-01"}
    assert table.code(ADA, "make_proposal", **past) == Code.INVALID_VALUE
    later = {"term_id": term_id, "reason": "x", "until": "2026-03-01"}
    assert table.code(ADA, "park_term", **later) == Code.INVALID_VALUE


def test_setting_aside_needs_both(table: Table) -> None:
    term_id = table.term()
    assert table.code(CID, "agree_parking", term_id=term_id) == Code.NOT_YET_PERMITTED
    table.do(ADA, "park_term", term_id=term_id, reason="x", until="2026-04-01")
    assert table.code(ADA, "agree_parking", term_id=term_id) == Code.NEEDS_BOTH
    table.do(CID, "park_term", term_id=term_id, reason="y", until="2026-05-01")
    term = table.world.agreement.terms[term_id]  # type: ignore[index]
    assert (term.status, term.until) == ("parked", "2026-04-02T00:00:00.000000Z")
    assert table.code(ADA, "make_proposal", items=[{"op": "revise", "term_id": term_id}]) == Code.NOT_YET_PERMITTED
    table.do(ADA, "defer_term", term_id=term_id, reason="x", until="2026-09-01")
    table.do(CID, "agree_deferral", term_id=term_id)
    assert table.world.agreement.terms[term_id].status == "deferred"  # type: ignore[index]
    table.do(CID, "reopen_term", term_id=term_id, reason="x")


@pytest.mark.parametrize(("ask", "agree"), [("park_term", "agree_parking"), ("defer_term", "agree_deferral")])
def test_a_request_whose_date_has_passed_has_ended(table: Table, ask: str, agree: str) -> None:
    term_id = table.term()
    table.do(ADA, ask, term_id=term_id, reason="x", until="2026-03-03")
    table.world.wait(days=3)
    assert table.code(CID, agree, term_id=term_id) == Code.NOT_YET_PERMITTED
    assert table.code(ADA, agree, term_id=term_id) == Code.NOT_YET_PERMITTED
    table.do(CID, ask, term_id=term_id, reason="y", until="2026-06-01")
    term = table.world.agreement.terms[term_id]  # type: ignore[index]
    assert term.status == "open", "asking anew is asking"
    table.do(ADA, agree, term_id=term_id)
    term = table.world.agreement.terms[term_id]  # type: ignore[index]
    assert term.until == "2026-06-02T00:00:00.000000Z"


def test_judging_ones_own_is_named_before_what_is_reserved(table: Table) -> None:
    term_id = table.term()
    table.do(ADA, "park_term", term_id=term_id, reason="x", until="2026-06-01")
    subject_to = {"condition": "x", "owner": table.world.party(ADA), "due": "2026-05-01"}
    table.accept(CID, table.propose(ADA, term_id), subject_to=subject_to)
    assert table.code(ADA, "agree_parking", term_id=term_id, base_version=9) == Code.NEEDS_BOTH
    assert table.code(CID, "agree_parking", term_id=term_id, base_version=9) == Code.RESERVED


def test_a_parked_term_with_the_id_of_a_proposal_keeps_its_deadline_to_itself(table: Table) -> None:
    offer = table.propose(ADA, table.term(), valid_until="2026-03-04T09:00:00Z")
    table.do(ADA, "make_proposal", items=[{"op": "add", "term_id": offer, "heading": "9 New"}])
    table.do(ADA, "park_term", term_id=offer, reason="x", until="2026-06-01")
    table.do(CID, "agree_parking", term_id=offer)
    table.world.wait(days=4)
    assert table.code(CID, "accept_proposal", **table.named(offer)) == Code.EXPIRED
    table.world.wait(days=120)
    table.do(ADA, "mark_term", term_id=offer, mark="exit")
    assert table.world.agreement.terms[offer].status == "open"  # type: ignore[index]


def test_what_ratification_needs_in_its_own_order(table: Table) -> None:
    term_id = table.term()
    assert table.code(ADA, "open_ratification") == Code.EXIT_TERM_MISSING
    table.do(ADA, "mark_term", term_id=term_id, mark="exit")
    table.agree(term_id)
    other = table.term()
    condition = {"condition": "x", "owner": table.world.party(ADA), "due": "2030-01-01"}
    table.accept(CID, table.propose(ADA, other), subject_to=condition)
    assert table.code(ADA, "open_ratification") == Code.RESERVED
    table.do(CID, "confirm_condition", proposal_id=list(table.world.agreement.proposals)[-1])
    third = table.term()
    assert table.code(ADA, "open_ratification") == Code.NOT_YET_PERMITTED
    table.agree(third)
    live = table.propose(ADA, third)
    assert table.code(ADA, "open_ratification") == Code.NOT_YET_PERMITTED
    table.do(ADA, "withdraw_proposal", proposal_id=live)
    assert table.code(ADA, "consent", fingerprint="x") == Code.NOT_YET_PERMITTED
    table.do(ADA, "open_ratification", valid_until="2026-03-02T12:00:00Z")
    table.world.wait(hours=3)
    assert table.code(ADA, "consent", fingerprint="x") == Code.EXPIRED


ACTS = {
    "Accept it, with a condition or without.": "accept_proposal",
    "Take the parked term up again first.": "unpark_term",
    "Raise a new one on what is offered now.": "raise_objection",
    "Offer one.": "offer_resolution",
    "Take the term up again first.": "unpark_term",
    "Take it up again first.": "unpark_term",
    "Reopen it first, with the reason.": "reopen_term",
    "Add a new one if it is still needed.": "make_proposal",
    "Propose words that serve it.": "make_proposal",
    "Withdraw the offer, or wait until it has ended.": "withdraw_proposal",
    "Propose to remove it.": "make_proposal",
    "Propose on it: it is open.": "make_proposal",
    "Ask for it yourself.": "park_term",
    "Refuse to sign, or take the text back to drafting, first.": "refuse_consent",
    "Put it to signature again if it is still meant.": "open_ratification",
    "Put the whole text to signature first.": "open_ratification",
    "Agree, defer or drop them first.": "defer_term",
    "Accept, decline or withdraw them first.": "withdraw_proposal",
    "Mark a term as the exit term and agree it, so that both know how this can end.": "mark_term",
    "Raise an objection with its ground, and cite it.": "raise_objection",
    "Choose the ground and send it again.": "raise_objection",
    "Resolve or withdraw the objection first.": "withdraw_objection",
    "Accept them one by one.": "accept_proposal",
    "Counter it, or decline it with an objection.": "make_proposal",
    "Wait for the other party, or replace or withdraw it.": "withdraw_proposal",
    "Answer it, or offer a resolution that they can confirm.": "offer_resolution",
    "Propose its text first.": "make_proposal",
    "Signatories sign it or refuse to; the party that put it to signature can take it back to drafting.": "consent",
    "Ask a signatory or sponsor of your party for the mandate, or a colleague who holds it to act.": "grant_mandate",
    "Ask a signatory or sponsor of your party to widen it, or a colleague who holds these terms to act.": (
        "grant_mandate"
    ),
}
"""What a next step names, by its sentence."""
LOOKS = (
    "Correct ", "Reload ", "Look ", "Read ", "Wait ", "Act on ", "Make it again ", "Choose ", "Name exactly ",
    "Use one of",
    "Shorten ", "Nothing more is asked", "Open a new agreement", "Put all changes", "Leave ", "Send each", "Do first",
    "Its words stay", "Offer another kind", "Ask for a later date",
)  # fmt: skip
"""How those begin that name no command on an agreement."""


@pytest.mark.parametrize("seed", range(6))
def test_every_next_step_leads_to_something_that_is_there(seed: int) -> None:
    world, random = World(), Random(seed)
    known = Agreement.commands | Partnership.commands
    assert set(ACTS.values()) <= known.keys()
    for _ in range(700):
        step = random_step(world, random)
        if isinstance(step, timedelta):
            world.now += step
        elif refusal := world.do(*step):
            assert refusal.next_step in ACTS or refusal.next_step.startswith(LOOKS), refusal
            assert "amend" not in refusal.next_step, "there are no amendments yet"


def test_the_first_of_several_broken_guards_is_named(table: Table) -> None:
    """A proposal that is own, contested, expired and named with a wrong fingerprint, by one without a mandate."""
    one, two = table.term(), table.term()
    mine = table.propose(ADA, one, two, valid_until="2026-03-02T11:00:00Z")
    table.object(CID, mine)
    wrong = {"proposal_id": mine, "fingerprint": "0" * 64, "term_ids": [one]}
    assert table.code(ADA, "accept_proposal", seat=1, **wrong) == Code.NOT_AUTHORISED
    assert table.code(ADA, "accept_proposal", **wrong) == Code.OWN_PROPOSAL
    assert table.code(CID, "accept_proposal", **wrong) == Code.STALE_VIEW
    assert table.code(CID, "accept_proposal", **table.named(mine), term_ids=[one]) == Code.PARTIAL_PACKAGE
    assert table.code(CID, "accept_proposal", **table.named(mine)) == Code.BLOCKED_BY_OBJECTION
    assert table.code(CID, "accept_proposal", **wrong | {"proposal_id": NOWHERE}) == Code.UNKNOWN_REFERENCE
    table.world.wait(hours=3)
    assert table.code(CID, "accept_proposal", **wrong) == Code.EXPIRED
    table.do(CID, "abandon_agreement", reason="x")
    assert table.code(ADA, "accept_proposal", **wrong) == Code.ALREADY_ENDED


@pytest.mark.parametrize("code", list(Code))
def test_what_a_refusal_usually_says_next_names_nothing_that_is_not_there(code: Code) -> None:
    """A word that names a kind of act has a command of that kind."""
    words = set(re.findall(r"[a-z]+", Refusal(code).next_step.lower()))
    known = {part for command in Agreement.commands | Partnership.commands for part in command.split("_")}
    named = words & {"amend", "amendment", "need", "bridge", "ladder", "neutral", "facilitator", "escalate", "share"}
    assert named <= known


def test_what_is_refused_in_force_leads_to_nothing_that_is_not_there(table: Table) -> None:
    table.ratifiable()
    table.do(ADA, "open_ratification")
    ratification = table.world.agreement.ratification
    assert ratification
    for side in (ADA, CID):
        table.do(side, "consent", fingerprint=ratification.fingerprint)
    refusal = table.refused(ADA, "open_term", heading="x")
    assert refusal.code == Code.NEEDS_AMENDMENT
    assert "amend" not in refusal.next_step


def test_a_replacement_weighs_what_it_carries_over(table: Table) -> None:
    mine = table.propose(ADA, table.term())
    command = MakeProposal(
        command_id=CommandId("c"), digest="", items=(), replaces=ProposalId(mine), proposal_id=ProposalId("p")
    )
    assert command.weight(table.world.agreement) == 0
    for _ in range(60):
        table.object(CID, mine)
    assert command.weight(table.world.agreement) >= 60
    raised = list(table.world.agreement.objections)
    table.do(CID, "withdraw_objection", objection_id=raised[7])
    term_id = table.world.agreement.proposals[ProposalId(mine)].term_ids[0]
    new = table.propose(ADA, term_id, replaces=mine)
    assert table.world.agreement.objections_on[ProposalId(mine)] == [raised[7]]
    assert table.world.agreement.objections_on[ProposalId(new)] == [each for each in raised if each != raised[7]]
