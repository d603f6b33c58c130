"""HTTP, as docs/protocol.md says it."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect

from domain.times import moment_of, written
from tests.server.conftest import Pair, pair_on
from tests.server.served import Served
from tests.server.test_relationship import Partner

NAUGHTY = json.loads((Path(__file__).parent.parent / "data" / "naughty-strings.json").read_text("utf-8"))


def test_the_same_command_id_gets_the_first_answer(pair: Pair) -> None:
    command = {"command_id": str(uuid.uuid4()), "heading": "1 Hours"}
    first = pair.ada.post("open_term", **command)
    again = pair.ada.post("open_term", **command)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    other_content = pair.ada.post("open_term", **(command | {"heading": "2"}))
    other_member = pair.cid.post("open_term", **command)
    assert other_content.json()["code"] == other_member.json()["code"] == "malformed"
    assert pair.ada.get()["version"] == 2


def test_a_command_that_now_would_be_refused_still_gets_its_first_answer(pair: Pair) -> None:
    made = pair.propose()
    command = {"command_id": "c", "proposal_id": made["proposal_id"], "fingerprint": made["fingerprint"]}
    assert pair.cid.post("accept_proposal", **command).status_code == 201
    assert pair.cid.post("accept_proposal", **command).status_code == 200
    assert pair.cid.post("accept_proposal", **(command | {"command_id": "d"})).json()["code"] == "already_ended"


def test_a_command_id_survives_a_restart(database_url: str) -> None:
    node = Served(database_url)
    pair = pair_on(node)
    command = {"command_id": "c", "heading": "1 Hours"}
    first = pair.ada.post("open_term", **command)
    node.stop()
    node = Served(database_url)
    pair.ada.url = node.url
    pair.ada.__post_init__()
    again = pair.ada.post("open_term", **command)
    assert (again.status_code, again.content) == (200, first.content)
    node.stop()


def test_setting_a_mark_that_is_set_succeeds_without_an_event(pair: Pair) -> None:
    term_id = pair.ada.do("open_term", heading="7 Exit")["term_id"]
    pair.ada.do("mark_term", term_id=term_id, mark="exit")
    again = pair.cid.post("mark_term", "c", term_id=term_id, mark="exit")
    assert (again.status_code, again.json()) == (201, {"version": 3, "events": []})
    assert pair.cid.post("mark_term", "c", term_id=term_id, mark="exit").status_code == 200
    assert pair.cid.post("mark_term", "c", term_id=term_id, mark="legal_floor").json()["code"] == "malformed"


def test_what_one_may_not_see_does_not_exist(pair: Pair) -> None:
    stranger = pair.node.form("Nordhaven", "Ferrum")[1][0]
    for agreement_id in (pair.ada.agreement_id, str(uuid.uuid4()), "nonsense"):
        stranger.agreement_id = agreement_id
        for path in ("", "/events", "/terms", "/conflicts", "/consents", "/timeline", "/proposals/x"):
            answer = stranger.http.get(f"/api/v1/agreements/{agreement_id}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert stranger.post("open_term", heading="x").json()["code"] == "not_found"
    assert stranger.http.get(f"/api/v1/partnerships/{pair.ada.partnership_id}").status_code == 404
    assert httpx.get(f"{pair.node.url}/api/v1/agreements/{pair.ada.agreement_id}").status_code == 401
    assert pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}/proposals/x").status_code == 404


def test_reading_at_a_time(pair: Pair) -> None:
    """The last event that was recorded by then: every time of every stream, and those beside it, against as_of."""
    ada, clock = pair.ada, pair.node.clock
    made = pair.propose()
    clock.forward(hours=1)
    pair.cid.accept(made["proposal_id"])
    clock.forward(hours=1)
    Partner(ada).do("disclose_need", text="Calm evenings")
    clock.forward(hours=1)
    for path in (f"/api/v1/agreements/{ada.agreement_id}", f"/api/v1/partnerships/{ada.partnership_id}"):
        events = ada.http.get(f"{path}/events").json()["events"]
        reads = (
            ("", "/terms", "/consents", "/timeline", "/document.md") if "agreements" in path else ("/needs", "/trust")
        )
        for number, event in enumerate(events):
            at = moment_of(event["at"])
            following = events[number + 1]["at"] if number + 1 < len(events) else None
            tries = {written(at - timedelta(microseconds=1)): version_of(events, at - timedelta(microseconds=1))}
            tries |= {written(at): version_of(events, at)}
            tries |= {at.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(): version_of(events, at)}
            if following is None:
                tries |= {written(at + timedelta(minutes=30)): len(events)}
            for time, version in tries.items():
                for read in reads:
                    then = ada.http.get(f"{path}{read}", params={"at": time})
                    same = ada.http.get(f"{path}{read}", params={"as_of": version})
                    assert then.status_code == same.status_code
                    assert then.content == same.content
        day = (clock() - timedelta(days=1)).date().isoformat()
        assert ada.http.get(f"{path}{reads[-1]}", params={"at": day}).status_code in (200, 404), "the end of a day"
        to_come = written(clock() + timedelta(minutes=1))
        now = written(clock())
        for bad in ({"at": to_come}, {"at": "yesterday"}, {"at": ""}, {"at": now[:-1]}, {"at": now, "as_of": 1}):
            answer = ada.http.get(f"{path}{reads[0]}", params=bad)
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), bad


def version_of(events: list[dict[str, Any]], at: datetime) -> int:
    return sum(1 for each in events if moment_of(each["at"]) <= at)


def test_reading_as_of_a_version(pair: Pair) -> None:
    made = pair.propose()
    pair.cid.accept(made["proposal_id"])
    assert pair.ada.get(as_of=0) == {
        "version": 0, "status": None, "fingerprint": None, "terms": [], "proposals": [], "objections": []
    }  # fmt: skip
    assert pair.ada.get(as_of=2)["terms"][0]["version"] == 0
    assert pair.ada.get(as_of=3)["terms"][0]["version"] == 1
    assert pair.ada.get(as_of=3) == pair.ada.get()
    assert pair.ada.get(f"/proposals/{made['proposal_id']}", as_of=2)["state"] == "open"
    for bad in ("4", "-1", "x", "1.0"):
        answer = pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}", params={"as_of": bad})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_events_are_paged_without_a_gap(pair: Pair) -> None:
    for _ in range(5):
        pair.propose()
    seen, after = [], 0
    while True:
        page = pair.ada.get("/events", after=after, limit=4)
        if not page["events"]:
            assert page["next"] == after
            break
        seen += [event["version"] for event in page["events"]]
        after = page["next"]
    assert seen == [1, 2, 3, 4, 5, 6]
    for bad in ({"limit": 0}, {"limit": 1001}, {"after": -1}, {"limit": "x"}):
        answer = pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}/events", params=bad)
        assert answer.status_code == 400


def test_consents_say_who_when_and_on_which_words(pair: Pair) -> None:
    made = pair.propose()
    pair.cid.accept(made["proposal_id"])
    proposed, accepted = pair.ada.get("/consents")["consents"]
    assert (proposed["act"], proposed["party_id"], proposed["version"]) == ("proposed", pair.ada.party_id, 0)
    assert (accepted["act"], accepted["party_id"], accepted["version"]) == ("accepted", pair.cid.party_id, 1)
    assert proposed["fingerprint"] == accepted["fingerprint"] == made["fingerprint"]
    assert accepted["mandate"] == "negotiator"
    assert accepted["event_version"] == 3


def test_a_signature_that_was_made_void_says_by_what(pair: Pair) -> None:
    term_id = pair.ada.do("open_term", heading="1 Exit")["term_id"]
    pair.ada.do("mark_term", term_id=term_id, mark="exit")
    items = [{"op": "revise", "term_id": term_id, "text": "Six months."}]
    pair.cid.accept(pair.ada.do("make_proposal", items=items)["proposal_id"])
    fingerprint = pair.ada.do("open_ratification")["fingerprint"]
    pair.ada.do("consent", fingerprint=fingerprint)
    before = pair.ada.get()["version"]
    pair.cid.do("refuse_consent", reason="Not yet.")
    voided = pair.ada.get()["version"]
    pair.ada.do("open_ratification")
    pair.ada.do("consent", fingerprint=fingerprint)
    for member in (pair.ada, pair.cid):
        signed = [each for each in member.get("/consents")["consents"] if each["act"] == "ratified"]
        assert [each["voided_by"] for each in signed] == [voided, None]
        (then,) = [each for each in member.get("/consents", as_of=before)["consents"] if each["act"] == "ratified"]
        assert then["voided_by"] is None, "as it stood before the refusal"


@pytest.mark.parametrize("path", ["timeline", "conflicts", "consents"])
def test_what_happened_is_read_in_parts(pair: Pair, path: str) -> None:
    """A package of three brings three consents at once, which stay together."""
    items = [{"op": "add", "heading": f"{n} Clause", "text": "x"} for n in range(3)]
    for _ in range(4):
        made = pair.ada.do("make_proposal", items=items)
        for _ in range(2):
            pair.cid.do("raise_objection", proposal_id=made["proposal_id"], severity="concern", ground="cost", text="x")
    whole = pair.ada.get(f"/{path}")
    assert len(whole[path]) == {"timeline": 13, "conflicts": 8, "consents": 12}[path]
    seen: list[Any] = []
    after = 0
    while (page := pair.ada.get(f"/{path}", after=after, limit=2))[path]:
        assert page["next"] > after
        assert len(page[path]) <= (3 if path == "consents" else 2)
        seen, after = seen + page[path], page["next"]
    assert page["next"] == after == whole["next"]
    assert seen == whole[path]
    assert pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}/{path}?limit=1001").status_code == 400


def test_everybody_may_read_the_partnership_and_its_log(pair: Pair) -> None:
    edda = pair.ada.admit("Edda", observer=True)
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}"
    shown = edda.http.get(path).json()
    assert [party["name"] for party in shown["parties"]] == ["Meridian", "Castellan"]
    assert [each["title"] for each in shown["agreements"]] == ["Claims line"]
    assert {
        "member_id": edda.member_id,
        "party_id": edda.party_id,
        "name": "Edda",
        "mandates": [],
        "observer": True,
    } in (shown["members"])
    log = edda.http.get(f"{path}/events").json()["events"]
    assert log[0]["type"] == "PartnershipFormed"
    assert "Edda" not in json.dumps(log), "names of people are outside the log"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"type":"open_term"}', b'{"a":1,"a":2}', b"\xff\xfe"])
def test_a_body_that_is_no_command_is_malformed(pair: Pair, body: bytes) -> None:
    answer = pair.ada.http.post(f"/api/v1/agreements/{pair.ada.agreement_id}/commands", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.json()["next"]


def test_sizes_are_limited_and_the_error_names_the_limit(pair: Pair) -> None:
    def add(heading: str, text: str) -> Any:
        return {"items": [{"op": "add", "heading": heading, "text": text}]}

    pair.ada.do("make_proposal", **add("h" * 1024, "ü" * 32 * 1024))
    for fields, limit in (
        (add("h" * 1025, ""), "1024"),
        (add("h", "ü" * 32 * 1024 + "x"), "65536"),
        (add("h", "x") | {"rationale": "x" * (16 * 1024 + 1)}, "16384"),
        (add("h", "x" * 1024 * 1024), "1048576"),
    ):
        answer = pair.ada.post("make_proposal", **fields)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert limit in answer.json()["detail"]


def test_naughty_strings_are_stored_byte_for_byte_or_refused_clearly(pair: Pair) -> None:
    expected: list[str] = []
    for text in NAUGHTY:
        answer = pair.ada.post(
            "make_proposal", items=[{"op": "add", "heading": text or "-", "text": text}], rationale=text
        )
        if "\x00" in text:
            assert answer.json()["code"] == "malformed"
        else:
            assert answer.status_code == 201, (text, answer.text)
            expected.append(text)
    terms = pair.cid.get()["terms"]
    assert [term["heading"] for term in terms] == [text or "-" for text in expected]
    rationales = [proposal["rationale"] for proposal in pair.cid.get()["proposals"]]
    assert rationales == expected


def test_a_lone_surrogate_is_malformed(pair: Pair) -> None:
    body = b'{"command_id":"c","type":"open_term","heading":"\\ud800"}'
    answer = pair.ada.http.post(f"/api/v1/agreements/{pair.ada.agreement_id}/commands", content=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_an_import_keeps_73_terms_and_exports_again(pair: Pair) -> None:
    markdown = (Path(__file__).parent.parent / "data" / "partnership-agreement.md").read_text("utf-8")
    pair.ada.agreement_id = pair.cid.agreement_id = pair.ada.open_agreement("Real", markdown=markdown)
    shown = pair.cid.get()
    assert len(shown["terms"]) == 73
    outline, *others = shown["proposals"]
    assert len(outline["items"]) == 13
    assert not [item for item in outline["items"] if item.get("text")]
    assert [len(each["items"]) for each in others] == [1] * 60
    assert shown["version"] == 62
    every = [{"proposal_id": each["proposal_id"], "fingerprint": each["fingerprint"]} for each in shown["proposals"]]
    pair.cid.do("accept_proposals", proposals=every)
    assert {term["status"] for term in pair.ada.get()["terms"]} == {"provisional"}


def test_rates_are_limited_for_each_member(database_url: str) -> None:
    node = Served(database_url, rate_commands=5)
    pair = pair_on(node)
    answers = [pair.ada.post("open_term", heading="x") for _ in range(30)]
    refused = [each for each in answers if each.status_code == 429]
    assert refused
    assert refused[0].json()["code"] == "too_many"
    assert "ONETEXT_RATE_COMMANDS" in refused[0].json()["detail"]
    assert refused[0].headers["Retry-After"] == "1"
    assert pair.cid.post("open_term", heading="x").status_code == 201
    node.stop()


def test_an_invitation_is_used_once_and_never_by_looking(pair: Pair) -> None:
    answer = pair.ada.http.post(
        f"/api/v1/partnerships/{pair.ada.partnership_id}/members",
        json={"party_id": pair.ada.party_id, "name": "Ben", "mandates": ["contributor"]},
    )
    assert "token" not in answer.json()
    link = answer.json()["link"]
    with httpx.Client() as scanner:
        for _ in range(3):
            assert scanner.get(link).status_code == 200
            assert scanner.head(link).status_code == 200
        assert not scanner.cookies
    with httpx.Client() as ben, httpx.Client() as thief:
        entered = ben.post(link)
        assert entered.status_code == 303
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        room = entered.headers["location"]
        page = ben.get(f"{pair.node.url}{room}")
        assert (page.status_code, page.headers["cache-control"]) == (200, "no-store"), "Back shows nothing later"
        assert ben.get(f"{pair.node.url}/static/icon.svg").headers["cache-control"] == "no-cache"
        assert thief.post(link).status_code == 409
        assert thief.get(f"{pair.node.url}{room}").status_code == 401


def test_what_another_sites_page_sends_is_refused(pair: Pair) -> None:
    link = pair.ada.http.post(
        f"/api/v1/partnerships/{pair.ada.partnership_id}/members",
        json={"party_id": pair.ada.party_id, "name": "Ben", "mandates": ["negotiator"]},
    ).json()["link"]
    for origin in ("https://elsewhere.example", "null", pair.node.url.replace("http", "https") + ".elsewhere.example"):
        assert httpx.post(link, headers={"Origin": origin}).status_code == 403
    with httpx.Client() as ben:
        entered = ben.post(link, headers={"Origin": pair.node.url})
        assert entered.status_code == 303, "what was refused did not use the link up"
        seat = entered.headers["location"].split("/")[1]
        path = f"{pair.node.url}/{seat}/api/v1/agreements/{pair.ada.agreement_id}/commands"
        command = {"command_id": "c", "type": "open_term", "heading": "1"}
        foreign = ben.post(path, headers={"Origin": "https://elsewhere.example"}, json=command)
        assert (foreign.status_code, foreign.json()["code"]) == (403, "not_authorised")
        form = ben.post(path, content=json.dumps(command), headers={"Content-Type": "text/plain"})
        assert (form.status_code, form.json()["code"]) == (400, "malformed")
        assert ben.post(path, json=command).status_code == 201


def test_metrics_count_outcomes_batches_and_connections(pair: Pair) -> None:
    made = pair.propose()
    pair.ada.refused("own_proposal", "accept_proposal", **{key: made[key] for key in ("proposal_id", "fingerprint")})
    with connect(
        pair.live_url.replace("http", "ws"), additional_headers={"Authorization": f"Bearer {pair.ada.token}"}
    ) as socket:
        socket.recv()
        answer = httpx.get(f"{pair.node.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    figures = {family.name: family for family in text_string_to_metric_families(answer.text)}
    counted = {
        sample.labels["outcome"]: sample.value
        for sample in figures["onetext_command_seconds"].samples
        if sample.name.endswith("_count")
    }
    assert counted == {"recorded": 1, "own_proposal": 1}
    assert figures["onetext_connections"].samples[0].value == 1
    assert figures["onetext_projection_lag_events"].samples[0].value == 0
    batches = {sample.name: sample.value for sample in figures["onetext_batch_commits"].samples}
    assert batches["onetext_batch_commits_sum"] >= batches["onetext_batch_commits_count"] >= 3
    assert figures["onetext_slow_disconnects"].samples[0].value == 0


def test_long_texts_are_read_in_parts_of_a_bounded_size(pair: Pair) -> None:
    """A few events are many megabytes: nobody holds a node up by asking for a thousand of them at once."""
    items = [{"op": "add", "heading": f"{n}", "text": "x" * 60_000} for n in range(10)]
    for _ in range(9):
        pair.ada.do("make_proposal", items=items)
    found, after = [], 0
    while (page := pair.ada.get("/events", after=after, limit=1000))["events"]:
        assert len(orjson.dumps(page)) < 5_200_000
        found += page["events"]
        after = page["next"]
    assert [each["version"] for each in found] == list(range(1, 11))
    answer = pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}")
    assert "content-length" not in answer.headers, "it comes in pieces"
    assert len(answer.json()["proposals"]) == 9
    with connect(
        f"{pair.live_url}?after=0", additional_headers={"Authorization": f"Bearer {pair.ada.token}"}, max_size=None
    ) as socket:
        assert [orjson.loads(socket.recv())["version"] for _ in range(11)][1:] == list(range(1, 11))


def test_an_id_that_another_agreement_has_is_not_taken_for_a_new_term(pair: Pair) -> None:
    """A mandate names terms by their ids: it would be for what the other party puts elsewhere under the same one."""
    made = pair.propose()
    term_id = pair.ada.get("/terms")["terms"][0]["term_id"]
    assert made
    elsewhere = pair.cid.open_agreement("Another")
    item = {"op": "add", "term_id": term_id, "heading": "1 Price", "text": "EUR 10,000,000"}
    here, pair.cid.agreement_id = pair.cid.agreement_id, elsewhere
    answer = pair.cid.post("make_proposal", items=[item])
    assert (answer.status_code, answer.json()["code"]) == (409, "invalid_value")
    assert "id that is not in use" in answer.json()["detail"]
    fresh = str(uuid.uuid4())
    assert pair.cid.post("make_proposal", items=[item | {"term_id": fresh}]).status_code == 201
    pair.cid.agreement_id = here
    assert pair.cid.post("make_proposal", items=[item | {"term_id": fresh}]).json()["code"] == "invalid_value"


def test_without_a_limit_the_first_hundred_events_are_given(pair: Pair) -> None:
    for number in range(101):
        pair.ada.do("open_term", heading=f"{number}")
    page = pair.ada.get("/events")
    assert [each["version"] for each in page["events"]] == list(range(1, 101))
    assert page["next"] == 100
