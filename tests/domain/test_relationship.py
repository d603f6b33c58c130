"""Needs, the shared future, sealed exchanges, trust: every rule of theirs, and each of its refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from domain.exchanges import cancel_lost
from domain.fingerprint import intention_fingerprint
from domain.refusals import Code, Refusal
from domain.sealed import commitment_of
from domain.turns import waits_in_partnership
from domain.words import IntentionState, Mandate, Skill, TrustCategory, Understanding
from projections.needs_board import need_row
from projections.sealed_exchanges import exchange_row
from projections.shared_future import intention_row
from server.log.mapper import CanonicalMapper
from tests.relationships import NOWHERE, Bond, answers, random_act, statements

ADA, CID = 0, 1
LATER = "2026-05-01"


class Told:
    """A bond in which commands are told by their words; `code` is that of their refusal."""

    def __init__(self, bond: Bond) -> None:
        self.bond = bond

    @property
    def partnership(self) -> Any:
        return self.bond.partnership

    def do(self, side: int, command: str, **fields: Any) -> Any:
        """The data of the command's first event."""
        before = len(self.bond.events)
        refusal = self.bond.do(side, {"type": command, **fields})
        assert refusal is None, refusal
        return self.bond.events[before].data()

    def code(self, side: int, command: str, mandates: set[Mandate] | None = None, **fields: Any) -> Code:
        before = len(self.bond.events)
        refusal = self.bond.do(side, {"type": command, **fields}, mandates)
        assert refusal, f"{command} was not refused"
        assert [each.actor.kind for each in self.bond.events[before:]] in ([], ["clock"])
        assert refusal.next_step
        return refusal.code

    def types(self, since: int) -> list[str]:
        return [each.TOPIC for each in self.bond.events[since:]]

    def need(self, side: int = ADA) -> str:
        return str(self.do(side, "disclose_need", text="steady")["need_id"])

    def intention(self, side: int = ADA, kind: str = "principle", **fields: Any) -> Any:
        return self.do(side, "propose_intention", kind=kind, text="in the open", **fields)

    def adopted(self, side: int = ADA, kind: str = "principle", **fields: Any) -> str:
        made = self.intention(side, kind, **fields)
        named = {"intention_id": made["intention_id"], "fingerprint": made["fingerprint"]}
        self.do(1 - side, "adopt_intention", **named)
        return str(made["intention_id"])

    def exchange(self, kind: str = "trust", until: str = LATER, **more: None) -> str:
        return str(self.do(ADA, "open_exchange", kind=kind, until=until, **more)["exchange_id"])

    def waiting(self) -> set[tuple[str, str]]:
        needs = [need_row(self.partnership, each).body for each in self.partnership.needs]
        intentions = [intention_row(self.partnership, each).body for each in self.partnership.intentions]
        exchanges = [exchange_row(self.partnership, each).body for each in self.partnership.exchanges]
        found = waits_in_partnership(self.partnership.party_ids, needs, intentions, exchanges)
        sides = {self.bond.party(side): ["Ada", "Cid"][side] for side in (ADA, CID)}
        return {(sides[each.party_id], each.about) for each in found}  # type: ignore[index]


@pytest.fixture(params=[False, True], ids=["as told", "parties swapped"])
def told(request: pytest.FixtureRequest) -> Told:
    return Told(Bond(swapped=request.param))


# Needs.


def test_a_need_is_said_back_until_its_owner_says_that_is_it(told: Told) -> None:
    need = told.need(CID)
    assert told.waiting() == {("Ada", "need")}
    told.do(ADA, "restate_need", need_id=need, text="more volume")
    assert told.waiting() == {("Cid", "restatement")}
    assert told.code(ADA, "confirm_restatement", need_id=need, version=0) == Code.NOT_OWNER
    told.do(CID, "correct_restatement", need_id=need, text="not more, steadier")
    held = told.partnership.needs[need]
    assert (held.understanding, held.restatement, held.correction) == ("disclosed", None, "not more, steadier")
    assert told.waiting() == {("Ada", "need")}
    told.do(ADA, "restate_need", need_id=need, text="steadier")
    first = told.partnership.needs[need].restatement.version
    told.do(ADA, "restate_need", need_id=need, text="the same each week")
    assert told.code(CID, "confirm_restatement", need_id=need, version=first) == Code.STALE_VIEW
    said = told.do(CID, "confirm_restatement", need_id=need, version=told.partnership.version)
    assert said == {"need_id": need, "version": told.partnership.needs[need].restatement.version}
    assert told.partnership.needs[need].understanding == Understanding.UNDERSTOOD
    assert told.waiting() == set()


def test_all_that_was_said_of_a_need_is_kept_with_it(told: Told) -> None:
    need_id = told.need()
    first = told.do(CID, "restate_need", need_id=need_id, text="you want it steady")
    told.do(ADA, "correct_restatement", need_id=need_id, text="not only that")
    told.do(CID, "restate_need", need_id=need_id, text="and early")
    version = told.partnership.needs[need_id].restatement.version  # type: ignore[index, union-attr]
    told.do(ADA, "confirm_restatement", need_id=need_id, version=version)
    told.do(ADA, "reword_need", need_id=need_id, text="steadier", why="it costs us")
    told.do(ADA, "declare_need_unmet", need_id=need_id, note="still waiting")
    told.do(ADA, "withdraw_need", need_id=need_id, reason="gone")
    assert first["text"] == "you want it steady"
    kept = [(each.type, each.text, each.why) for each in told.partnership.needs[need_id].history]  # type: ignore[index]
    assert kept == [
        ("NeedDisclosed", "steady", None),
        ("NeedRestated", "you want it steady", None),
        ("RestatementCorrected", "not only that", None),
        ("NeedRestated", "and early", None),
        ("RestatementConfirmed", None, None),
        ("NeedReworded", "steadier", "it costs us"),
        ("NeedDeclaredUnmet", "still waiting", None),
        ("NeedWithdrawn", "gone", None),
    ]


def test_who_may_do_what_with_a_need(told: Told) -> None:
    need = told.need(CID)
    assert told.code(CID, "restate_need", need_id=need, text="x") == Code.NEEDS_BOTH
    assert told.code(CID, "confirm_restatement", need_id=need, version=1) == Code.NOT_YET_PERMITTED
    assert told.code(CID, "correct_restatement", need_id=need, text="x") == Code.NOT_YET_PERMITTED
    assert told.code(ADA, "correct_restatement", need_id=need, text="x") == Code.NOT_OWNER
    for command, more in (
        ("reword_need", {"text": "x"}), ("declare_need_met", {}), ("declare_need_unmet", {}), ("withdraw_need", {}),
    ):  # fmt: skip
        assert told.code(ADA, command, need_id=need, **more) == Code.NOT_OWNER
        assert told.code(CID, command, {Mandate.CONTRIBUTOR}, need_id=need, **more) == Code.NOT_AUTHORISED
        assert told.code(CID, command, need_id=NOWHERE, **more) == Code.UNKNOWN_REFERENCE
    assert told.code(ADA, "restate_need", {Mandate.SIGNATORY}, need_id=need, text="x") == Code.NOT_AUTHORISED
    assert told.code(ADA, "disclose_need", {Mandate.SPONSOR}, text="x") == Code.NOT_AUTHORISED
    told.do(ADA, "restate_need", need_id=need, text="x")
    told.do(CID, "confirm_restatement", need_id=need, version=told.partnership.version)
    assert told.code(ADA, "restate_need", need_id=need, text="y") == Code.NOT_YET_PERMITTED
    assert told.code(CID, "restate_need", need_id=need, text="y") == Code.NEEDS_BOTH
    told.do(CID, "withdraw_need", need_id=need, reason="gone")
    for side, command, more in (
        (ADA, "restate_need", {"text": "x"}), (CID, "reword_need", {"text": "x"}), (CID, "withdraw_need", {}),
        (ADA, "withdraw_need", {}), (CID, "declare_need_met", {}), (CID, "confirm_restatement", {"version": 1}),
    ):  # fmt: skip
        assert told.code(side, command, need_id=need, **more) == Code.ALREADY_ENDED


def test_its_owner_alone_declares_what_came_of_a_need_and_rewording_takes_it_back(told: Told) -> None:
    need = told.need(ADA)
    told.do(ADA, "declare_need_unmet", need_id=need, note="still waiting")
    assert told.waiting() == set()
    told.do(ADA, "declare_need_met", need_id=need)
    told.do(ADA, "declare_need_met", need_id=need)
    assert [each.TOPIC for each in told.bond.events].count("NeedDeclaredMet") == 2
    held = told.partnership.needs[need]
    assert (held.outcome, held.note) == ("met", None)
    told.do(CID, "restate_need", need_id=need, text="x")
    told.do(ADA, "reword_need", need_id=need, text="another", why="since")
    held = told.partnership.needs[need]
    assert (held.text, held.why, held.outcome, held.restatement, held.understanding) == (
        "another", "since", None, None, "disclosed",
    )  # fmt: skip
    told.do(ADA, "reword_need", need_id=need, text="another")
    assert told.partnership.needs[need].why is None


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("disclose_need", {}), ("disclose_need", {"text": ""}), ("disclose_need", {"text": "x", "party_id": NOWHERE}),
        ("restate_need", {"need_id": NOWHERE}), ("confirm_restatement", {"need_id": NOWHERE}),
        ("confirm_restatement", {"need_id": NOWHERE, "version": "3"}),
        ("withdraw_need", {"need_id": NOWHERE, "reason": ""}), ("propose_intention", {"kind": "dream", "text": "x"}),
        ("decline_intention", {"intention_id": NOWHERE}), ("adopt_intention", {"intention_id": NOWHERE}),
        ("open_exchange", {"kind": "priorities", "until": LATER}), ("open_exchange", {"kind": "trust"}),
        ("open_exchange", {"kind": "trust", "until": LATER, "question": "x"}),
        ("open_exchange", {"kind": "trust", "until": LATER, "term_ids": []}),
        ("seal", {"exchange_id": NOWHERE}), ("seal", {"exchange_id": NOWHERE, "content": {}}),
        ("seal", {"exchange_id": NOWHERE, "content": {"statements": []}}),
        ("seal", {"exchange_id": NOWHERE, "content": statements("goodwill", "goodwill")}),
        ("seal", {"exchange_id": NOWHERE, "content": statements("love")}),
        ("seal", {"exchange_id": NOWHERE, "content": statements("goodwill", words="")}),
        ("seal", {"exchange_id": NOWHERE, "content": answers("trust", "trust")}),
        ("seal", {"exchange_id": NOWHERE, "content": {"answers": [{"skill": "trust"}]}}),
        ("seal", {"exchange_id": NOWHERE, "content": statements("goodwill") | {"marks": 3}}),
        ("answer_trust_statement", {"party_id": NOWHERE, "category": "goodwill"}),
        ("reword_trust_statement", {"category": "goodwill", "builds": "x", "breaks": "x", "reaction": "x"}),
    ],
)  # fmt: skip
def test_what_is_no_command(told: Told, command: str, fields: dict[str, Any]) -> None:
    assert told.code(ADA, command, **fields) == Code.MALFORMED


def test_a_text_of_more_than_sixteen_kibibytes_is_too_large(told: Told) -> None:
    assert told.code(ADA, "disclose_need", text="x" * 16385) == Code.TOO_LARGE
    assert told.code(ADA, "disclose_need", text="x" * 16384, why="y" * 16385) == Code.TOO_LARGE
    long = statements("goodwill", words="x" * 16385)
    assert told.code(ADA, "seal", exchange_id=NOWHERE, content=long) == Code.TOO_LARGE


# A shared future.


def test_an_intention_needs_the_consent_of_whoever_did_not_word_what_stands(told: Told) -> None:
    made = told.intention(ADA, "vision")
    named = {"intention_id": made["intention_id"], "fingerprint": made["fingerprint"]}
    assert made["fingerprint"] == intention_fingerprint(
        told.partnership.partnership_id, made["intention_id"], "vision", "in the open", None
    )
    assert told.waiting() == {("Cid", "intention")}
    assert told.code(ADA, "adopt_intention", **named) == Code.NEEDS_BOTH
    assert told.code(ADA, "adopt_intention", **named | {"fingerprint": "0" * 64}) == Code.NEEDS_BOTH
    assert told.code(ADA, "decline_intention", intention_id=named["intention_id"], reason="x") == Code.NEEDS_BOTH
    assert told.code(CID, "withdraw_intention", intention_id=named["intention_id"]) == Code.NOT_OWNER
    reworded = told.do(CID, "reword_intention", intention_id=named["intention_id"], text="stay 90 days")
    assert told.waiting() == {("Ada", "intention")}
    assert told.code(CID, "adopt_intention", **named) == Code.NEEDS_BOTH
    assert told.code(ADA, "adopt_intention", **named) == Code.STALE_VIEW
    assert told.code(ADA, "withdraw_intention", intention_id=named["intention_id"]) == Code.NOT_OWNER
    told.do(ADA, "adopt_intention", intention_id=named["intention_id"], fingerprint=reworded["fingerprint"])
    assert told.waiting() == set()
    again = {"intention_id": named["intention_id"], "fingerprint": reworded["fingerprint"]}
    assert told.code(ADA, "adopt_intention", **again) == Code.NOT_YET_PERMITTED
    assert told.code(CID, "adopt_intention", **again) == Code.NEEDS_BOTH
    assert told.code(ADA, "reword_intention", intention_id=named["intention_id"], text="x") == Code.NOT_YET_PERMITTED
    assert told.code(CID, "withdraw_intention", intention_id=named["intention_id"]) == Code.NOT_YET_PERMITTED
    assert told.code(ADA, "decline_intention", intention_id=named["intention_id"], reason="x") == (
        Code.NOT_YET_PERMITTED
    )


def test_what_ended_stays_ended(told: Told) -> None:
    declined, taken = told.intention()["intention_id"], told.intention()["intention_id"]
    told.do(CID, "decline_intention", intention_id=declined, reason="not us")
    assert told.partnership.intentions[declined].reason == "not us"
    told.do(ADA, "withdraw_intention", intention_id=taken)
    for each in (declined, taken):
        for side, command, more in (
            (ADA, "reword_intention", {"text": "x"}), (CID, "adopt_intention", {"fingerprint": "x"}),
            (ADA, "adopt_intention", {"fingerprint": "x"}), (CID, "withdraw_intention", {}),
            (ADA, "retire_intention", {"reason": "x"}), (ADA, "retire_intention", {}), (CID, "keep_intention", {}),
        ):  # fmt: skip
            assert told.code(side, command, intention_id=each, **more) == Code.ALREADY_ENDED, command


def test_at_most_one_vision_is_adopted(told: Told) -> None:
    first = told.adopted(ADA, "vision")
    before = len(told.bond.events)
    second = told.adopted(CID, "vision")
    assert told.types(before) == ["IntentionProposed", "IntentionAdopted", "IntentionRetired"]
    retired = told.bond.events[-1].data()
    assert retired == {"intention_id": first, "reason": None, "caused_by": told.partnership.version - 1}
    assert told.partnership.vision == second
    third = told.adopted(ADA, "vision", replaces=second)
    assert told.partnership.vision == third
    assert told.partnership.intentions[second].state == IntentionState.RETIRED


def test_what_is_replaced_is_retired_while_it_is_adopted(told: Told) -> None:
    principle, outcome = told.adopted(), told.adopted(kind="outcome")
    asked = {"kind": "principle", "text": "x"}
    assert told.code(ADA, "propose_intention", **asked, replaces=outcome) == Code.INVALID_VALUE
    assert told.code(ADA, "propose_intention", **asked, replaces=NOWHERE) == Code.UNKNOWN_REFERENCE
    proposed = told.intention()["intention_id"]
    assert told.code(ADA, "propose_intention", **asked, replaces=proposed) == Code.UNKNOWN_REFERENCE
    rivals = [told.intention(ADA, replaces=principle), told.intention(CID, replaces=principle)]
    before = len(told.bond.events)
    for side, each in ((CID, rivals[0]), (ADA, rivals[1])):
        told.do(side, "adopt_intention", intention_id=each["intention_id"], fingerprint=each["fingerprint"])
    assert told.types(before) == ["IntentionAdopted", "IntentionRetired", "IntentionAdopted"]
    assert told.code(ADA, "propose_intention", **asked, replaces=principle) == Code.UNKNOWN_REFERENCE


def test_both_retire_what_both_adopted(told: Told) -> None:
    it = told.adopted()
    assert told.code(ADA, "keep_intention", intention_id=it) == Code.NOT_YET_PERMITTED
    assert told.code(ADA, "retire_intention", intention_id=it) == Code.MALFORMED
    told.do(ADA, "retire_intention", intention_id=it, reason="outgrown")
    assert told.waiting() == {("Cid", "retirement")}
    assert told.code(ADA, "retire_intention", intention_id=it) == Code.MALFORMED
    told.do(ADA, "retire_intention", intention_id=it, reason="outgrown by far")
    assert told.partnership.intentions[it].retirement.text == "outgrown by far"
    assert it in told.partnership.adopted_principles(), "it counts as adopted until both have retired it"
    told.do(CID, "keep_intention", intention_id=it)
    assert told.partnership.intentions[it].state == IntentionState.ADOPTED
    told.do(CID, "retire_intention", intention_id=it, reason="now")
    told.do(ADA, "retire_intention", intention_id=it)
    assert told.bond.events[-1].TOPIC == "IntentionRetired"
    assert told.code(ADA, "retire_intention", intention_id=it, reason="x") == Code.ALREADY_ENDED
    proposed = told.intention()["intention_id"]
    assert told.code(ADA, "retire_intention", intention_id=proposed) == Code.NOT_YET_PERMITTED
    assert told.code(CID, "keep_intention", intention_id=proposed) == Code.NOT_YET_PERMITTED


# Sealed exchanges.


def test_both_are_shown_at_once_in_one_commit(told: Told) -> None:
    exchange = told.exchange()
    assert told.waiting() == {("Ada", "exchange"), ("Cid", "exchange")}
    told.do(ADA, "seal", exchange_id=exchange, content=statements("goodwill", words="SENTINEL"))
    assert told.waiting() == {("Cid", "exchange")}
    assert "SENTINEL" not in str([each.data() for each in told.bond.events])
    told.do(ADA, "seal", exchange_id=exchange, content=statements("competence", words="instead"))
    before = len(told.bond.events)
    told.do(CID, "seal", exchange_id=exchange, content=statements("goodwill", "contractual", words="ours"))
    assert told.types(before) == ["ExchangeSealed", "ExchangeRevealed"]
    revealed = told.bond.events[-1].data()
    ours, theirs = told.bond.party(ADA), told.bond.party(CID)
    assert revealed["contents"][ours] == statements("competence", words="instead")
    assert revealed["caused_by"] == told.partnership.version - 1
    for party, salt in revealed["salts"].items():
        commitment = commitment_of(exchange, party, salt, revealed["contents"][party])  # type: ignore[arg-type]
        assert told.partnership.exchanges[exchange].commitments[party] == commitment
    assert {(each.party_id, each.category) for each in told.partnership.statements.values()} == {
        (ours, "competence"), (theirs, "goodwill"), (theirs, "contractual"),
    }  # fmt: skip
    assert told.waiting() == set()
    assert told.code(ADA, "seal", exchange_id=exchange, content=statements("goodwill")) == Code.ALREADY_ENDED
    assert told.code(ADA, "take_back_seal", exchange_id=exchange) == Code.ALREADY_ENDED
    assert told.code(CID, "cancel_exchange", exchange_id=exchange) == Code.ALREADY_ENDED


def test_what_may_be_sealed_where(told: Told) -> None:
    exchange = told.exchange()
    assert told.code(ADA, "seal", exchange_id=exchange, content=answers("trust")) == Code.MALFORMED
    assert told.code(ADA, "seal", exchange_id=NOWHERE, content=answers("trust")) == Code.UNKNOWN_REFERENCE
    sealed = {"exchange_id": exchange, "content": statements("goodwill")}
    assert told.code(ADA, "seal", {Mandate.SIGNATORY}, **sealed) == Code.NOT_AUTHORISED
    skills = told.exchange("skills")
    told.do(ADA, "seal", exchange_id=skills, content=answers(*Skill))
    assert told.partnership.exchanges[skills].commitments.keys() == {told.bond.party(ADA)}


def test_an_exchange_is_open_for_some_days_and_one_of_a_kind_at_a_time(told: Told) -> None:
    for until in ("2026-03-01", "2026-03-02T09:00:00Z", "2026-08-29T09:00:01Z", "2099-01-01"):
        assert told.code(ADA, "open_exchange", kind="trust", until=until) == Code.INVALID_VALUE, until
    told.do(ADA, "open_exchange", kind="skills", until="2026-08-29T09:00:00Z")
    exchange = told.exchange(until="2026-03-03T09:00:00Z", term_ids=None, question=None)
    assert told.code(CID, "open_exchange", kind="trust", until=LATER) == Code.NOT_YET_PERMITTED
    assert told.code(CID, "open_exchange", kind="trust", until="2026-03-01") == Code.INVALID_VALUE
    told.do(ADA, "seal", exchange_id=exchange, content=statements("goodwill"))
    told.bond.now += timedelta(days=1)
    assert told.code(CID, "seal", exchange_id=exchange, content=statements("goodwill")) == Code.EXPIRED
    assert told.bond.events[-1].data() == {"exchange_id": exchange, "cause": "expired", "caused_by": None}
    assert told.bond.events[-1].actor.kind == "clock"
    assert told.code(ADA, "take_back_seal", exchange_id=exchange) == Code.EXPIRED
    told.exchange()


def test_what_was_sealed_can_be_taken_back_and_an_exchange_cancelled(told: Told) -> None:
    exchange = told.exchange()
    assert told.code(ADA, "take_back_seal", exchange_id=exchange) == Code.NOT_YET_PERMITTED
    told.do(ADA, "seal", exchange_id=exchange, content=statements("goodwill"))
    assert told.code(CID, "take_back_seal", exchange_id=exchange) == Code.NOT_YET_PERMITTED
    told.do(ADA, "take_back_seal", exchange_id=exchange)
    told.do(CID, "seal", exchange_id=exchange, content=statements("goodwill"))
    assert told.partnership.exchanges[exchange].state == "open", "one side alone reveals nothing"
    told.do(ADA, "cancel_exchange", exchange_id=exchange)
    assert told.partnership.exchanges[exchange].cause == "cancelled"
    assert told.code(ADA, "seal", exchange_id=exchange, content=statements("goodwill")) == Code.ALREADY_ENDED


def test_where_what_was_sealed_is_gone_the_clock_ends_the_exchange(told: Told) -> None:
    exchange = told.exchange()
    told.do(ADA, "seal", exchange_id=exchange, content=statements("goodwill"))
    told.bond.sealed.clear()
    assert told.code(CID, "seal", exchange_id=exchange, content=statements("goodwill")) == Code.ALREADY_ENDED
    assert told.bond.events[-1].data()["cause"] == "lost"
    another = told.exchange()
    told.do(CID, "seal", exchange_id=another, content=statements("goodwill"))
    cancel_lost(told.partnership, told.bond.read_sealed)
    assert told.partnership.exchanges[another].state == "open"


def test_trust_statements_are_answered_and_reworded_in_the_open(told: Told) -> None:
    ours, theirs = told.bond.party(ADA), told.bond.party(CID)
    said = {"builds": "a", "breaks": "b", "reaction": "c", "repair": "d"}
    answer = {"party_id": theirs, "category": "goodwill", "text": "heard"}
    assert told.code(ADA, "answer_trust_statement", **answer) == Code.NOT_YET_PERMITTED
    assert told.code(ADA, "answer_trust_statement", **answer | {"party_id": ours}) == Code.NEEDS_BOTH
    assert told.code(ADA, "answer_trust_statement", **answer | {"party_id": NOWHERE}) == Code.UNKNOWN_REFERENCE
    assert told.code(ADA, "reword_trust_statement", category="goodwill", **said) == Code.NOT_YET_PERMITTED
    exchange = told.exchange()
    for side in (ADA, CID):
        told.do(side, "seal", exchange_id=exchange, content=statements("goodwill"))
    told.do(ADA, "answer_trust_statement", **answer)
    told.do(ADA, "answer_trust_statement", **answer | {"text": "and again"})
    assert told.code(CID, "answer_trust_statement", **answer) == Code.NEEDS_BOTH
    assert told.code(ADA, "answer_trust_statement", **answer | {"category": "competence"}) == Code.UNKNOWN_REFERENCE
    told.do(CID, "reword_trust_statement", category="goodwill", **said)
    held = told.partnership.statements[f"{theirs}.goodwill"]
    assert [each.text for each in held.answers] == ["heard", "and again"]
    assert (held.builds, held.repair) == ("a", "d")
    told.do(ADA, "reword_trust_statement", category="competence", **said)
    told.do(CID, "answer_trust_statement", party_id=ours, category="competence", text="new to us")
    assert told.code(CID, "reword_trust_statement", {Mandate.CONTRIBUTOR}, category="goodwill", **said) == (
        Code.NOT_AUTHORISED
    )
    second = told.exchange()
    for side in (ADA, CID):
        told.do(side, "seal", exchange_id=second, content=statements("contractual"))
    assert {each.category for each in told.partnership.statements.values()} == {TrustCategory.CONTRACTUAL}


# All of it together.


def played(swapped: bool, seed: int, steps: int = 250) -> Iterator[tuple[Bond, Refusal | None]]:
    bond, random = Bond(swapped), Random(seed)
    for _ in range(steps):
        step = random_act(bond, random)
        if isinstance(step, timedelta):
            bond.now += step
            continue
        side, raw = step
        yield bond, bond.do(side, raw)


@pytest.mark.parametrize("seed", range(12))
def test_the_mirror_image_of_a_relationship_is_its_mirror_image(seed: int) -> None:
    """Invariant 3: what the two parties do, done by each other, gives the same with the parties changed."""
    this, that = list(played(False, seed)), list(played(True, seed))
    assert [refusal and refusal.code for _, refusal in this] == [refusal and refusal.code for _, refusal in that]
    ours, theirs = this[-1][0].events, that[-1][0].events
    assert [mirrored(each) for each in ours] == [plain(each) for each in theirs]


def plain(event: Any) -> str:
    data = {key: each for key, each in event.data().items() if key not in ("commitment", "fingerprint")}
    return repr((event.TOPIC, event.actor, event.at, data))


def mirrored(event: Any) -> str:
    return plain(event).replace("aaaaaaaa", "#").replace("bbbbbbbb", "aaaaaaaa").replace("#", "bbbbbbbb")


@pytest.mark.parametrize("seed", range(12))
def test_a_replay_gives_the_same(seed: int) -> None:
    bond = next(reversed(list(played(False, seed))))[0]
    mapper, replayed = CanonicalMapper(), None
    for event in bond.events:
        replayed = mapper.to_domain_event(mapper.to_stored_event(event)).mutate(replayed)
    assert replayed is not None
    for shelf in ("needs", "intentions", "exchanges", "statements"):
        assert getattr(replayed, shelf) == getattr(bond.partnership, shelf)
    assert replayed.vision == bond.partnership.vision


@pytest.mark.parametrize("seed", range(12))
def test_nobody_says_for_another_what_is_theirs_to_say(seed: int) -> None:
    """Invariants 2 and 8, and that nothing sealed is told before both have sealed."""
    bond = next(reversed(list(played(False, seed))))[0]
    worded: dict[str, str | None] = {}
    owners: dict[str, str | None] = {}
    sealed: dict[str, set[str | None]] = {}
    for event in bond.events:
        data, party = event.data(), event.actor.party_id
        match event.TOPIC:
            case "NeedDisclosed":
                owners[data["need_id"]] = party
            case "NeedRestated":
                assert owners[data["need_id"]] != party
            case "RestatementConfirmed" | "RestatementCorrected" | "NeedDeclaredMet" | "NeedWithdrawn":
                assert owners[data["need_id"]] == party
            case "IntentionProposed" | "IntentionReworded":
                worded[data["intention_id"]] = party
            case "IntentionAdopted" | "IntentionDeclined":
                assert worded[data["intention_id"]] != party
            case "ExchangeSealed":
                sealed.setdefault(data["exchange_id"], set()).add(party)
            case "SealTakenBack":
                sealed[data["exchange_id"]].remove(party)
            case "ExchangeRevealed":
                assert len(sealed[data["exchange_id"]]) == 2
                assert data["contents"].keys() == sealed[data["exchange_id"]]
    assert {each.TOPIC for each in bond.events} >= {"NeedRestated", "IntentionAdopted", "ExchangeSealed"}
