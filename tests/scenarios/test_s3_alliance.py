"""Scenario S3, co-marketing alliance, as far as it reaches; the numbers are the script's steps.

Left out: the commitment of 8, the measure of 20, and 24 to 29.
"""

from __future__ import annotations

import pytest

from domain.fingerprint import text_fingerprint
from tests.scenarios.cast import object_to, propose, revise, two
from tests.server.served import Served


@pytest.mark.parametrize("swapped", [False, True])
def test_s3(served: Served, swapped: bool) -> None:
    cast = two(served, "Lumen Audio", "Tidewater Streaming", "Listen along", swapped=swapped)
    mei, jo = cast.left, cast.right
    # 1
    drafted = mei.do("propose_intention", kind="vision", text="many new listeners")
    vision = drafted["intention_id"]
    reworded = jo.do("reword_intention", intention_id=vision, text="50,000 new listeners who stay 90 days")
    mei.refused("stale_view", "adopt_intention", intention_id=vision, fingerprint=drafted["fingerprint"])
    mei.do("adopt_intention", intention_id=vision, fingerprint=reworded["fingerprint"])
    assert mei.intention(vision) == jo.intention(vision)
    assert (jo.intention(vision)["state"], jo.intention(vision)["party_id"]) == ("adopted", jo.party_id)
    # 2
    surprise = mei.do("propose_intention", kind="principle", text="no surprise in public")
    principle = {"intention_id": surprise["intention_id"], "fingerprint": surprise["fingerprint"]}
    jo.do("adopt_intention", **principle)
    another = mei.do("propose_intention", kind="principle", text="we share what we learn")
    alone = {"intention_id": another["intention_id"], "fingerprint": another["fingerprint"]}
    mei.refused("needs_both", "adopt_intention", **alone)
    assert mei.intention(another["intention_id"])["state"] == "proposed"
    # 3
    t1, t2, t3, t4, t5, t6, t7, t8 = cast.terms(
        "joint fund", "split", "brand approval", "exclusivity", "lead sharing", "content rights", "success", "exit"
    )
    # 4, 5, 6
    p1 = propose(jo, {t1: "€1.2m", t2: "50/50"})
    split = {"kind": "shares", "shares": [{"label": "L", "number": "45"}, {"label": "T", "number": "50"}]}
    items = [*revise({t1: "€1.2m", t6: "L may use clips 12 months"}), {"op": "revise", "term_id": t2, "value": split}]
    mei.refused("invalid_value", "make_proposal", items=items, counters=p1)
    split["shares"][1]["number"] = "55"  # type: ignore[index]
    p2 = mei.do("make_proposal", items=items, counters=p1)["proposal_id"]
    # 7, 8 (by terms instead of a commitment), 9
    o1 = object_to(jo, p2, "need", "fund spends before T sees sign-ups")
    mei.do("answer_objection", objection_id=o1, text="we hear you: nobody pays ahead of results")
    assert jo.objection(o1)["state"] == "answered"
    mei.refused("unknown_reference", "offer_resolution", objection_id=o1, kind="commitment", text="€300k gate")
    mei.do("offer_resolution", objection_id=o1, kind="traded", text="€300k gate after month 2")
    jo.do("confirm_resolution", objection_id=o1)
    jo.accept(p2)
    assert cast.statuses(t1, t2, t6) == [("provisional", 1)] * 3
    assert mei.term(t2)["value"] == split
    # 10 to 14
    p3 = propose(jo, {t3: "written approval within 2 working days, silence = yes"})
    o2 = object_to(mei, p3, "principle", "silence is a surprise", principle_id=surprise["intention_id"])
    p4 = propose(mei, {t3: "5 days, silence = no, fast lane 1 day"}, counters=p3)
    p5 = propose(jo, {t3: "3 days, silence = no, fast lane"}, counters=p4)
    mei.do("withdraw_proposal", proposal_id=p4)
    assert (cast.state(p4), cast.state(p5), mei.proposal(p5)["head"]) == ("withdrawn", "open", True)
    mei.accept(p5)
    assert mei.objection(o2)["state"] == "moot"
    assert mei.objection(o2)["led_to"] == [{"term_id": t3, "version": 1}]
    # 15, 16
    p6 = propose(jo, {t4: "all wearables, 24 months"})
    o3 = object_to(mei, p6, "risk", "existing watch partner to next June")
    version = mei.get()["version"]
    question = mei.do("ask_clarification", proposal_id=p6, text="headphones only?")["question_id"]
    mei.refused("not_owner", "give_clarification", question_id=question, text="no")
    jo.do("give_clarification", question_id=question, text="yes, headphones only")
    assert mei.get(as_of=version)["terms"] == mei.get()["terms"]
    # 17
    until = served.clock().replace(microsecond=0)
    jo.do("park_term", term_id=t4, reason="wait for June", until=until.replace(year=until.year + 1).isoformat())
    mei.refused("exit_term_missing", "open_ratification")
    mei.do("agree_parking", term_id=t4)
    assert (cast.statuses(t4), cast.state(p6)) == ([("parked", 0)], "parked")
    # 18
    review = f"{until.year + 1}-05-01"
    mei.do("defer_term", term_id=t4, reason="review after launch", until=review)
    jo.do("agree_deferral", term_id=t4)
    assert (cast.statuses(t4), cast.state(p6), mei.objection(o3)["state"]) == ([("deferred", 0)], "stale", "moot")
    # 19
    p7 = propose(mei, {t5: "leads with consent only, 14-day handover"})
    concern = object_to(jo, p7, "legal", "legal check", severity="concern")
    assert jo.accept(p7)["with_concerns"] == [concern]
    # 20 (as a plain term), 21
    jo.accept(propose(mei, {t7: "stay-90 counted by T, seen by both at once"}))
    mei.do("mark_term", term_id=t8, mark="exit")
    jo.accept(propose(mei, {t8: "60 days' notice, run-down of live ads 30 days"}))
    # 22
    cast.left_founder.do("revoke_mandate", member_id=mei.member_id, mandate="negotiator", term_ids=[t2])
    p9 = propose(jo, {t2: "50/50"})
    mei.refused("outside_mandate", "accept_proposal", proposal_id=p9, fingerprint=mei.proposal(p9)["fingerprint"])
    jo.do("withdraw_proposal", proposal_id=p9)
    # 23: Mei's mandate now names terms, so Jo opens.
    mei.refused("outside_mandate", "open_ratification")
    fingerprint = jo.do("open_ratification")["fingerprint"]
    shown = jo.get()["terms"]
    whole = [term | {"deferred_until": review if term["status"] == "deferred" else None} for term in shown]
    assert text_fingerprint(jo.agreement_id, whole) == fingerprint  # type: ignore[arg-type]
    cast.left_signatory.do("consent", fingerprint=fingerprint)
    cast.right_signatory.do("consent", fingerprint=fingerprint)
    after = jo.get()
    assert (after["status"], after["fingerprint"]) == ("in_force", fingerprint)
    assert cast.statuses(t4, t3) == [("deferred", 0), ("ratified", 1)]
