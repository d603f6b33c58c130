"""Needs, the shared future and what is sealed, through the API and the socket, on both databases."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from websockets.asyncio.client import connect

from server.doors.openapi import asyncapi
from tests.relationships import answers, statements
from tests.server.conftest import Pair, on, pair_on
from tests.server.served import Program, Refused, Served

MESSAGES = {
    name: Draft202012Validator(message["payload"])
    for name, message in asyncapi()["channels"]["live_partnership"]["messages"].items()
}
LATER = "2027-03-01"


class Partner:
    """A member who speaks of the partnership itself."""

    def __init__(self, member: Program) -> None:
        self.member, self.http = member, member.http
        self.path = f"/api/v1/partnerships/{member.partnership_id}"

    def post(self, command: str, command_id: str | None = None, **fields: Any) -> httpx.Response:
        body = {"command_id": command_id or str(uuid.uuid4()), "type": command, **fields}
        return self.http.post(f"{self.path}/commands", json=body)

    def do(self, command: str, **fields: Any) -> dict[str, Any]:
        answer = self.post(command, **fields)
        if answer.status_code != 201:
            raise Refused(f"{command}: {answer.status_code} {answer.text}")
        return dict(answer.json()["events"][0]["data"])

    def refused(self, code: str, command: str, **fields: Any) -> dict[str, Any]:
        before = len(self.events())
        answer = self.post(command, **fields)
        body: dict[str, Any] = answer.json()
        assert body.get("code") == code, body
        assert len(self.events()) == before
        return body

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.http.get(f"{self.path}{path}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def events(self) -> list[dict[str, Any]]:
        return list(self.get("/events", limit=1000)["events"])

    def need(self, need_id: str, **query: Any) -> dict[str, Any]:
        return next(each for each in self.get("/needs", **query)["needs"] if each["need_id"] == need_id)


@pytest.fixture
def ada(pair: Pair) -> Partner:
    return Partner(pair.ada)


@pytest.fixture
def cid(pair: Pair) -> Partner:
    return Partner(pair.cid)


def understood(owner: Partner, other: Partner, text: str = "steady") -> str:
    need_id = str(owner.do("disclose_need", text=text)["need_id"])
    other.do("restate_need", need_id=need_id, text="so you want it steady")
    owner.do("confirm_restatement", need_id=need_id, version=owner.need(need_id)["restatement"]["version"])
    return need_id


def test_a_need_from_its_disclosure_to_a_clause_that_serves_it(pair: Pair, ada: Partner, cid: Partner) -> None:
    need_id = str(cid.do("disclose_need", text="steady", why="hiring takes long")["need_id"])
    assert ada.need(need_id) == {
        "need_id": need_id,
        "party_id": pair.cid.party_id,
        "text": "steady",
        "why": "hiring takes long",
        "understanding": "disclosed",
        "outcome": None,
        "state": "disclosed",
        "note": None,
        "restatement": None,
        "correction": None,
        "serves": [],
        "version": len(ada.events()),
    }
    ada.do("restate_need", need_id=need_id, text="more volume")
    first = cid.need(need_id)["restatement"]["version"]
    ada.do("restate_need", need_id=need_id, text="the same each week")
    stale = cid.refused("stale_view", "confirm_restatement", need_id=need_id, version=first)
    assert stale["changed"] == {"version": len(ada.events()), "need": ada.need(need_id)}
    cid.do("confirm_restatement", need_id=need_id, version=len(ada.events()))
    assert ada.need(need_id)["state"] == "understood"

    made = pair.propose("one", by=pair.ada)
    term_id = pair.ada.proposal(made["proposal_id"])["items"][0]["term_id"]
    pair.ada.refused("stale_view", "link_need", term_id=term_id, need_id=need_id, base_version=1)
    linked = pair.ada.do("link_need", term_id=term_id, need_id=need_id, base_version=0)
    assert linked == {"term_id": term_id, "need_id": need_id, "on": True}
    assert pair.ada.term(term_id)["need_ids"] == [need_id]
    serves = [{"agreement_id": pair.ada.agreement_id, "term_id": term_id}]
    assert (ada.need(need_id)["serves"], ada.need(need_id)["state"]) == (serves, "understood"), "no agreed words yet"
    before_acceptance = len(ada.events())
    pair.cid.accept(made["proposal_id"])
    assert ada.need(need_id)["state"] == "addressed"
    cid.do("declare_need_met", need_id=need_id, note="since March")
    assert ada.need(need_id)["state"] == "met"
    assert ada.need(need_id, as_of=before_acceptance)["state"] == "addressed", "as it stood until the next event"
    assert ada.need(need_id, as_of=first)["serves"] == []
    pair.ada.refused("not_owner", "link_need", term_id=term_id, need_id=need_id, on=False)
    pair.cid.do("link_need", term_id=term_id, need_id=need_id, on=False)
    pair.ada.refused("not_owner", "link_need", term_id=term_id, need_id=need_id)
    assert pair.cid.post("link_need", term_id=term_id, need_id=need_id, on=False).json()["events"] == []
    assert ada.need(need_id)["serves"] == []


def test_what_names_a_need_or_a_principle_names_one_that_stands(pair: Pair, ada: Partner, cid: Partner) -> None:
    need_id, gone = understood(cid, ada), str(ada.do("disclose_need", text="x")["need_id"])
    ada.do("withdraw_need", need_id=gone)
    items = [{"op": "add", "heading": "1 Price", "text": "one"}]
    for named in ([gone], [need_id, gone], [str(uuid.uuid4())]):
        pair.ada.refused("unknown_reference", "make_proposal", items=items, need_ids=named)
    made = pair.ada.do("make_proposal", items=items, need_ids=[need_id])
    assert made["need_ids"] == [need_id]
    term_id = made["items"][0]["term_id"]
    objected = {"proposal_id": made["proposal_id"], "severity": "concern", "text": "no"}
    pair.cid.refused("unknown_reference", "raise_objection", **objected, ground="need", need_id=gone)
    pair.cid.do("raise_objection", **objected, ground="need", need_id=need_id)
    pair.cid.do("raise_objection", **objected, ground="need")
    pair.cid.refused("unknown_reference", "raise_objection", **objected, ground="principle")
    proposed = ada.do("propose_intention", kind="principle", text="in the open")
    principle = {"ground": "principle", "principle_id": proposed["intention_id"]}
    pair.cid.refused("unknown_reference", "raise_objection", **objected, **principle)
    cid.do("adopt_intention", intention_id=proposed["intention_id"], fingerprint=proposed["fingerprint"])
    raised = pair.cid.do("raise_objection", **objected, **principle)
    assert raised["principle_id"] == proposed["intention_id"]
    cid.do("withdraw_need", need_id=need_id)
    pair.cid.accept(made["proposal_id"])
    assert pair.ada.term(term_id)["need_ids"] == [need_id], "what names a need that is withdrawn later stays"
    document = pair.ada.get("/document.json")
    assert [each["text"] for each in document["needs"]] == ["steady"]
    assert [each["text"] for each in document["principles"]] == ["in the open"]
    markdown = pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}/document.md").text
    assert "It cites the principle of both:" in markdown
    assert "What Castellan needs" in markdown


def test_a_shared_future_is_adopted_by_both(pair: Pair, ada: Partner, cid: Partner) -> None:
    made = ada.do("propose_intention", kind="vision", text="50,000 listeners")
    reworded = cid.do("reword_intention", intention_id=made["intention_id"], text="50,000 who stay")
    stale = ada.refused(
        "stale_view", "adopt_intention", intention_id=made["intention_id"], fingerprint=made["fingerprint"]
    )
    (shown,) = ada.get("/intentions")["intentions"]
    assert stale["changed"] == {
        "version": len(ada.events()), "fingerprint": reworded["fingerprint"], "intention": shown,
    }  # fmt: skip
    ada.do("adopt_intention", intention_id=made["intention_id"], fingerprint=reworded["fingerprint"])
    (shown,) = cid.get("/intentions")["intentions"]
    assert shown == {
        "intention_id": made["intention_id"],
        "kind": "vision",
        "text": "50,000 who stay",
        "replaces": None,
        "fingerprint": reworded["fingerprint"],
        "state": "adopted",
        "party_id": pair.cid.party_id,
        "reason": None,
        "retirement": None,
        "version": made_at(ada, "IntentionProposed"),
    }


def made_at(partner: Partner, type_: str) -> int:
    return next(int(each["version"]) for each in partner.events() if each["type"] == type_)


def test_a_seal_is_answered_once_and_keeps_no_hash_of_what_it_says(ada: Partner, cid: Partner) -> None:
    exchange = ada.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    first = ada.post("seal", "one", exchange_id=exchange, content=statements("goodwill"))
    again = ada.post("seal", "one", exchange_id=exchange, content=statements("competence", words="other"))
    assert (first.status_code, again.status_code, again.content) == (201, 200, first.content)
    own = ada.get(f"/exchanges/{exchange}/own")
    assert own == {"exchange_id": exchange, "content": statements("goodwill")}
    for other in (cid, Partner(ada.member.admit("Edda", observer=True)), Partner(ada.member.admit("Nobody"))):
        assert other.http.get(f"{other.path}/exchanges/{exchange}/own").status_code == 404
    ben = Partner(ada.member.admit("Ben", "contributor"))
    assert ben.get(f"/exchanges/{exchange}/own") == own
    answered = cid.post("seal", exchange_id=exchange, content=statements("contractual", words="ours")).json()
    assert [each["type"] for each in answered["events"]] == ["ExchangeSealed", "ExchangeRevealed"]
    assert ada.http.get(f"{ada.path}/exchanges/{exchange}/own").status_code == 404
    said = ada.get("/trust")["trust"]
    assert {(each["party_id"], each["category"]) for each in said} == {
        (ada.member.party_id, "goodwill"), (cid.member.party_id, "contractual"),
    }  # fmt: skip
    ada.do("answer_trust_statement", party_id=cid.member.party_id, category="contractual", text="heard")
    (theirs,) = [each for each in ada.get("/trust")["trust"] if each["party_id"] == cid.member.party_id]
    assert theirs["answers"] == [{"party_id": ada.member.party_id, "text": "heard"}]


def test_an_exchange_whose_time_has_passed_is_ended_unasked(pair: Pair, ada: Partner, cid: Partner) -> None:
    exchange = ada.do("open_exchange", kind="skills", until=LATER)["exchange_id"]
    ada.do("seal", exchange_id=exchange, content=answers("trust", words="SENTINEL"))
    pair.node.clock.forward(days=200)
    (shown,) = cid.get("/exchanges")["exchanges"]
    assert (shown["state"], shown["cause"], shown["contents"]) == ("cancelled", "expired", None)
    cid.refused("expired", "seal", exchange_id=exchange, content=answers("trust"))
    assert ada.http.get(f"{ada.path}/exchanges/{exchange}/own").status_code == 404


async def test_the_partnership_is_followed_live(pair: Pair, ada: Partner, cid: Partner) -> None:
    """Events to programs, each once and in order; commands over the same socket; presence."""
    url = f"{pair.node.url.replace('http', 'ws')}/partnerships/{pair.ada.partnership_id}/live"
    headers = [{"Authorization": f"Bearer {each.token}"} for each in (pair.ada, pair.cid)]
    start = len(await asyncio.to_thread(ada.events))
    mine = await connect(f"{url}?after=0", additional_headers=headers[0])
    theirs = await connect(url, additional_headers=headers[1])
    command = {"command_id": "c", "type": "disclose_need", "text": "steady"}
    await theirs.send(json.dumps(command))
    seen: list[Any] = []
    present: set[str] = set()
    while len(seen) < start + 1 or len(present) < 2:
        frame = await received(mine, "event", "presence")
        if frame["type"] == "event":
            seen.append(frame)
        else:
            present = {each["member_id"] for each in frame["members"]}
    assert [each["version"] for each in seen] == list(range(1, start + 2))
    assert seen[-1]["event"]["type"] == "NeedDisclosed"
    assert await received(theirs, "recorded") == {"type": "recorded", "command_id": "c", "version": start + 1}
    await mine.send(json.dumps(command | {"type": "restate_need"}))
    assert (await received(mine, "refused"))["code"] == "malformed"
    await mine.close()
    await theirs.close()
    for path in ("/partnerships/nowhere/live", f"/partnerships/{pair.ada.agreement_id}/live"):
        async with connect(f"{url.split('/partnerships')[0]}{path}", additional_headers=headers[0]) as socket:
            await socket.wait_closed()
            assert socket.close_code == 4404


async def received(socket: Any, *types: str) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 20))
        MESSAGES[frame["type"]].validate(frame)
        if frame["type"] in types:
            return frame


def test_who_holds_no_negotiators_mandate_changes_nothing(ada: Partner, cid: Partner) -> None:
    need_id = str(cid.do("disclose_need", text="x")["need_id"])
    edda = Partner(ada.member.admit("Edda", observer=True))
    edda.refused("observer_read_only", "restate_need", need_id=need_id, text="x")
    ben = Partner(ada.member.admit("Ben", "contributor", "signatory", "sponsor"))
    ben.refused("not_authorised", "restate_need", need_id=need_id, text="x")
    some = Partner(ada.member.admit("Ines"))
    ada.do("grant_mandate", member_id=some.member.member_id, mandate="negotiator")
    some.do("restate_need", need_id=need_id, text="x")


def test_both_databases_and_both_nodes_agree(nodes: list[Served]) -> None:
    pair = pair_on(nodes[0])
    here, there = Partner(pair.ada), Partner(on(nodes[1], pair.cid))
    need_id = understood(here, there)
    assert here.get("/needs") == there.get("/needs")
    there.refused("needs_both", "restate_need", need_id=there.do("disclose_need", text="x")["need_id"], text="x")
    exchange = here.do("open_exchange", kind="trust", until=LATER)["exchange_id"]
    here.do("seal", exchange_id=exchange, content=statements("goodwill"))
    there.do("seal", exchange_id=exchange, content=statements("competence"))
    assert here.get("/trust") == there.get("/trust")
    assert len(here.get("/trust")["trust"]) == 2
    assert here.need(need_id)["state"] == "understood"
