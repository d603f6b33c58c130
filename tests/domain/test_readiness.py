"""What keeps the text from being put to signature: the list that pages show is what the guard refuses by."""

from __future__ import annotations

from random import Random

import pytest

from domain.agreement import Agreement
from domain.readiness import Obstacle, OfferState, TermState, obstacles
from domain.refusals import Code
from domain.words import AgreementStatus, Severity
from tests.domain.test_refusals import ADA, CID, Table
from tests.negotiations import World, random_step


def of(agreement: Agreement) -> list[Obstacle]:
    """As a page asks that has every proposal, ended ones too."""
    terms = [TermState(each.term_id, each.status, each.marks) for each in agreement.terms_in_order()]
    offers = [
        OfferState(
            each.proposal_id,
            each.state,
            each.term_ids,
            tuple(
                objection.objection_id
                for objection in agreement.standing_objections(each.proposal_id)
                if objection.severity == Severity.BLOCKING
            ),
        )
        for each in agreement.proposals.values()
    ]
    return list(obstacles(terms, offers))


def test_everything_is_named_that_is_in_the_way() -> None:
    table = Table()
    agreed, offered, blocked, empty = (table.term(heading=heading) for heading in ("1 A", "2 B", "3 C", "4 D"))
    table.agree(agreed)
    offer, contested = table.propose(ADA, offered), table.propose(ADA, blocked)
    objection = table.object(CID, contested)
    found = [(each.about, each.id) for each in of(table.world.agreement)]
    assert found == [
        ("exit_term", ""), ("term", offered), ("term", blocked), ("term", empty),
        ("proposal", offer), ("proposal", contested), ("objection", objection),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(12))
def test_a_text_is_put_to_signature_exactly_when_nothing_is_in_the_way(seed: int) -> None:
    world, random = World(), Random(seed)
    for _ in range(250):
        step = random_step(world, random)
        if not isinstance(step, tuple):
            world.now += step
            continue
        side, seat, raw = step
        asked = raw["type"] == "open_ratification" and seat in (0, 3)
        world.agreement.pass_deadlines(world.now)
        world.events.extend(world.agreement.collect_events())  # type: ignore[arg-type]
        before, status = of(world.agreement), world.agreement.status
        refusal = world.do(side, seat, {"type": "open_ratification"} if asked else raw)
        if asked and status == AgreementStatus.DRAFTING:
            assert (refusal.code if refusal else None) == (before[0].code if before else None)
            assert refusal is None or refusal.code in (
                Code.EXIT_TERM_MISSING, Code.RESERVED, Code.NOT_YET_PERMITTED,
            )  # fmt: skip
