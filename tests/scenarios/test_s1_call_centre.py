"""Scenario S1, call-centre outsourcing, through the public interface; the numbers are the script's steps.

Steps that need ladders, measures, trials or commitments are left out, each where it would stand.
Every state is looked at by both parties and by the executive, who must be shown the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from domain.fingerprint import text_fingerprint
from tests.server.served import Program, Served


@dataclass
class Cast:
    """Meridian: Ada negotiates, Ben contributes, Sol signs, Edda watches. Castellan: Cid negotiates, Sue signs."""

    ada: Program
    ben: Program
    sol: Program
    edda: Program
    cid: Program
    sue: Program

    def everybody(self) -> list[Program]:
        return [self.ada, self.ben, self.sol, self.edda, self.cid, self.sue]

    def see(self, path: str = "") -> dict[str, Any]:
        """What everybody is shown, which is the same for all."""
        shown = [each.get(path) for each in self.everybody()]
        assert all(each == shown[0] for each in shown)
        return shown[0]

    def statuses(self, *term_ids: str) -> list[tuple[str, int]]:
        terms = {term["term_id"]: term for term in self.see()["terms"]}
        return [(terms[each]["status"], terms[each]["version"]) for each in term_ids]

    def need(self, need_id: str) -> dict[str, Any]:
        """A need, which is shown to everybody alike."""
        shown = [each.need(need_id) for each in self.everybody()]
        assert all(each == shown[0] for each in shown)
        return shown[0]

    def state(self, proposal_id: str) -> str:
        return str(self.see(f"/proposals/{proposal_id}")["state"])


@pytest.fixture(params=["as written", "parties swapped"])
def cast(request: pytest.FixtureRequest, served: Served) -> Cast:
    swapped = request.param == "parties swapped"
    names = ("Castellan Contact", "Meridian Home") if swapped else ("Meridian Home", "Castellan Contact")
    _, founders = served.form(*names)
    castellan, meridian = founders if swapped else founders[::-1]
    cast = Cast(
        ada=meridian.admit("Ada", "negotiator"),
        ben=meridian.admit("Ben", "contributor"),
        sol=meridian.admit("Sol", "signatory"),
        edda=meridian.admit("Edda", observer=True),
        cid=castellan.admit("Cid", "negotiator"),
        sue=castellan.admit("Sue", "signatory"),
    )
    agreement_id = cast.ada.open_agreement("Claims line", signatures=1)
    for member in cast.everybody():
        member.agreement_id = agreement_id
    return cast


def revise(*texts: tuple[str, str]) -> list[dict[str, str]]:
    return [{"op": "revise", "term_id": term_id, "text": text} for term_id, text in texts]


@pytest.mark.parametrize("case", ["accept first", "withdraw first"])
def test_s1(cast: Cast, served: Served, case: str) -> None:
    ada, ben, sol, edda, cid, sue = cast.ada, cast.ben, cast.sol, cast.edda, cast.cid, cast.sue
    # 1
    assert cast.see()["status"] == "drafting"
    # 2
    n1 = cid.do("disclose_need", text="forecast we can staff against: hiring takes 7 weeks")["need_id"]
    assert cast.need(n1)["state"] == "disclosed"
    # 3
    ada.do("restate_need", need_id=n1, text="you want more volume")
    assert cast.need(n1)["state"] == "restated"
    said = cid.do("correct_restatement", need_id=n1, text="not more, steadier")
    assert said == {"need_id": n1, "text": "not more, steadier"}
    assert (cast.need(n1)["state"], cast.need(n1)["correction"]) == ("disclosed", "not more, steadier")
    ada.refused("not_owner", "confirm_restatement", need_id=n1, version=1)
    # 4
    ada.do("restate_need", need_id=n1, text="you want to know seven weeks ahead")
    ada.refused("not_owner", "confirm_restatement", need_id=n1, version=cast.need(n1)["restatement"]["version"])
    cid.do("confirm_restatement", need_id=n1, version=cast.need(n1)["restatement"]["version"])
    assert cast.need(n1)["state"] == "understood"
    # 5
    n2 = ada.do("disclose_need", text="storm days must not collapse: callers waited 19 min last January")["need_id"]
    assert cast.need(n2)["state"] == "disclosed"
    # 6
    headings = ["hours", "volume band", "price/handled contact", "answer time", "service credits", "continuity", "exit"]
    t1, t2, t3, t4, t5, t6, t7 = (ada.do("open_term", heading=heading)["term_id"] for heading in headings)
    ada.do("mark_term", term_id=t7, mark="exit")
    assert cast.statuses(t1, t2, t3, t4, t5, t6, t7) == [("open", 0)] * 7
    assert ada.term(t7)["marks"] == ["exit"]
    # 7
    price = revise((t3, "Meridian pays £3.10 for each handled contact."))
    ben.refused("not_authorised", "make_proposal", items=price)
    p1 = ada.do("make_proposal", items=price, valid_until=served.clock().date().replace(year=2099).isoformat())
    p1 = p1["proposal_id"]
    assert cast.state(p1) == "open"
    # 8, 9
    fingerprint = ada.proposal(p1)["fingerprint"]
    ada.refused("own_proposal", "accept_proposal", proposal_id=p1, fingerprint=fingerprint)
    cid.refused("ground_required", "decline_proposal", proposal_id=p1)
    # 10
    o1 = cid.do(
        "raise_objection",
        proposal_id=p1,
        severity="blocking",
        ground="cost",
        text="£3.10 holds only at 50k+/month",
        need_id=n1,
    )["objection_id"]
    assert cast.see(f"/proposals/{p1}")["contested"] is True
    # 11
    ada.refused("not_objector", "confirm_resolution", objection_id=o1)
    ada.refused("not_objector", "withdraw_objection", objection_id=o1)
    cid.refused("blocked_by_objection", "accept_proposal", proposal_id=p1, fingerprint=fingerprint)
    # 12
    package = [(t2, "42,000–55,000, 7-week binding forecast"), (t3, "£3.34 (£3.12 above 50,000)")]
    p2 = cid.do("make_proposal", items=revise(*package), counters=p1)["proposal_id"]
    assert (cast.state(p1), cast.see(f"/proposals/{p2}")["head"]) == ("countered", True)
    # 13
    cid.refused("not_head", "accept_proposal", proposal_id=p1, fingerprint=fingerprint)
    p2_print = ada.proposal(p2)["fingerprint"]
    ada.refused("partial_package", "accept_proposal", proposal_id=p2, fingerprint=p2_print, term_ids=[t3])
    # 14
    package += [(t4, "80 % in 20 s; 60 % in 60 s on declared storm days"), (t5, "credits ≤8 % of monthly fee")]
    p3 = ada.do("make_proposal", items=revise(*package), counters=p2)["proposal_id"]
    assert cast.state(p2) == "countered"
    # 15, 16
    o2 = cid.do(
        "raise_objection", proposal_id=p3, severity="blocking", ground="risk", term_ids=[t5],
        text="credits also bite when M's own forecast is wrong",
    )["objection_id"]  # fmt: skip
    ada.do("offer_resolution", objection_id=o2, kind="revised", text="waived if volume >110 % of forecast")
    package[3] = (t5, "credits ≤8 % of monthly fee, waived if volume >110 % of forecast")
    p4 = ada.do("make_proposal", items=revise(*package), replaces=p3)["proposal_id"]
    assert cast.state(p3) == "superseded"
    p4_print = cid.proposal(p4)["fingerprint"]
    cid.refused("blocked_by_objection", "accept_proposal", proposal_id=p4, fingerprint=p4_print)
    cid.do("confirm_resolution", objection_id=o2)
    settled = cid.objection(o2)
    assert (settled["state"], settled["proposal_id"], settled["resolution"]["kind"]) == ("resolved", p4, "revised")
    # 17
    if case == "withdraw first":
        ada.do("withdraw_proposal", proposal_id=p4)
        cid.refused("already_ended", "accept_proposal", proposal_id=p4, fingerprint=p4_print)
        assert cast.statuses(t2, t3, t4, t5) == [("open", 0)] * 4
        assert cast.state(p2) == "open"
        return
    cid.do("accept_proposal", proposal_id=p4, fingerprint=p4_print)
    ada.refused("already_ended", "withdraw_proposal", proposal_id=p4)
    assert cast.statuses(t2, t3, t4, t5) == [("provisional", 1)] * 4
    assert (cast.state(p1), cast.state(p2), cid.objection(o1)["state"]) == ("superseded", "superseded", "moot")
    assert cid.objection(o1)["led_to"] == [{"term_id": each, "version": 1} for each in (t2, t3, t4, t5)]
    # 18
    p5 = ada.do("make_proposal", items=revise((t6, "advisor attrition ≤25 %/yr, reported by name")))["proposal_id"]
    watched = {"proposal_id": p5, "severity": "blocking", "text": "named reporting makes our people feel watched"}
    cid.refused("unknown_reference", "raise_objection", ground="principle", **watched)
    o3 = cid.do("raise_objection", ground="need", **watched)["objection_id"]
    # 19
    made = ada.do("propose_intention", kind="principle", text="measure promises, not people")
    ada.refused("needs_both", "adopt_intention", intention_id=made["intention_id"], fingerprint=made["fingerprint"])
    cid.do("adopt_intention", intention_id=made["intention_id"], fingerprint=made["fingerprint"])
    assert edda.intention(made["intention_id"])["state"] == "adopted"
    # 20 (without the measure and its review)
    ada.do("offer_resolution", objection_id=o3, kind="trial", text="team-level figure, C reports first, 6 months")
    cid.do("confirm_resolution", objection_id=o3)
    ada.do("withdraw_proposal", proposal_id=p5)
    p6 = ada.do("make_proposal", items=revise((t6, "team-level continuity figure, Castellan reports first")))
    cid.accept(p6["proposal_id"])
    assert cast.statuses(t6) == [("provisional", 1)]
    # 21
    hours = revise((t1, "07:00–22:00, 363 days"))
    p7 = cid.do("make_proposal", items=hours)["proposal_id"]
    due = served.clock().replace(microsecond=0).isoformat()
    ada.refused("invalid_value", "accept_proposal", proposal_id=p7, fingerprint=cid.proposal(p7)["fingerprint"],
                subject_to={"condition": "union consultation", "owner": ada.party_id, "due": due})  # fmt: skip
    served.clock.forward(days=20)
    due = served.clock().replace(microsecond=0).isoformat()
    served.clock.forward(days=-20)
    ada.accept(p7, subject_to={"condition": "union consultation", "owner": ada.party_id, "due": due})
    assert cast.state(p7) == "conditional"
    rival = cid.do("make_proposal", items=revise((t1, "06:00–23:00")))
    ada.refused("reserved", "accept_proposal", proposal_id=rival["proposal_id"], fingerprint=rival["fingerprint"])
    # 22
    served.clock.forward(days=21)
    assert cast.state(p7) == "open"
    types = [event["type"] for event in cid.get("/events", limit=1000)["events"]]
    assert types[-1] == "ConditionLapsed"
    ada.accept(p7)
    assert (cast.statuses(t1), cast.state(rival["proposal_id"])) == ([("provisional", 1)], "stale")
    # 23
    ada.refused("exit_term_missing", "open_ratification")
    # 24
    p8 = cid.do("make_proposal", items=revise((t7, "6 months' exit help at T3 price, knowledge transfer, staff list")))
    p8 = p8["proposal_id"]
    concern = ada.do("raise_objection", proposal_id=p8, severity="concern", ground="cost", text="price index?")
    assert ada.accept(p8)["with_concerns"] == [concern["objection_id"]]
    assert ada.objection(concern["objection_id"])["state"] == "accepted_with_concern"
    # 25
    f1 = ada.do("open_ratification")["fingerprint"]
    assert cast.see()["status"] == "ratifying"
    cid.refused("frozen", "reopen_term", term_id=t3, reason="too low")
    # 26
    ada.refused("not_authorised", "consent", fingerprint=f1)
    sol.do("consent", fingerprint=f1)
    sue.do("refuse_consent", reason="T5 cap monthly or yearly?")
    assert cast.see()["status"] == "drafting"
    types = [event["type"] for event in cid.get("/events", limit=1000)["events"]]
    assert types[-3:] == ["ConsentGiven", "ConsentRefused", "RatificationVoided"]
    # 27
    p9 = ada.do("make_proposal", items=revise((t5, "credits ≤8 % of the monthly fee of that month")))["proposal_id"]
    cid.accept(p9)
    assert cast.statuses(t5) == [("provisional", 2)]
    f2 = ada.do("open_ratification")["fingerprint"]
    stale = sol.refused("stale_view", "consent", fingerprint=f1)
    assert stale["changed"]["fingerprint"] == f2
    sol.do("consent", fingerprint=f2)
    sue.do("consent", fingerprint=f2)
    assert cast.see()["status"] == "in_force"
    # 28
    watched_text = edda.get()
    assert len(watched_text["terms"]) == 7
    ends = {each["objection_id"]: each["state"] for each in edda.get("/conflicts")["conflicts"]}
    assert [ends[each] for each in (o1, o2, o3)] == ["moot", "resolved", "resolved"]
    for command in ("open_term", "abandon_agreement", "ask_clarification"):
        fields = {"open_term": {"heading": "x"}, "abandon_agreement": {"reason": "x"}}.get(command)
        edda.refused("observer_read_only", command, **(fields or {"proposal_id": p9, "text": "?"}))
    # 29 needs commitments.
    # 30
    assert watched_text["fingerprint"] == f2
    assert text_fingerprint(ada.agreement_id, watched_text["terms"]) == f2  # type: ignore[arg-type]
