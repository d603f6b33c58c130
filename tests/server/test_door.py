"""At the door: ids, headers and addresses that are not as they should be, and who may see what is asked."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import httpx

from tests.server.conftest import Pair


def test_an_id_has_one_spelling(pair: Pair) -> None:
    """Otherwise one agreement would be held, numbered and shown under several names."""
    agreement_id = pair.ada.agreement_id
    command = {"command_id": "c", "type": "open_term", "heading": "1"}
    for other in (agreement_id.upper(), agreement_id.replace("-", ""), f"urn:uuid:{agreement_id}"):
        path = f"/api/v1/agreements/{other}"
        assert pair.ada.http.get(path).status_code == 404
        assert pair.ada.http.get(f"{path}/events").status_code == 404
        assert pair.ada.http.post(f"{path}/commands", json=command).status_code == 404
    path = f"/api/v1/agreements/{pair.ada.partnership_id}/commands"
    on_the_whole = {"command_id": "d", "type": "abandon_agreement", "reason": "x"}
    for each in (command, on_the_whole):
        assert pair.ada.http.post(path, json=each).json()["code"] == "not_found", "a partnership is no agreement"
    for proposal_id in ("%00", "x", str(uuid.uuid4()).upper()):
        assert pair.ada.http.get(f"/api/v1/agreements/{agreement_id}/proposals/{proposal_id}").status_code == 404


def test_headers_that_are_of_no_use_are_no_fault(pair: Pair) -> None:
    path = f"{pair.node.url}/api/v1/agreements/{pair.ada.agreement_id}"
    assert httpx.get(path, headers=[(b"cookie", b"onetext-x=a.\xe9")]).status_code == 401
    assert httpx.post(f"{path}/commands", headers={"Origin": "http://[::1"}).status_code == 403
    assert httpx.get(path, headers={"Authorization": "Bearer"}).status_code == 401


def test_an_address_that_nothing_answers_to_says_so(pair: Pair) -> None:
    for method, path, status, code in (
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("DELETE", f"/api/v1/agreements/{pair.ada.agreement_id}", 405, "malformed"),
    ):
        answer = httpx.request(method, pair.node.url + path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"
    assert httpx.get(f"{pair.node.url}/nothing").status_code == 404


def test_a_read_right_after_a_deadline_shows_what_the_clock_recorded(pair: Pair) -> None:
    for _ in range(15):
        until = datetime.now(UTC) + timedelta(milliseconds=60)
        items = [{"op": "add", "heading": "1 Price", "text": "x"}]
        made = pair.ada.do("make_proposal", items=items, valid_until=until.isoformat())
        while datetime.now(UTC) < until:
            pass
        shown = pair.cid.get()
        assert made["proposal_id"] not in [each["proposal_id"] for each in shown["proposals"]]


def test_observers_are_told_first_what_is_malformed_then_that_they_only_read(pair: Pair) -> None:
    edda = pair.ada.admit("Edda", observer=True)
    edda.agreement_id = pair.ada.agreement_id
    made = pair.propose()
    pair.ada.post("open_term", "used", heading="1")
    item = {"op": "revise", "term_id": str(uuid.uuid4())}
    named = {"proposal_id": made["proposal_id"], "fingerprint": made["fingerprint"]}
    for command, fields, code in (
        ("make_proposal", {"items": [item], "counters": "x", "replaces": "y"}, "malformed"),
        ("accept_proposals", {"proposals": [named, named]}, "malformed"),
        ("grant_mandate", {"member_id": "x", "mandate": "sponsor", "term_ids": ["x"]}, "malformed"),
        ("open_term", {"heading": "2", "command_id": "used"}, "malformed"),
        ("open_term", {"heading": "x" * 1025}, "too_large"),
        ("accept_proposal", {"proposal_id": "x", "fingerprint": "x"}, "observer_read_only"),
    ):
        assert edda.post(command, **fields).json()["code"] == code, command  # type: ignore[arg-type]
    stranger = pair.node.form("Nordhaven", "Ferrum")[0]
    for path, body in (("members", {"party_id": edda.party_id, "name": "x"}), ("agreements", {"title": "x"})):
        answer = edda.http.post(f"/api/v1/partnerships/{stranger}/{path}", json=body)
        assert answer.json()["code"] == "observer_read_only"


def test_a_mandate_names_terms_that_stand_somewhere(pair: Pair) -> None:
    term_id = pair.ada.do("open_term", heading="1")["term_id"]
    mei = pair.ada.admit("Mei", {"mandate": "negotiator", "term_ids": [term_id]})
    for command in ("grant_mandate", "revoke_mandate"):
        answer = pair.ada.post(command, member_id=mei.member_id, mandate="negotiator", term_ids=[str(uuid.uuid4())])
        assert (answer.status_code, answer.json()["code"]) == (409, "unknown_reference")
    body = {"party_id": pair.ada.party_id, "name": "x", "mandates": [{"mandate": "negotiator", "term_ids": ["x"]}]}
    answer = pair.ada.http.post(f"/api/v1/partnerships/{pair.ada.partnership_id}/members", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_reference")
    pair.ada.do("drop_term", term_id=term_id)
    pair.ada.do("revoke_mandate", member_id=mei.member_id, mandate="negotiator", term_ids=[term_id])


def test_an_import_is_held_to_the_sizes_of_terms(pair: Pair) -> None:
    """A clause in the clothes of a heading becomes a clause, one that no term can hold is refused."""
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}/agreements"
    answer = pair.ada.http.post(path, json={"title": "x", "markdown": f"## 1 {'x' * 1100}\n\ntext"}).json()
    assert [each["what"] for each in answer["notices"]] == ["not_understood"]
    pair.ada.agreement_id = answer["agreement_id"]
    (offer,) = pair.ada.get()["proposals"]
    assert (offer["items"][0]["heading"], offer["items"][0]["text"]) == ("1", f"{'x' * 1100}\n\ntext")
    refused = pair.ada.http.post(path, json={"title": "x", "markdown": f"## 1 Price\n\n{'x' * 70_000}"}).json()
    assert refused["code"] == "too_large"
    assert refused["detail"].startswith("“1 Price”")
    assert "line 1" in refused["detail"]
