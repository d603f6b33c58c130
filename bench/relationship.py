"""How long a need takes to the partner, and what a large partnership's home costs: to load, and to keep up."""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from typing import Any

from bench.harness import House, at_percent, command, recorded, sockets
from bench.live import MARKDOWN, PAUSE

DISCLOSED = 150
NEEDS, INTENTIONS, AGREEMENTS = 500, 200, 50


async def disclosed(house: House, *, html: bool, times: int = DISCLOSED) -> list[float]:
    """Seconds from the disclosure of a need to the partner's socket."""
    found = []
    async with sockets(house.live_home(0), house.live_home(1, html=html)) as (ada, cid):
        await asyncio.sleep(0.5)
        for place in range(times):
            words = f"A forecast that we can staff against, {place}."
            asked = command("disclose_need", text=words, why="Hiring takes seven weeks.")
            await asyncio.sleep(PAUSE)
            seen = asyncio.create_task(_seen(cid, words))
            await asyncio.sleep(0)
            started = time.perf_counter()
            await ada.send(json.dumps(asked))
            found.append(await seen - started)
            await recorded(ada, asked["command_id"])
    return found


async def _seen(socket: Any, words: str) -> float:
    while words not in await socket.recv():
        pass
    return time.perf_counter()


async def fill(house: House) -> str:
    """A partnership of many years: needs restated and understood, intentions of which half are adopted, agreements of
    73 clauses. Returns one of the agreements."""
    path = f"/api/v1/partnerships/{house.partnership_id}"
    async with house.http(0) as ada, house.http(1) as cid:

        async def act(by: Any, asked: str, **fields: Any) -> dict[str, Any]:
            answer = await by.post(f"{path}/commands", json=command(asked) | fields)
            answer.raise_for_status()
            event: dict[str, Any] = answer.json()["events"][0]
            return event

        for place in range(NEEDS):
            owner, other = (ada, cid) if place % 2 else (cid, ada)
            said = await act(owner, "disclose_need", text=f"Need {place}: to know it early.", why="It takes weeks.")
            named = {"need_id": said["data"]["need_id"]}
            restated = await act(other, "restate_need", **named, text=f"You want to know of {place} in good time.")
            await act(owner, "confirm_restatement", **named, version=restated["version"])
        for place in range(INTENTIONS):
            kind = "principle" if place % 2 else "outcome"
            made = (await act(ada, "propose_intention", kind=kind, text=f"Together, {place} times over."))["data"]
            if place % 4 < 2:
                named = {"intention_id": made["intention_id"], "fingerprint": made["fingerprint"]}
                await act(cid, "adopt_intention", **named)
    agreements = [await house.open_agreement(markdown=MARKDOWN) for _ in range(AGREEMENTS)]
    return agreements[0]


async def measured(house: House) -> list[tuple[str, str, str]]:
    """Rows of what was measured on a large partnership."""
    agreement_id = await fill(house)
    first, watched = [], []
    async with house.http(0) as ada:
        about = (await ada.get(f"/api/v1/partnerships/{house.partnership_id}")).json()
        home = f"/{about['members'][0]['member_id'].replace('-', '')[-10:]}/"
        await ada.get(home)
        for _ in range(7):
            first.append(await _took(ada, home))
        async with sockets(house.live_home(1, html=True)):
            await asyncio.sleep(2)
            for _ in range(7):
                watched.append(await _took(ada, home))
            needs = await _took(ada, f"/api/v1/partnerships/{house.partnership_id}/needs")
        size = len((await ada.get(home)).content)
    change = at_percent(await disclosed(house, html=True, times=40), 50)
    term = at_percent(await _of_an_agreement(house, agreement_id), 50)
    named = f"the home of {NEEDS} needs, {INTENTIONS} intentions, {AGREEMENTS} agreements of 73 clauses"
    return [
        (f"{named}: first load ({size / 1000:,.0f} KB)", "told", f"{statistics.median(first) * 1000:.0f} ms"),
        (f"{named}: load while somebody has it open", "told", f"{statistics.median(watched) * 1000:.0f} ms"),
        (f"{named}: a need disclosed → the partner's page, p50", "told", f"{change:.1f} ms"),
        (f"{named}: an act in an agreement → the home, p50", "told", f"{term:.1f} ms"),
        ("the needs of it by the API", "told", f"{needs * 1000:.0f} ms"),
    ]


async def _took(client: Any, path: str) -> float:
    started = time.perf_counter()
    (await client.get(path)).raise_for_status()
    return time.perf_counter() - started


async def _of_an_agreement(house: House, agreement_id: str) -> list[float]:
    """Seconds from an act in an agreement until the home's line of it has come to the partner."""
    found = []
    async with house.http(0) as ada:
        terms = (await ada.get(f"/api/v1/agreements/{agreement_id}")).json()["terms"]
    async with sockets(house.live(agreement_id, 0), house.live_home(1, html=True)) as (room, home):
        await asyncio.sleep(0.5)
        for place in range(40):
            term = terms[place % len(terms)]
            asked = command("mark_term", term_id=term["term_id"], mark="legal_floor", on=place < len(terms))
            await asyncio.sleep(PAUSE)
            seen = asyncio.create_task(_seen(home, f'id="agreement-{agreement_id}"'))
            await asyncio.sleep(0)
            started = time.perf_counter()
            await room.send(json.dumps(asked))
            found.append(await seen - started)
            await recorded(room, asked["command_id"])
    return found
