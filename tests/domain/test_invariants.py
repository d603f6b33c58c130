"""The invariants of domain.md, held over random negotiations."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from domain.agreement import Agreement
from domain.agreement_events import (
    AgreementRatified,
    ConditionFulfilled,
    ConsentGiven,
    ProposalAccepted,
    ProposalMade,
    RatificationOpened,
    ResolutionConfirmed,
)
from domain.canonical import canonical
from domain.events import Event
from domain.fingerprint import text_fingerprint
from domain.words import NOT_ENDED, AgreementStatus, ProposalState, TermStatus
from projections.conflict_history import objection_row
from projections.current_terms import term_row
from projections.headers import header_row
from projections.open_proposals import proposal_row, question_row
from server.log.mapper import CanonicalMapper
from tests.negotiations import PARTIES, World, random_step

EXAMPLES = int(os.environ.get("ONETEXT_EXAMPLES", "250"))
tried: Counter[str] = Counter()


def dumped(agreement: Agreement) -> dict[str, Any]:
    """Everything that can be seen of an agreement."""
    shelves = {
        "terms": (agreement.terms, term_row),
        "proposals": (agreement.proposals, proposal_row),
        "objections": (agreement.objections, objection_row),
        "questions": (agreement.questions, question_row),
    }
    seen: dict[str, Any] = {
        name: {key: _plain(row_of(agreement, key)) for key in shelf} for name, (shelf, row_of) in shelves.items()
    }
    header = header_row(agreement)
    return seen | {"header": header.body, "order": list(agreement.text), "version": agreement.version}


def _plain(row: Any) -> Any:
    return [row.sort, row.shown, row.body]


def swapped_parties(text: str) -> str:
    """The text with the ids of both parties, and of their members, exchanged."""
    first, second = PARTIES
    marks = {first: "@1", second: "@2", first[:8]: "@3", second[:8]: "@4"}
    for found, mark in marks.items():
        text = text.replace(found, mark)
    for mark, other in (("@1", second), ("@2", first), ("@3", second[:8]), ("@4", first[:8])):
        text = text.replace(mark, other)
    return text


class Negotiation(RuleBasedStateMachine):
    """Two worlds play the same negotiation, one of them with the parties swapped."""

    def __init__(self) -> None:
        super().__init__()
        self.world, self.mirror = World(), World(swapped=True)
        self.checked = 0
        self.shadow: Agreement | None = None

    @initialize(seed=st.integers(0, 2**64 - 1))
    def begin(self, seed: int) -> None:
        self.random = Random(seed)

    @rule()
    def step(self) -> None:
        step = random_step(self.world, self.random)
        if isinstance(step, timedelta):
            self.world.now += step
            self.mirror.now += step
            return
        side, seat, raw = step
        mirrored = self._mirrored(raw)
        refusal = self.world.do(side, seat, raw)
        swapped = self.mirror.do(side, seat, mirrored)
        assert (refusal and refusal.code) == (swapped and swapped.code), "the rules favour one party"
        outcome = refusal.code if refusal else "recorded"
        tried[outcome] += 1
        event(f"{raw['type']} {outcome}")

    def _mirrored(self, raw: dict[str, Any]) -> dict[str, Any]:
        swapped = swapped_parties(json.dumps(raw))
        for mine, theirs in zip(
            self.world.agreement.proposals.values(), self.mirror.agreement.proposals.values(), strict=True
        ):
            swapped = swapped.replace(mine.fingerprint, theirs.fingerprint)
        if self.world.agreement.ratification and self.mirror.agreement.ratification:
            swapped = swapped.replace(
                self.world.agreement.ratification.fingerprint, self.mirror.agreement.ratification.fingerprint
            )
        loaded: dict[str, Any] = json.loads(swapped)
        return loaded

    @invariant()
    def every_new_event_keeps_the_rules(self) -> None:
        """Folds the new events one by one, from their stored bytes, and looks at every prefix."""
        for made in self.world.events[self.checked :]:
            self._fold(made)
        self.checked = len(self.world.events)

    def _fold(self, made: Event) -> None:
        mapper = CanonicalMapper()
        read_back = mapper.to_domain_event(mapper.to_stored_event(made))
        before = {key: term.version for key, term in self.shadow.terms.items()} if self.shadow else {}
        self.shadow = read_back.mutate(self.shadow)  # type: ignore[arg-type]
        assert self.shadow
        after = {key: term.version for key, term in self.shadow.terms.items()}
        moved = {key for key, version in after.items() if version != before.get(key, 0)}
        consented = isinstance(made, ProposalAccepted | ConditionFulfilled) and self.shadow.proposals[made.proposal_id]
        package = set(consented.term_ids) if consented else set()
        assert moved == package, "1, 4: versions move with an acceptance, of the whole package and nothing else"
        self._check_consents(made)
        if isinstance(made, RatificationOpened | AgreementRatified):
            rebuilt = text_fingerprint(
                self.shadow.agreement_id, [term.signed_form() for term in self.shadow.terms_in_order()]
            )
            assert made.fingerprint == rebuilt, "6: the ratified fingerprint is that of the terms at that position"

    def _check_consents(self, made: Event) -> None:
        assert self.shadow
        if isinstance(made, ProposalAccepted):
            proposal = self.shadow.proposals[made.proposal_id]
            assert made.actor.kind == "party"
            assert made.actor.party_id != proposal.party_id, "2: a party consents for itself alone"
        if isinstance(made, ConditionFulfilled):
            accepted_by = self.shadow.accepted_conditions[made.proposal_id].accepted_by
            assert accepted_by.party_id != self.shadow.proposals[made.proposal_id].party_id
        if isinstance(made, ProposalMade | ConsentGiven):
            assert made.actor.kind == "party"
        if isinstance(made, ResolutionConfirmed):
            objection = self.shadow.objections[made.objection_id]
            assert objection.resolution
            assert made.actor.party_id != objection.resolution.party_id, "8: nobody judges its own offer"
            assert objection.party_id in (made.actor.party_id, objection.resolution.party_id)

    @invariant()
    def a_thread_has_one_head_and_a_term_one_reservation(self) -> None:
        agreement = self.world.agreement
        acceptable = (ProposalState.OPEN, ProposalState.CONDITIONAL, ProposalState.PARKED)
        for thread in agreement.threads.values():
            heads = [each for each in thread if agreement.proposals[each].state in acceptable]
            assert len(heads) <= 1, "5: a thread has at most one acceptable head"
        holders = Counter(
            term_id
            for each in agreement.proposals.values()
            if each.state == ProposalState.CONDITIONAL
            for term_id in each.term_ids
        )
        assert all(count == 1 for count in holders.values()), "5: a term has at most one conditional reservation"

    @invariant()
    def replay_gives_the_same(self) -> None:
        assert self.shadow
        assert dumped(self.shadow) == dumped(self.world.agreement), "12: replay is deterministic"

    @invariant()
    def the_parties_are_equal(self) -> None:
        ours = dumped(self.world.agreement)
        theirs = json.loads(swapped_parties(canonical(dumped(self.mirror.agreement)).decode()))
        for proposal_id, (_, _, body) in ours["proposals"].items():
            theirs["proposals"][proposal_id][2]["fingerprint"] = body["fingerprint"]
        ours["header"]["parties"] = theirs["header"]["parties"] = []
        assert json.loads(canonical(ours)) == theirs, "3: swapping the parties gives the mirrored states"

    @invariant()
    def a_finished_agreement_leaves_nothing_open(self) -> None:
        agreement = self.world.agreement
        if agreement.status in (AgreementStatus.IN_FORCE, AgreementStatus.ABANDONED):
            assert not agreement.live
            assert not [each for each in agreement.objections.values() if each.state in NOT_ENDED], "7"
        if agreement.status == AgreementStatus.IN_FORCE:
            statuses = {term.status for term in agreement.terms_in_order()}
            assert statuses <= {TermStatus.RATIFIED, TermStatus.DEFERRED}

    @invariant()
    def indexes_agree_with_the_state(self) -> None:
        agreement = self.world.agreement
        touched = {
            term_id: [
                each.proposal_id
                for each in agreement.proposals.values()
                if term_id in each.term_ids and each.proposal_id in agreement.live
            ]
            for term_id in agreement.live_on
        }  # fmt: skip
        assert {key: list(value) for key, value in agreement.live_on.items()} == touched
        for term in agreement.terms.values():
            assert (term.term_id in agreement.text) == (term.status != TermStatus.REMOVED)


def test_random_negotiations_keep_the_invariants() -> None:
    run_state_machine_as_test(
        Negotiation,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=120,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    print(f"{sum(tried.values())} random commands: {dict(tried.most_common())}")
    assert tried["recorded"] > 100
