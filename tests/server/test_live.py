"""The WebSocket, as docs/protocol.md says it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import uuid
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from server.doors.openapi import asyncapi
from tests.server.conftest import Pair
from tests.server.served import Program

JSON = Subprotocol("onetext.json.v1")


def live(pair: Pair, member: Program | None, after: Any = None, **more: Any) -> connect:
    headers = {"Authorization": f"Bearer {member.token}"} if member else {}
    url = pair.live_url if after is None else f"{pair.live_url}?after={after}"
    return connect(url, additional_headers=headers | more, subprotocols=[JSON], compression=None)


async def frames(socket: ClientConnection, *types: str, until: int) -> list[dict[str, Any]]:
    """Frames of the types asked for, as many as asked for."""
    found: list[dict[str, Any]] = []
    while len(found) < until:
        frame = json.loads(await asyncio.wait_for(socket.recv(), 20))
        documented(frame)
        if frame["type"] in types:
            found.append(frame)
    return found


MESSAGES = {
    name: Draft202012Validator(message["payload"])
    for name, message in asyncapi()["channels"]["live"]["messages"].items()
}


def documented(frame: dict[str, Any]) -> None:
    """Whatever the socket sends must be what its AsyncAPI document says."""
    MESSAGES[frame["type"]].validate(frame)


async def closed(socket: ClientConnection) -> tuple[int | None, list[dict[str, Any]]]:
    """The close code, and the frames that came before."""
    found: list[dict[str, Any]] = []
    try:
        while True:
            found.append(json.loads(await asyncio.wait_for(socket.recv(), 30)))
    except ConnectionClosed:
        return socket.close_code, found


async def test_a_member_gets_every_event_once_in_order_and_then_its_outcome(pair: Pair) -> None:
    async with live(pair, pair.ada) as ada, live(pair, pair.cid) as cid:
        assert (await frames(ada, "hello", until=1))[0] == {"type": "hello", "version": 1}
        command_ids = [str(uuid.uuid4()) for _ in range(30)]
        for command_id in command_ids:
            command = {"type": "open_term", "command_id": command_id, "heading": "1 Hours"}
            await ada.send(json.dumps(command))
        seen = await frames(ada, "event", "recorded", until=60)
        assert [each["version"] for each in seen if each["type"] == "event"] == list(range(2, 32))
        recorded = {each["command_id"]: place for place, each in enumerate(seen) if each["type"] == "recorded"}
        assert set(recorded) == set(command_ids)
        for place, each in enumerate(seen):
            if each["type"] == "event":
                assert place < recorded[each["event"]["command_id"]], "recorded comes after the own events"
        theirs = await frames(cid, "event", until=30)
        assert [each["version"] for each in theirs] == list(range(2, 32))
        stored = pair.ada.http.get(f"/api/v1/agreements/{pair.ada.agreement_id}/events", params={"after": 1})
        assert [each["event"] for each in theirs] == stored.json()["events"]


async def test_whoever_is_connected_is_sent_what_is_recorded_from_then_on(pair: Pair) -> None:
    """Also before its hello has arrived."""
    for _ in range(15):
        async with live(pair, pair.cid) as cid:
            made = await asyncio.to_thread(pair.propose)
            event = (await frames(cid, "event", until=1))[0]["event"]
            assert event["data"]["proposal_id"] == made["proposal_id"]


async def test_the_bytes_sent_are_the_bytes_stored(pair: Pair) -> None:
    async with live(pair, pair.cid) as cid:
        pair.propose("words with ü, \u2028 and 𝄞")
        while '"type":"event"' not in (frame := str(await cid.recv())):
            pass
        stored = pair.node.database.log.events(uuid.UUID(pair.ada.agreement_id), after=1)
        assert frame == f'{{"event":{stored[0].state.decode()},"type":"event","version":2}}'


async def test_reconnecting_resumes_from_the_last_position(pair: Pair) -> None:
    for _ in range(5):
        pair.propose()
    async with live(pair, pair.cid, after=3) as cid:
        assert [each["version"] for each in await frames(cid, "event", until=3)] == [4, 5, 6]
        pair.propose()
        assert [each["version"] for each in await frames(cid, "event", until=1)] == [7]
    async with live(pair, pair.cid, after=0) as cid:
        assert [each["version"] for each in await frames(cid, "event", until=7)] == list(range(1, 8))


async def test_a_retry_gets_the_first_outcome_again(pair: Pair) -> None:
    command = json.dumps({"type": "open_term", "command_id": str(uuid.uuid4()), "heading": "1 Hours"})
    async with live(pair, pair.ada) as ada:
        await ada.send(command)
        first = await frames(ada, "recorded", until=1)
        await ada.send(command)
        assert await frames(ada, "recorded", until=1) == first
    assert pair.ada.get()["version"] == 2


async def test_a_refusal_and_a_frame_that_is_no_command(pair: Pair) -> None:
    async with live(pair, pair.ada) as ada:
        for sent, command_id, code in (
            ('{"type":"open_term","command_id":"c1"}', "c1", "malformed"),
            ('{"type":"consent","command_id":"c2","fingerprint":"x"}', "c2", "not_yet_permitted"),
            ("not json", None, "malformed"),
            ("[]", None, "malformed"),
            ('{"type":"presence","where":1}', None, "malformed"),
            ('{"command_id":"\\ud800","type":"open_term","heading":"x"}', None, "malformed"),
        ):
            await ada.send(sent)
            refused = (await frames(ada, "refused", until=1))[0]
            assert (refused["command_id"], refused["code"]) == (command_id, code)
            assert refused["detail"]
            assert refused["next"]


async def test_close_codes(pair: Pair) -> None:
    stranger = pair.node.form("Nordhaven", "Ferrum")[1][0]
    for member, after, code in (
        (None, None, 4401),
        (stranger, None, 4404),
        (pair.ada, "x", 4400),
        (pair.ada, "-1", 4400),
        (pair.ada, "99", 4400),
    ):
        async with live(pair, member, after) as socket:
            assert (await closed(socket))[0] == code
    async with live(pair, pair.ada) as socket:
        with contextlib.suppress(ConnectionClosed):  # the server may close before all of it has left
            await socket.send("x" * (1024 * 1024 + 1))
        assert (await closed(socket))[0] == 1009


async def test_a_foreign_origin_is_refused_before_the_upgrade(pair: Pair) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with live(pair, pair.ada, Origin="https://elsewhere.example"):
            pass
    assert refused.value.response.status_code == 403
    async with live(pair, pair.ada, Origin=pair.node.url) as socket:
        await frames(socket, "hello", until=1)


async def test_a_slow_reader_is_cut_off_and_recovers_while_others_go_on(pair: Pair) -> None:
    text = "x" * 60_000
    async with (
        connect(
            f"{pair.live_url}?after=1",
            additional_headers={"Authorization": f"Bearer {pair.cid.token}"},
            max_queue=1,
            compression=None,
        ) as slow,
        live(pair, pair.cid) as quick,
    ):
        proposing = asyncio.to_thread(lambda: [pair.propose(text) for _ in range(400)])
        _, seen = await asyncio.gather(proposing, frames(quick, "event", until=400))
        assert [each["version"] for each in seen] == list(range(2, 402))
        code, before = await closed(slow)
        assert code == 4408
        got = [each["version"] for each in before if each["type"] == "event"]
        assert got == list(range(2, len(got) + 2))
        assert len(got) < 400
        figures = (await asyncio.to_thread(httpx.get, f"{pair.node.url}/metrics")).text
        assert "onetext_slow_disconnects_total 1.0" in figures
    async with live(pair, pair.cid, after=got[-1]) as back:
        missed = await frames(back, "event", until=401 - got[-1])
        assert [each["version"] for each in missed] == list(range(got[-1] + 1, 402))


async def test_presence_is_in_memory_and_can_be_switched_off(pair: Pair) -> None:
    async with live(pair, pair.ada) as ada:
        first = (await frames(ada, "presence", until=1))[0]["members"]
        assert len(first) == 1
        async with live(pair, pair.cid) as cid:
            assert len((await frames(ada, "presence", until=1))[0]["members"]) == 2
            await frames(cid, "presence", until=1)
            await cid.send('{"type":"presence","at":null,"shown":false}')
            assert len((await frames(ada, "presence", until=1))[0]["members"]) == 1
            await ada.send('{"type":"presence","at":"0190a3c2-7d1e-7000-8000-000000000000"}')
            at = (await frames(ada, "presence", until=1))[0]["members"][0]["at"]
            assert at == "0190a3c2-7d1e-7000-8000-000000000000"
            pair.propose()
            rest = await frames(cid, "presence", "event", until=1)
            assert rest[0]["type"] == "event", "whoever is not shown is not shown others"
    assert pair.ada.get()["version"] == 2


async def test_a_revoked_mandate_reaches_an_open_socket_before_the_next_command(pair: Pair) -> None:
    mei = pair.cid.admit("Mei", "negotiator")
    async with live(pair, mei) as socket:
        await socket.send(json.dumps({"type": "open_term", "command_id": "a", "heading": "1"}))
        await frames(socket, "recorded", until=1)
        pair.cid.do("revoke_mandate", member_id=mei.member_id, mandate="negotiator")
        await socket.send(json.dumps({"type": "open_term", "command_id": "b", "heading": "2"}))
        refused = (await frames(socket, "refused", "recorded", until=1))[0]
        assert refused.get("code") == "not_authorised"


async def test_a_restart_closes_with_1012_and_loses_nothing(pair: Pair) -> None:
    async with live(pair, pair.ada) as ada:
        await frames(ada, "hello", until=1)
        stopping = asyncio.create_task(asyncio.to_thread(pair.node.stop))
        assert (await closed(ada))[0] == 1012
        await stopping
