"""What a room hands over: one audience's failure leaves the others current, and members' changes reach their pages."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import httpx
import pytest
from eventsourcing.persistence import Notification
from starlette.types import Message, Send
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from domain.ids import MemberId, PartnershipId, PartyId
from domain.times import written
from server.live import recent
from server.live.connection import Connection
from server.live.frames import event_frame, text_frame
from server.live.rooms import Room
from server.live.screens import RoomScreen
from server.seat import Seat
from tests.server.conftest import pair_on
from tests.server.served import Served
from web.audience import Audience
from web.view import RoomView


@pytest.mark.parametrize("is_large", [False, True])
async def test_a_page_that_cannot_be_rendered_is_cut_off_and_the_others_go_on(is_large: bool) -> None:
    sent: dict[str, list[Any]] = {"a": [], "b": []}
    room = Room("x", "agreement")

    def enter(party: str) -> Connection:
        async def send(message: Any) -> None:
            sent[party].append(message)

        connection = Connection(send, Seat(MemberId(party), PartnershipId("p")), 9, lambda: None)
        connection.live = True
        room.enter(connection, Audience(PartnershipId("p"), PartyId(party), ()))
        return connection

    def render(audience: Audience) -> Sequence[str]:
        if audience.party_id == "a":
            raise ValueError("a template fails")
        return ["new"]

    broken, sound = enter("a"), enter("b")
    room.show(1, render, is_large=is_large)
    if room._task:
        await room._task
    assert broken.closed
    assert [message.get("code") for message in sent["a"]] == [1011]
    assert [message.get("frames") for message in sent["b"]] == [text_frame("new")]
    assert sound.position == 1


async def test_nobody_waits_for_the_whole_of_anothers_page() -> None:
    order: list[str] = []
    room = Room("x", "agreement")
    for party in ("a", "b"):

        async def send(message: Any, party: str = party) -> None:
            order.append(party + message["frames"][-1:].decode())

        connection = Connection(send, Seat(MemberId(party), PartnershipId("p")), 9, lambda: None)
        connection.live = True
        room.enter(connection, Audience(PartnershipId("p"), PartyId(party), ()))
    room.show(1, lambda audience: "123" if audience.party_id == "a" else "12", is_large=False)
    assert order == ["a1", "b1", "a2", "b2", "a3"]


HTML = Subprotocol("onetext.html.v1")
STREAM = uuid4()


async def test_who_is_admitted_and_what_one_may_reach_open_pages_at_once(served: Served) -> None:
    pair = pair_on(served)
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}"
    sol = pair.ada.admit("Sol", "signatory")
    made = sol.http.post(
        f"{path}/members", json={"party_id": sol.party_id, "name": "Ben", "mandates": ["contributor"]}
    ).json()
    async with httpx.AsyncClient() as desk:
        entered = await desk.post(made["link"])
        seat = f"{served.url}/{entered.headers['location'].split('/')[1]}"
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in desk.cookies.items())}
        live = f"{seat.replace('http', 'ws')}/agreements/{pair.ada.agreement_id}/live"
        loaded = (await desk.get(f"{seat}/agreements/{pair.ada.agreement_id}")).text
        (mark,) = re.findall('data-reads="([^"]+)"', loaded)
        async with connect(live, additional_headers=cookie, subprotocols=[HTML]) as page:
            await until(page, '"type":"presence"')
            late = sol.http.post(f"{path}/members", json={"party_id": sol.party_id, "name": "Lately"}).json()
            assert late["member_id"] in await until(page, 'id="people"')
            grant = {"type": "grant_mandate", "member_id": made["member_id"], "mandate": "negotiator"}
            sol.http.post(f"{path}/commands", json={"command_id": str(uuid4()), **grant})
            assert "Add a clause" in await until(page, 'id="foot"')
        version = pair.cid.get()["version"]
        for reads, wanted in ((mark, "Add a clause"), (mark, '"reads":"')):
            came_back = f"{live}?after={version}&reads={reads}"
            async with connect(came_back, additional_headers=cookie, subprotocols=[HTML]) as page:
                frame = await until(page, wanted)
        async with connect(
            f"{live}?after={version}&reads={json.loads(frame)['reads']}",
            additional_headers=cookie,
            subprotocols=[HTML],
        ) as page:
            await page.recv()
            assert json.loads(await page.recv())["type"] == "presence", "a page that is as it should be gets nothing"


async def test_a_request_whose_date_passes_is_no_longer_shown_in_an_open_room(served: Served) -> None:
    """No event tells of it, and what would be refused must not be offered: asked before the page came, and after."""
    pair = pair_on(served)
    term_id = pair.ada.do("open_term", heading="1 Price")["term_id"]

    def ask(seconds: float) -> None:
        end = written(served.clock() + timedelta(seconds=seconds))
        pair.ada.do("park_term", term_id=term_id, reason="Later.", until=end)

    async def clause(page: ClientConnection) -> str:
        return await asyncio.wait_for(until(page, f'id="clause-{term_id}"'), 20)

    ask(1.5)
    says = {"Authorization": f"Bearer {pair.cid.token}"}
    async with connect(f"{pair.live_url}?after=1", additional_headers=says, subprotocols=[HTML]) as page:
        assert "agree_parking" in await clause(page)
        assert "agree_parking" not in await clause(page)
        ask(1.5)
        assert "agree_parking" in await clause(page)
        assert "agree_parking" not in await clause(page)


async def test_what_is_shared_anew_while_a_page_is_brought_up_is_shown_on_it(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No event of the agreement tells of it: the first need is disclosed while the regions are being made."""
    pair = pair_on(served)
    pair.ada.do("open_term", heading="1 Price")
    made, go_on = threading.Event(), threading.Event()
    everything = RoomScreen.everything

    def slowly(self: RoomScreen, view: RoomView, audience: Audience) -> list[str]:
        frames = list(everything(self, view, audience))
        made.set()
        assert go_on.wait(20)
        return frames

    monkeypatch.setattr(RoomScreen, "everything", slowly)
    says = {"Authorization": f"Bearer {pair.ada.token}"}
    async with connect(f"{pair.live_url}?after=1", additional_headers=says, subprotocols=[HTML]) as page:
        assert await asyncio.to_thread(made.wait, 20)
        body = {"type": "disclose_need", "command_id": str(uuid4()), "text": "Calm evenings"}
        path = f"/api/v1/partnerships/{pair.cid.partnership_id}/commands"
        assert (await asyncio.to_thread(pair.cid.http.post, path, json=body)).status_code == 201
        go_on.set()
        await asyncio.wait_for(until(page, "Which need does it serve?"), 20)


async def until(page: ClientConnection, wanted: str) -> str:
    """The next frame that contains something."""
    while wanted not in (frame := str(await page.recv())):
        pass
    return frame


async def test_changes_are_shown_in_their_order_though_some_take_long() -> None:
    sent: list[bytes] = []
    room, begun, go_on = Room("x", "agreement"), threading.Event(), threading.Event()

    async def send(message: Any) -> None:
        sent.append(message["frames"])

    connection = Connection(send, Seat(MemberId("m"), PartnershipId("p")), 9, lambda: None)
    connection.live = True
    room.enter(connection, Audience(PartnershipId("p"), PartyId("a"), ()))

    def slowly(_: Audience) -> Sequence[str]:
        begun.set()
        assert go_on.wait(20)
        return ["first"]

    room.show(1, slowly, is_large=True)
    await asyncio.to_thread(begun.wait, 20)  # the loop goes on meanwhile
    room.show(2, lambda _: ["second"], is_large=False)
    assert sent == []
    go_on.set()
    assert room._task
    await room._task
    assert sent == [text_frame("first"), text_frame("second")]


@pytest.mark.parametrize("seed", range(20))
async def test_frames_at_hand_are_those_of_the_log(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MOST_FRAMES", 12)
    monkeypatch.setattr(recent, "MOST_BYTES", 12 * 45 if seed % 2 else 10_000)
    room, at_random = Room("x", "agreement"), Random(seed)
    newest, came = 30, Connection(no_send, Seat(MemberId("m"), PartnershipId("p")), 9, lambda: None)
    handed_on = 28
    room.enter(came, None)
    room.recent.reached(newest)
    for _ in range(200):
        match at_random.randrange(5):
            case 0:
                newest += at_random.randrange(1, 3)  # seen in the log before the tail hands it on
                room.recent.reached(newest)
            case 1 | 2:
                following = range(handed_on + 1, handed_on + at_random.randrange(2, 5))
                handed_on = following[-1]
                newest = max(newest, handed_on)
                room.publish([event(version) for version in following])
            case _:
                after = at_random.randrange(max(newest - 20, 0), newest + 1)
                wanted = [event_frame(version, state(version)) for version in range(after + 1, newest + 1)]
                if (at_hand := room.recent.after(after)) is None:
                    room.recent.prepend(after + 1, wanted[: at_random.randrange(1, 15)])
                else:
                    assert at_hand == b"".join(wanted)
    assert room.recent.after(newest) == b""


async def test_each_gets_the_events_of_a_run_that_it_lacks() -> None:
    room, sent = Room("x", "agreement"), list[bytes]()
    positions = range(6, 13)
    for position in positions:
        came = Connection(keep(sent), Seat(MemberId("m"), PartnershipId("p")), 9, lambda: None)
        came.position, came.live = position, position != 9
        room.enter(came, None)
    room.publish([event(version) for version in (8, 9, 10, 11)])
    wanted = {position: range(position + 1, 12) for position in (7, 8, 10)}
    assert sent == [b"".join(event_frame(each, state(each)) for each in run) for run in wanted.values()]
    assert [each.position for each in room.connections()] == [6, 11, 11, 9, 11, 11, 12]


def keep(sent: list[bytes]) -> Send:
    async def send(message: Message) -> None:
        sent.append(message["frames"])

    return send


def event(version: int) -> Notification:
    return Notification(STREAM, version, "", state(version), version)


def state(version: int) -> bytes:
    return b'{"version":%d}' % version


async def no_send(_: Any) -> None:
    """Sends nowhere."""
