"""Retries and order, on one node and on two: nothing is recorded twice, overtaken for ever, or put out of order."""

from __future__ import annotations

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from domain.agreement import Agreement
from server.doors.partnerships import form, open_agreement
from server.faults import Fault
from server.log.database import migrate, open_database
from server.node import Node
from server.settings import Settings
from tests.databases import fresh_url
from tests.server.conftest import Pair, on, pair_on
from tests.server.failing import Fails
from tests.server.served import Program, Served


def test_the_same_command_sent_many_times_at_once_is_recorded_once(pair: Pair) -> None:
    def work(_: int) -> list[tuple[int, bytes]]:
        found = []
        for _ in range(4):
            command_id = str(uuid.uuid4())
            with ThreadPoolExecutor(3) as pool:
                answers = list(pool.map(lambda _, c=command_id: ada.post("open_term", c, heading="1"), range(3)))  # type: ignore[misc]
            assert sorted(each.status_code for each in answers) == [200, 200, 201]
            assert len({each.content for each in answers}) == 1
            found.append((answers[0].status_code, answers[0].content))
        return found

    ada = pair.ada
    with ThreadPoolExecutor(14) as pool:
        list(pool.map(work, range(14)))
    assert ada.get()["version"] == 1 + 14 * 4


async def recorded(socket: ClientConnection, count: int) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    while len(found) < count:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 60))
        if frame["type"] in ("recorded", "refused"):
            found[frame["command_id"]] = frame
    return found


def socket_of(member: Program) -> connect:
    url = f"{member.url.replace('http', 'ws')}/agreements/{member.agreement_id}/live"
    return connect(url, additional_headers={"Authorization": f"Bearer {member.token}"}, max_queue=None)


async def send_in_order(member: Program, count: int) -> list[dict[str, Any]]:
    """Terms and at once a revise of each, on one socket; their outcomes in the order sent."""
    async with socket_of(member) as socket:
        sent = []
        for number in range(count):
            term_id = str(uuid.uuid4())
            for items in (
                [{"op": "add", "term_id": term_id, "heading": f"{number}"}],
                [{"op": "revise", "term_id": term_id, "text": "x", "base_version": 0}],
            ):
                command_id = str(uuid.uuid4())
                sent.append(command_id)
                await socket.send(json.dumps({"type": "make_proposal", "command_id": command_id, "items": items}))
        outcomes = await recorded(socket, len(sent))
    return [outcomes[command_id] for command_id in sent]


async def test_retries_of_one_member_do_not_disorder_anothers_socket(pair: Pair) -> None:
    old = str(uuid.uuid4())
    pair.ada.post("open_term", old, heading="1")
    stop = asyncio.Event()

    async def retry() -> int:
        times = 0
        while not stop.is_set():
            answer = await asyncio.to_thread(pair.ada.post, "open_term", old, heading="1")
            assert answer.status_code == 200
            times += 1
        return times

    retrying = [asyncio.create_task(retry()) for _ in range(3)]
    outcomes = await send_in_order(pair.cid, 60)
    stop.set()
    assert sum(await asyncio.gather(*retrying)) > 3
    assert [each["type"] for each in outcomes] == ["recorded"] * 120
    versions = [each["version"] for each in outcomes]
    assert versions == sorted(versions)


async def test_what_another_node_overtakes_is_decided_again_in_the_order_sent(nodes: list[Served]) -> None:
    pair = pair_on(nodes[0])
    both = await asyncio.gather(send_in_order(on(nodes[0], pair.ada), 40), send_in_order(on(nodes[1], pair.cid), 40))
    for outcomes in both:
        assert [each["type"] for each in outcomes] == ["recorded"] * 80
        versions = [each["version"] for each in outcomes]
        assert versions == sorted(versions)
    assert pair.ada.get()["version"] == 161


def test_many_members_on_two_nodes_are_all_answered(nodes: list[Served]) -> None:
    pair = pair_on(nodes[0])

    def work(member: Program) -> list[int]:
        return [on_node.post("open_term", heading="1").status_code for on_node in [member] * 6]

    members = [on(nodes[number % 2], (pair.ada, pair.cid)[number % 2]) for number in range(48)]
    with ThreadPoolExecutor(48) as pool:
        answers = [code for codes in pool.map(work, members) for code in codes]
    assert answers == [201] * 48 * 6
    assert pair.ada.get()["version"] == 1 + 48 * 6


async def test_whoever_stands_in_line_is_told_when_the_store_fails(tmp_path: Path) -> None:
    """Nobody waits for ever for a stream that cannot be loaded, and once it can be, the line goes on."""
    database = open_database(fresh_url("sqlite", tmp_path))
    migrate(database)
    node = Node(database, Settings())
    await node.start()
    formed = await form(node, "alliance", "", ["A", "B"])
    seat = next(iter(formed.seats.values()))
    agreement_id, _ = await open_agreement(node, seat, "Claims line")
    await node.stop()

    node = Node(database, Settings())
    await node.start()
    load, failing = node.workspace.aggregates.load, [True]

    def fails_at_first(stream: str) -> Any:
        if stream == agreement_id and failing:
            raise OSError("the disk is away")
        return load(stream)

    node.workspace.aggregates.load = fails_at_first  # type: ignore[method-assign]
    raw = {"command_id": "c", "type": "open_term", "heading": "1"}
    asked = [node.workspace.on(Agreement.KIND, seat, agreement_id, raw | {"command_id": str(n)}) for n in range(5)]
    outcomes = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 20)
    assert all(isinstance(outcome, Fault) for outcome in outcomes)
    failing.clear()
    recorded_now = await asyncio.wait_for(node.workspace.on(Agreement.KIND, seat, agreement_id, raw), 20)
    assert recorded_now.version == 2
    await node.stop()
    database.close()


def test_a_retry_that_cannot_be_looked_up_is_answered_and_holds_up_nobody(database_url: str) -> None:
    first = Served(database_url)
    pair = pair_on(first)
    recorded = pair.ada.post("open_term", "c1", heading="1 Price")
    first.stop()
    fails = Fails()
    node = Served(database_url, around=fails)
    ada = on(node, pair.ada)
    ada.http.timeout = 20
    fails.armed = "outcome"
    answer = ada.post("open_term", "c1", heading="1 Price")
    assert (answer.status_code, answer.json()["code"]) == (500, "fault")
    assert ada.post("open_term", "c2", heading="2 Price").status_code == 201
    again = ada.post("open_term", "c1", heading="1 Price")
    assert (again.status_code, again.content) == (200, recorded.content)
    node.stop()


async def test_what_lists_much_is_not_overtaken_on_its_socket(pair: Pair) -> None:
    """A thread reads it; what was sent behind it is decided behind it."""
    async with socket_of(pair.ada) as socket:
        for number in range(10):
            items = [{"op": "add", "heading": f"{number}.{each}", "text": "x"} for each in range(80)]
            package = {"command_id": f"much-{number}", "type": "make_proposal", "items": items}
            after = {"command_id": f"little-{number}", "type": "open_term", "heading": f"{number}"}
            await socket.send(json.dumps(package))
            await socket.send(json.dumps(after))
            outcomes = await recorded(socket, 2)
            assert outcomes[package["command_id"]]["version"] < outcomes[after["command_id"]]["version"]
