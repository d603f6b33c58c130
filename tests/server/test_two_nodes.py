"""Two nodes on one PostgreSQL: whatever one records, the other decides on and shows."""

from __future__ import annotations

import asyncio
import json
import threading
import uuid

import httpx
import pytest
from sqlalchemy import text
from websockets.asyncio.client import ClientConnection, connect

from tests.server.conftest import on, pair_on
from tests.server.served import Program, Served
from tests.server.test_signing_in import close_code


async def test_members_on_both_nodes_get_every_event_once_and_in_order(nodes: list[Served]) -> None:
    pair = pair_on(nodes[0])
    members = [on(nodes[0], pair.ada), on(nodes[1], pair.cid)]
    sockets = [
        await connect(
            f"{member.url.replace('http', 'ws')}/agreements/{member.agreement_id}/live?after=1",
            additional_headers={"Authorization": f"Bearer {member.token}"},
            max_queue=None,
        )
        for member in members
    ]

    def work(member: Program) -> None:
        for _ in range(60):
            member.do("open_term", heading="1 Hours")

    threads = [threading.Thread(target=work, args=(member,)) for member in members for _ in range(2)]
    for thread in threads:
        thread.start()
    for socket in sockets:
        versions = []
        while len(versions) < 240:
            frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
            if frame["type"] == "event":
                versions.append(frame["version"])
        assert versions == list(range(2, 242))
        await socket.close()
    for thread in threads:
        thread.join()
    assert members[0].get() == members[1].get()
    assert len(members[0].get()["terms"]) == 240


async def test_who_enters_while_the_other_node_writes_gets_every_event_once_and_in_order(nodes: list[Served]) -> None:
    """What is in the log may be read before the node's tail hands it on; each time nobody else is in the room."""
    pair = pair_on(nodes[0])
    cid, ended, after = on(nodes[1], pair.cid), threading.Event(), 0

    def work() -> None:
        while not ended.is_set():
            pair.ada.do("open_term", heading="1 Hours")

    def enter() -> connect:
        url = f"{cid.url.replace('http', 'ws')}/agreements/{cid.agreement_id}/live?after={after}"
        return connect(url, additional_headers={"Authorization": f"Bearer {cid.token}"}, max_queue=None)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(200):
            async with enter() as one, enter() as other:
                for socket in (one, other):
                    newest = json.loads(await asyncio.wait_for(socket.recv(), 30))["version"]
                    wanted, versions = list(range(after + 1, newest + 3)), []
                    while len(versions) < len(wanted):
                        frame = json.loads(await asyncio.wait_for(socket.recv(), 30))
                        if frame["type"] == "event":
                            versions.append(frame["version"])
                    assert versions == wanted
            after = newest
    finally:
        ended.set()
        thread.join()


def test_what_one_node_recorded_the_other_decides_on(nodes: list[Served]) -> None:
    pair = pair_on(nodes[0])
    ada, cid = on(nodes[0], pair.ada), on(nodes[1], pair.cid)
    for _ in range(10):
        made = ada.do("make_proposal", items=[{"op": "add", "heading": "1 Price", "text": "x"}])
        cid.do("accept_proposal", proposal_id=made["proposal_id"], fingerprint=made["fingerprint"])
        ada.refused("already_ended", "withdraw_proposal", proposal_id=made["proposal_id"])
    command_id = str(uuid.uuid4())
    first = ada.post("open_term", command_id, heading="2 Hours")
    again = on(nodes[1], pair.ada).post("open_term", command_id, heading="2 Hours")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content


def test_of_two_accepts_of_rivals_the_first_commit_wins(nodes: list[Served]) -> None:
    pair = pair_on(nodes[0])
    cids = [on(node, pair.cid) for node in nodes]
    for _ in range(15):
        term_id = pair.ada.do("open_term", heading="1 Price")["term_id"]
        rivals = [
            pair.ada.do("make_proposal", items=[{"op": "revise", "term_id": term_id, "text": text}])
            for text in ("one", "two")
        ]
        codes: list[int] = []

        def accept(cid: Program, rival: dict[str, str], codes: list[int] = codes) -> None:
            named = {"proposal_id": rival["proposal_id"], "fingerprint": rival["fingerprint"]}
            codes.append(cid.post("accept_proposal", **named).status_code)

        threads = [threading.Thread(target=accept, args=each) for each in zip(cids, rivals, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(codes) == [201, 409]
        assert pair.ada.term(term_id)["version"] == 1


async def test_members_on_both_nodes_see_each_other_until_one_leaves_or_its_node_does(nodes: list[Served]) -> None:
    pair = pair_on(nodes[0])

    def enter(node: Served, member: Program) -> connect:
        live = f"{node.url.replace('http', 'ws')}/agreements/{pair.ada.agreement_id}/live"
        return connect(live, additional_headers={"Authorization": f"Bearer {member.token}"})

    async with enter(nodes[0], pair.ada) as ada:
        async with enter(nodes[1], pair.cid) as cid:
            both = await seen_at_last(ada, 2)
            assert await seen_at_last(cid, 2) == both
            await cid.send('{"type":"presence","shown":false}')
            (alone,) = await seen_at_last(ada, 1)
            assert alone in both
            await cid.send('{"type":"presence","shown":true}')
            assert await seen_at_last(ada, 2) == both
        assert await seen_at_last(ada, 1) == [alone]
        async with enter(nodes[1], pair.cid):
            assert await seen_at_last(ada, 2) == both
            await asyncio.to_thread(nodes[1].stop)
            assert await seen_at_last(ada, 1) == [alone]


async def seen_at_last(socket: ClientConnection, count: int) -> list[str]:
    """The members of the next presence frame that shows so many."""
    while True:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 20))
        if frame["type"] == "presence" and len(frame["members"]) == count:
            return [each["member_id"] for each in frame["members"]]


@pytest.mark.parametrize("is_deaf", [False, True])
async def test_signing_out_on_one_node_closes_sockets_on_the_other(nodes: list[Served], is_deaf: bool) -> None:
    pair = pair_on(nodes[0])
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}/members"
    link = pair.ada.http.post(path, json={"party_id": pair.ada.party_id, "name": "Ben"}).json()["link"]
    async with httpx.AsyncClient() as desk:
        entered = await desk.post(link)
        seat = entered.headers["location"].split("/")[1]
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in desk.cookies.items())}
        live = f"{nodes[1].url.replace('http', 'ws')}/{seat}/agreements/{pair.ada.agreement_id}/live"
        async with connect(live, additional_headers=cookie) as there:
            await asyncio.wait_for(there.recv(), 20)
            if is_deaf:
                with nodes[1].database.beside.connect() as connection:
                    connection.execute(text(_DEAFEN))
            await desk.post(f"{nodes[0].url}/{seat}/sign-out", json={})
            assert await close_code(there) == 4401


_DEAFEN = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND query LIKE 'LISTEN onetext_nodes%'"
)
"""Ends the connections on which the nodes hear each other; they listen again after a second."""
