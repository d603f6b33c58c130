"""What the pages of a history are asked for: every moment has its address, and what is no moment is told."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, time, timedelta

import httpx
import pytest

from domain.times import written
from server.doors.access import seat_name
from tests.server.conftest import Pair
from tests.server.served import Program
from tests.server.test_relationship import Partner
from tests.server.test_sealed import NOBODY
from tests.server.test_texts import agreed

HTML = {"Accept": "text/html"}


def page(member: Program, path: str = "") -> httpx.Response:
    seat = f"{member.url}/{seat_name(NOBODY)}/history/{member.agreement_id}/"
    return httpx.get(f"{seat}{path}", headers={"Authorization": f"Bearer {member.token}"} | HTML, timeout=20)


def stood(shown: str) -> int:
    found = re.search(r"stands? after event (\d+)|stood after event (\d+)", shown)
    assert found
    return int(found[1] or found[2])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("?as_of=0", "There is no event 0: this agreement has 3."),
        ("?as_of=4", "There is no event 4: this agreement has 3."),
        ("?as_of=-1", "as_of is a whole number."),
        ("?as_of=two", "as_of is a whole number."),
        ("?as_of=2&at=2026-03-03", "by as_of or by at, not by both"),
        ("?at=soon", "at is a day, or a day with a time."),
        ("?at=1999-01-01", "This agreement was not there yet at 1999-01-01."),
        ("?clause=1", "There is no such clause."),
        ("marks.json?clause=1", "There is no such clause."),
        ("?at=2999-01-01", "That time is still to come."),
        ("compare?as_of=two", "as_of is a whole number."),
        (f"?clause={NOBODY}", "There is no such clause."),
        ("course?zoom=9", "zoom is one of"),
        ("audit?sort=rank", "sort is one of"),
        ("audit?skip=-1", "skip is a whole number."),
        ("compare?from=2&to=9", "There is no event 9: this agreement has 3."),
        ("briefing.pdf?as_of=9", "There is no event 9"),
    ],
)
def test_what_is_no_moment_is_told(pair: Pair, path: str, says: str) -> None:
    pair.cid.accept(pair.propose()["proposal_id"])
    answer = page(pair.cid, path)
    assert answer.status_code == 400
    assert f'/history/{pair.cid.agreement_id}/">Back to the history</a>' in answer.text
    assert says in answer.text.replace("&#39;", "'")


def test_a_time_is_the_end_of_its_second_as_pages_write_times(pair: Pair) -> None:
    accepted = pair.cid.accept(pair.propose()["proposal_id"])
    version = pair.ada.get()["version"]
    assert accepted
    at = pair.ada.get("/events")["events"][-1]["at"]
    assert stood(page(pair.cid, f"?at={at[:19]}").text) == version
    assert stood(page(pair.cid, f"?at={at[:19]}Z").text) == version
    assert stood(page(pair.cid, f"?at={at}").text) == version
    assert stood(page(pair.cid, f"?at={pair.node.clock():%Y-%m-%d}").text) == version


def test_a_day_ends_before_the_next_begins(pair: Pair) -> None:
    day, version = f"{pair.node.clock():%Y-%m-%d}", pair.ada.get()["version"]
    begins = datetime.combine(pair.node.clock().date() + timedelta(days=1), time(), UTC)
    pair.node.clock.forward(seconds=(begins - pair.node.clock()).total_seconds() + 0.2)
    pair.propose()
    at = pair.ada.get("/events")["events"][-1]["at"]
    assert at[:10] > day
    assert stood(page(pair.cid, f"?at={day}").text) == version
    assert stood(page(pair.cid, f"?at={at[:10]}").text) > version


def test_two_moments_are_compared_whichever_is_named_first(pair: Pair) -> None:
    pair.cid.accept(pair.propose("We pay.")["proposal_id"])
    there, back = page(pair.cid, "compare?from=1&to=3").text, page(pair.cid, "compare?from=3&to=1").text
    assert there == back
    assert "We pay." in there
    assert "accepted the proposal" in there, "what each moment was is told"
    assert page(pair.cid, "compare").text.count("We pay.") == 1, "at first, since the day before"
    pair.node.clock.forward(days=2)
    term_id = pair.ada.get()["terms"][0]["term_id"]
    items = [{"op": "revise", "term_id": term_id, "text": "You pay."}]
    pair.cid.accept(pair.ada.do("make_proposal", items=items)["proposal_id"])
    lately = page(pair.cid, "compare").text
    assert re.search(r">We</del>.*>You</ins>", lately)
    assert re.search(r'name="from" min="0" max="\d+" value="3"', lately), "what had happened by the day before"
    assert "We pay." in page(pair.cid, "compare?as_of=3").text


def test_a_counter_is_one_act_and_nothing_stands_still_within_it(pair: Pair) -> None:
    term_id = pair.ada.do("open_term", heading="1 Price")["term_id"]
    item = {"op": "revise", "term_id": term_id, "base_version": 0}
    first = pair.ada.do("make_proposal", items=[item | {"text": "We pay."}])
    pair.cid.do("make_proposal", items=[item | {"text": "You pay."}], counters=first["proposal_id"])
    version = pair.ada.get()["version"]
    middle = page(pair.ada, f"?as_of={version - 1}").text
    assert f"in the middle of one act, which ends with event {version}" in middle
    assert "in the middle" not in page(pair.ada).text
    marks = page(pair.ada, "marks.json").json()["marks"]
    assert version in marks
    assert version - 1 not in marks
    assert f'href="./?as_of={version}#event-{version - 1}"' in page(pair.ada, "course").text


def test_what_is_open_and_what_was_said_can_be_read(pair: Pair) -> None:
    first = pair.propose("We pay within 30 days.")
    pair.cid.do(
        "raise_objection",
        proposal_id=first["proposal_id"],
        severity="blocking",
        ground="cost",
        text="Our bank takes longer.",
        would_accept="Sixty days.",
    )
    shown = page(pair.cid).text
    assert shown.count("We pay within 30 days.") >= 1
    assert "Contested" in shown
    assert "Our bank takes longer." in shown
    (term_id,) = set(re.findall(r'id="clause-([0-9a-f-]{36})"', shown))
    clause = page(pair.cid, f"clauses/{term_id}").text
    assert "We pay within 30 days." in clause
    assert "Sixty days." in clause
    assert page(pair.cid, f"clauses/{term_id}?as_of=2").text.count("Our bank takes longer.") == 0


def test_a_conditional_acceptance_is_in_the_audit_until_and_after_it_counts(pair: Pair) -> None:
    """Each with its own condition, whatever came later, and what became of it."""
    made = pair.propose("We pay.")
    proposal = pair.cid.get()["proposals"][0]

    def accept(condition: str, days: int) -> int:
        due = written(pair.node.clock() + timedelta(days=days))
        pair.cid.do(
            "accept_proposal",
            proposal_id=made["proposal_id"],
            fingerprint=proposal["fingerprint"],
            subject_to={"condition": condition, "owner": pair.ada.party_id, "due": due},
        )
        return int(pair.ada.get()["version"])

    first = accept("The bank agrees.", 3)
    pair.node.clock.forward(days=4)
    lapsed = page(pair.cid, "audit") and pair.ada.get()["version"]
    second = accept("The board agrees.", 9)
    waiting = page(pair.cid, "audit").text
    assert waiting.count("accepted subject to a condition") == 2
    assert said_of(waiting, first) == "The bank agrees."
    assert f"lapsed with event {lapsed}: it does not count" in waiting
    assert said_of(waiting, second) == "The board agrees."
    assert "counts once it is fulfilled" in waiting
    pair.ada.do("fulfil_condition", proposal_id=made["proposal_id"], evidence="It said so.")
    pair.cid.do("confirm_condition", proposal_id=made["proposal_id"])
    version = pair.ada.get()["version"]
    settled = page(pair.cid, "audit").text
    assert said_of(settled, second) == "The board agrees."
    assert f"fulfilled with event {version}" in settled
    assert "counts once it is fulfilled" not in settled
    assert settled.count("accepted subject to a condition") == 2
    table = page(pair.cid, "consents.csv").text
    rows = [each for each in csv.DictReader(table.lstrip("\ufeff").splitlines()) if each["condition"]]
    kept = [(int(each["event_version"]), each["condition"], each["became"]) for each in rows]
    assert kept == [(first, "The bank agrees.", "lapsed"), (second, "The board agrees.", "fulfilled")]
    assert {each["mandate"] for each in rows} == {"negotiator"}


def said_of(audit: str, version: int) -> str:
    """The condition in the row of an event."""
    rows = (each.partition("</tr>")[0] for each in audit.split("<tr ")[1:])
    (row,) = (each for each in rows if f'as_of={version}"' in each and "subject to" in each)
    return row.partition("<small>")[2].partition(", by ")[0]


def test_a_need_is_told_as_it_was_then(pair: Pair) -> None:
    need = Partner(pair.cid).do("disclose_need", text="Calm evenings", why=None)
    pair.cid.accept(pair.propose()["proposal_id"])
    term_id = pair.ada.get()["terms"][0]["term_id"]
    pair.cid.do("link_need", term_id=term_id, need_id=need["need_id"], base_version=1)
    before = pair.ada.get()["version"]
    pair.node.clock.forward(hours=1)
    pair.propose("later")
    Partner(pair.cid).do("declare_need_unmet", need_id=need["need_id"])
    pair.node.clock.forward(hours=1)
    pair.propose("later still")
    assert "not met, says its owner" in page(pair.ada, "").text
    earlier = page(pair.ada, f"?as_of={before}").text
    assert "Calm evenings" in earlier
    assert "its owner has not said yet whether it is met" in earlier


def test_a_clause_that_went_without_being_agreed_keeps_its_name_and_its_story(pair: Pair) -> None:
    made = pair.propose("We pay.")
    term_id = pair.ada.get(f"/proposals/{made['proposal_id']}")["items"][0]["term_id"]
    pair.cid.do(
        "raise_objection", proposal_id=made["proposal_id"], severity="blocking", ground="cost", text="Too much."
    )
    pair.ada.do("withdraw_proposal", proposal_id=made["proposal_id"])
    whole = page(pair.cid, "").text
    assert "a clause that is gone" not in whole
    assert f'href="clauses/{term_id}" dir="auto">1 Price</a>' in whole
    assert "Too much." in page(pair.cid, f"clauses/{term_id}").text
    assert page(pair.cid, f"?as_of=2&clause={term_id}").status_code == 200
    course = page(pair.cid, "course").text
    assert ">1 Price<title>" in course
    assert "Nothing has been proposed yet." not in course


def test_dates_fall_due_until_they_pass_or_all_is_given_up(pair: Pair) -> None:
    term_id = pair.ada.do("open_term", heading="1 Price")["term_id"]
    until = written(pair.node.clock() + timedelta(days=3))
    pair.ada.do("park_term", term_id=term_id, reason="Later", until=until)
    asked = page(pair.cid, "").text
    assert "whether a clause is parked" in asked
    pair.node.clock.forward(days=4)
    assert "whether a clause is parked" not in page(pair.cid, "").text
    until = written(pair.node.clock() + timedelta(days=3))
    pair.ada.do("park_term", term_id=term_id, reason="Later", until=until)
    pair.cid.do("agree_parking", term_id=term_id)
    assert "a clause is parked until then" in page(pair.cid, "").text
    pair.ada.do("abandon_agreement", reason="Over")
    assert "a clause is parked until then" not in page(pair.cid, "").text


def test_the_day_of_the_signature_is_told(pair: Pair) -> None:
    agreed(pair)
    pair.ada.do("open_ratification", valid_until=written(pair.node.clock() + timedelta(days=7)))
    assert "the signature is due" in page(pair.cid, "").text


def test_an_audit_says_why_it_shows_nothing(pair: Pair) -> None:
    assert "Nobody has consented to anything of this." in page(pair.cid, "audit").text
    pair.cid.accept(pair.propose()["proposal_id"])
    assert "No consent fits what was chosen." in page(pair.cid, f"audit?party={NOBODY}").text
    beyond = page(pair.cid, "audit?skip=9")
    assert beyond.status_code == 400
    assert "There are 2 rows." in beyond.text
