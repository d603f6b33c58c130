"""Real documents' revisions, replayed as proposals and acceptances, end in exactly their final terms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import pytest

from tests.negotiations import World

DATA = Path(__file__).parent.parent / "data"


def test_the_takedown_policy_ends_in_its_final_terms() -> None:
    replay("takedown-policy")


def test_the_partnership_agreement_ends_in_its_final_terms() -> None:
    replay("partnership-agreement")


def replay(name: str) -> None:
    first, *revisions = [json.loads(line) for line in (DATA / f"{name}.history.jsonl").read_text("utf-8").splitlines()]
    assert len(revisions) == first["revisions"]
    world = World()
    for number, revision in enumerate(revisions):
        for items in packages(world, revision):
            settle(world, items, proposer=number % 2)
        order = [world_id(term) for term in revision["order"]]
        assert list(world.agreement.text) == order
    final = [(world_id(each["term"]), each["heading"], each["text"]) for each in first["final"]]
    assert [(term.term_id, term.heading, term.text) for term in world.agreement.terms_in_order()] == final
    assert all(term.status == "provisional" for term in world.agreement.terms_in_order())


def world_id(term: str) -> str:
    return str(uuid5(UUID(int=0), term))


def packages(world: World, revision: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    """The changes of a revision as packages, then moves until the order is that of the revision."""
    changes = [each for each in revision["changes"] if each["kind"] != "reorder"]
    if changes:
        yield [item(each) for each in changes]
    previous = None
    for term in revision["order"]:
        term_id = world_id(term)
        order = list(world.agreement.text)
        if order[order.index(previous) + 1 if previous else 0] != term_id:  # type: ignore[arg-type]
            yield [{"op": "move", "term_id": term_id, "after": previous}]
        previous = term_id


def item(change: dict[str, Any]) -> dict[str, Any]:
    made = {"op": change["kind"], "term_id": world_id(change["term"])}
    if change["kind"] in ("add", "revise"):
        made |= {"heading": change["heading"], "text": change["text"]}
    return made


def settle(world: World, items: list[dict[str, Any]], proposer: int) -> None:
    before = {key: term.version for key, term in world.agreement.terms.items()}
    refused = world.do(proposer, 0, {"type": "make_proposal", "items": items})
    assert not refused, refused
    proposal = list(world.agreement.proposals.values())[-1]
    accept = {"type": "accept_proposal", "proposal_id": proposal.proposal_id, "fingerprint": proposal.fingerprint}
    refused = world.do(1 - proposer, 0, accept)
    assert not refused, refused
    for term_id in proposal.term_ids:
        assert world.agreement.terms[term_id].version == before.get(term_id, 0) + 1


@pytest.mark.parametrize("name", ["takedown-policy", "partnership-agreement"])
def test_the_histories_are_long_enough_to_mean_something(name: str) -> None:
    lines = (DATA / f"{name}.history.jsonl").read_text("utf-8").splitlines()
    assert len(lines) > 3
