"""Which terms serve which needs: who may say so, when, and what becomes of it (relationship.md, Needs)."""

from __future__ import annotations

import pytest

from domain.refusals import Code
from domain.rules import KnownNeed
from domain.words import AgreementStatus, Mandate, TermStatus
from tests.domain.test_refusals import ADA, CID, NOWHERE, Table, table
from tests.negotiations import NEEDS, WITHDRAWN, World

OURS, THEIRS = NEEDS
__all__ = ["table"]


def link(table: Table, side: int, term_id: str, need_id: str, *, on: bool = True, seat: int = 0) -> Code | None:
    """The code of the refusal, None when it was recorded, or was so already."""
    refusal = table.world.do(side, seat, {"type": "link_need", "term_id": term_id, "need_id": need_id, "on": on})
    return refusal and refusal.code


def served(table: Table, term_id: str) -> set[str]:
    return set(table.world.agreement.terms[term_id].need_ids)  # type: ignore[index]


def test_either_links_and_only_the_needs_party_takes_it_off(table: Table) -> None:
    term_id = table.term()
    assert link(table, ADA, term_id, THEIRS) is None
    assert link(table, CID, term_id, OURS) is None
    assert served(table, term_id) == {OURS, THEIRS}
    assert link(table, ADA, term_id, THEIRS, on=False) == Code.NOT_OWNER
    assert link(table, CID, term_id, THEIRS, on=False) is None
    assert served(table, term_id) == {OURS}
    assert link(table, ADA, term_id, THEIRS) == Code.NOT_OWNER, "its owner has said that it does not serve it"
    assert link(table, CID, term_id, THEIRS) is None, "its owner may say so again"
    assert served(table, term_id) == {OURS, THEIRS}


def test_what_is_so_already_records_nothing(table: Table) -> None:
    term_id = table.term()
    link(table, ADA, term_id, OURS)
    before = len(table.world.events)
    assert link(table, ADA, term_id, OURS) is None
    assert link(table, CID, term_id, THEIRS, on=False) is None
    assert len(table.world.events) == before


def test_a_removed_term_serves_nothing_more(table: Table) -> None:
    term_id = table.term()
    table.agree(term_id)
    version = table.world.agreement.terms[term_id].version  # type: ignore[index]
    items = [{"op": "remove", "term_id": term_id, "base_version": version}]
    table.do(ADA, "make_proposal", items=items)
    table.accept(CID, list(table.world.agreement.proposals)[-1])
    assert table.world.agreement.terms[term_id].status == TermStatus.REMOVED  # type: ignore[index]
    for on in (True, False):
        assert link(table, ADA, term_id, OURS, on=on) == Code.ALREADY_ENDED


def test_an_abandoned_agreement_serves_nothing_more(table: Table) -> None:
    term_id = table.term()
    table.do(ADA, "abandon_agreement", reason="Over.")
    for on in (True, False):
        assert link(table, ADA, term_id, OURS, on=on) == Code.ALREADY_ENDED


def test_it_is_said_also_while_the_text_is_frozen_and_in_force(table: Table) -> None:
    term_id = table.ratifiable()
    table.do(ADA, "open_ratification", valid_until="2030-01-01")
    assert table.world.agreement.status == AgreementStatus.RATIFYING
    assert link(table, ADA, term_id, OURS) is None
    assert link(table, ADA, term_id, OURS, on=False) is None
    ratification = table.world.agreement.ratification
    assert ratification
    for side in (ADA, CID):
        table.do(side, "consent", fingerprint=ratification.fingerprint)
    assert table.world.agreement.status == AgreementStatus.IN_FORCE
    assert link(table, CID, term_id, THEIRS) is None
    assert served(table, term_id) == {THEIRS}


def test_a_need_that_is_unknown_or_withdrawn_is_not_linked(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    term_id = table.term()
    assert link(table, ADA, term_id, NOWHERE) == Code.UNKNOWN_REFERENCE
    assert link(table, ADA, NOWHERE, OURS) == Code.UNKNOWN_REFERENCE
    assert link(table, CID, term_id, WITHDRAWN) == Code.UNKNOWN_REFERENCE
    assert link(table, ADA, term_id, OURS) is None
    party = table.world.party(ADA)
    known = {"needs": {OURS: KnownNeed(party, standing=False)}, "principles": frozenset()}
    monkeypatch.setattr(World, "known", property(lambda _: known))
    assert link(table, ADA, term_id, OURS, on=False) is None, "what was withdrawn can still be taken off"
    assert link(table, ADA, term_id, OURS) == Code.UNKNOWN_REFERENCE


def test_an_acceptance_links_what_it_serves_also_what_was_taken_off(table: Table) -> None:
    term_id = table.term()
    link(table, ADA, term_id, THEIRS)
    link(table, CID, term_id, THEIRS, on=False)
    table.accept(CID, table.propose(ADA, term_id, need_ids=[THEIRS]))
    assert served(table, term_id) == {THEIRS}
    assert table.world.agreement.terms[term_id].taken_off == ()  # type: ignore[index]
    assert link(table, ADA, term_id, THEIRS) is None, "both have agreed that it serves it"


def test_it_needs_a_negotiators_mandate_that_covers_the_term(table: Table) -> None:
    term_id, other = table.term(), table.term(heading="2 Hours")
    for on in (True, False):
        assert link(table, ADA, term_id, OURS, on=on, seat=1) == Code.NOT_AUTHORISED
        table.limit(ADA, other)
        assert link(table, ADA, term_id, OURS, on=on) == Code.OUTSIDE_MANDATE
        assert link(table, ADA, other, OURS, on=on) is None
        table.world.seats[ADA][0].mandates = {Mandate.NEGOTIATOR: None}
