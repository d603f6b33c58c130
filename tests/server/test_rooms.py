"""What a room hands over: one audience's failure leaves the others current, and members' changes reach their pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from domain.ids import MemberId, PartnershipId, PartyId
from projections.batch import Change
from server.connection import Connection
from server.frames import text_frame
from server.identity import Seat
from server.rooms import Room
from tests.server.conftest import pair_on
from tests.server.served import Served
from web.audience import Audience


async def test_a_page_that_cannot_be_rendered_is_cut_off_and_the_others_go_on() -> None:
    sent: dict[str, list[Any]] = {"a": [], "b": []}
    room = Room("x")

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
    room.show(Change("x", 1, {}, None), render)
    assert broken.closed
    assert [message.get("code") for message in sent["a"]] == [1011]
    assert [message.get("frames") for message in sent["b"]] == [text_frame("new")]
    assert sound.position == 1


async def test_who_is_admitted_and_what_one_may_reach_open_pages_at_once(served: Served) -> None:
    pair = pair_on(served)
    path = f"/api/v1/partnerships/{pair.ada.partnership_id}"
    made = pair.ada.http.post(
        f"{path}/members", json={"party_id": pair.ada.party_id, "name": "Ben", "mandates": ["contributor"]}
    ).json()
    async with httpx.AsyncClient() as desk:
        entered = await desk.post(made["link"])
        seat = f"{served.url}/{entered.headers['location'].split('/')[1]}"
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in desk.cookies.items())}
        live = f"{seat.replace('http', 'ws')}/agreements/{pair.ada.agreement_id}/live"
        async with connect(live, additional_headers=cookie, subprotocols=[Subprotocol("onetext.html.v1")]) as page:
            await until(page, '"type":"presence"')
            late = pair.ada.http.post(f"{path}/members", json={"party_id": pair.ada.party_id, "name": "Lately"}).json()
            assert late["member_id"] in await until(page, 'id="people"')
            grant = {"type": "grant_mandate", "member_id": made["member_id"], "mandate": "negotiator"}
            pair.ada.http.post(f"{path}/commands", json={"command_id": str(uuid4()), **grant})
            assert "Add a clause" in await until(page, 'id="foot"')


async def until(page: ClientConnection, wanted: str) -> str:
    """The next frame that contains something."""
    while wanted not in (frame := str(await page.recv())):
        pass
    return frame
