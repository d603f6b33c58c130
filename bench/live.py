"""How long a proposal takes to the partner's screen, and to a crowd; each beside the floor of the same round."""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

from websockets.asyncio.client import connect

from bench.harness import House, at_percent, command, crowd, disperse, process, recorded, sockets

ROUNDS = 5
EDITS = 120
PAUSE = 0.02
"""Seconds between edits, as people do."""
MARK = b'"type":"event"'
MARKDOWN = (Path(__file__).parent.parent / "tests" / "data" / "partnership-agreement.md").read_text("utf-8")
WORDS = (
    "Each party will perform its Obligations as detailed in the Cover Page, and tell the other in time when it cannot."
)


async def room(house: House) -> tuple[str, list[dict[str, Any]]]:
    """An agreement of 73 terms, all agreed; the terms."""
    agreement_id = await house.open_agreement(markdown=MARKDOWN)
    async with house.http(1) as cid:
        path = f"/api/v1/agreements/{agreement_id}"
        heads = (await cid.get(path)).json()["proposals"]
        proposals = [{"proposal_id": each["proposal_id"], "fingerprint": each["fingerprint"]} for each in heads]
        accepted = command("accept_proposals", proposals=proposals)
        (await cid.post(f"{path}/commands", json=accepted)).raise_for_status()
        return agreement_id, (await cid.get(path)).json()["terms"]


async def to_the_partner(house: House, html: bool) -> list[float]:
    """Seconds from a proposal's sending to the partner's socket, for each edit of a round."""
    agreement_id, terms = await room(house)
    found = []
    async with sockets(house.live(agreement_id, 0), house.live(agreement_id, 1, html)) as (ada, cid):
        before: dict[str, str] = {}
        for place in range(EDITS):
            term = terms[place % len(terms)]
            item = {"op": "revise", "term_id": term["term_id"], "base_version": 1, "text": f"{WORDS} {place}"}
            replaces = {"replaces": before[term["term_id"]]} if term["term_id"] in before else {}
            asked = command("make_proposal", items=[item], **replaces)
            await asyncio.sleep(PAUSE)
            seen = asyncio.create_task(_seen(cid, f'id="clause-{term["term_id"]}"' if html else None))
            await asyncio.sleep(0)
            started = time.perf_counter()
            await ada.send(json.dumps(asked))
            found.append(await seen - started)
            frames = await _until_recorded(ada, asked["command_id"])
            before[term["term_id"]] = next(each for each in frames if each)
    return found


async def _seen(socket: Any, clause: str | None) -> float:
    """When the partner has the event, or the fragment of the clause."""
    while True:
        text = await socket.recv()
        if clause in text if clause else text.startswith('{"event":'):
            moment = time.perf_counter()
            break
    while clause and not text.startswith('{"type":"shown"'):
        text = await socket.recv()
    return moment


async def _until_recorded(socket: Any, command_id: str) -> list[str]:
    """The proposals of the events that came before a command was recorded."""
    made = []
    while True:
        frame = json.loads(await socket.recv())
        if frame["type"] == "event" and frame["event"]["type"] == "ProposalMade":
            made.append(frame["event"]["data"]["proposal_id"])
        if frame.get("command_id") == command_id:
            assert frame["type"] == "recorded", frame
            return made


async def plain_broadcast(url: str) -> list[float]:
    """The same with a server that only hands frames on."""
    live = f"{url.replace('http', 'ws')}/live"
    found = []
    async with connect(live, compression=None) as ada, connect(live, compression=None) as cid:
        for place in range(EDITS):
            await asyncio.sleep(PAUSE)
            started = time.perf_counter()
            await ada.send(json.dumps(command("make_proposal", items=[{"op": "revise", "text": f"{WORDS} {place}"}])))
            await cid.recv()
            found.append(time.perf_counter() - started)
            await ada.recv()
    return found


async def to_a_crowd(house: House, size: int) -> list[float]:
    """Seconds from a proposal's sending until the last of a crowd has the event."""
    agreement_id = await house.open_agreement()
    path = f"/agreements/{agreement_id}/live"
    watching = await crowd(house.url, path, house.tokens[1], size, MARK, 1)
    await asyncio.gather(*(each.open for each in watching))
    found = []
    async with sockets(house.live(agreement_id, 0)) as (ada,):
        for place in range(12):
            for each in watching:
                each.expect(1)
            await asyncio.sleep(0.3)
            asked = command("make_proposal", items=[{"op": "add", "heading": "1 Price", "text": f"{WORDS} {place}"}])
            started = time.perf_counter()
            await ada.send(json.dumps(asked))
            found.append(max(await asyncio.gather(*(each.done for each in watching))) - started)
            await recorded(ada, asked["command_id"])
    disperse(watching)
    return found[2:]


async def plain_crowd(url: str, size: int) -> list[float]:
    """The same with a server that only hands frames on; the frame has the size of an event's."""
    watching = await crowd(url, "/live", "", size, MARK, 1)
    await asyncio.gather(*(each.open for each in watching))
    found = []
    async with connect(f"{url.replace('http', 'ws')}/live", compression=None) as ada:
        for _ in range(12):
            for each in watching:
                each.expect(1)
            await asyncio.sleep(0.3)
            started = time.perf_counter()
            await ada.send('{"event":' + json.dumps({"text": WORDS * 6}) + ',"type":"event"}')
            found.append(max(await asyncio.gather(*(each.done for each in watching))) - started)
            await ada.recv()
    disperse(watching)
    return found[2:]


async def reconnecting(house: House, size: int, behind: int) -> float:
    """Seconds until all of a crowd that connects at once, so many events behind, has caught up."""
    agreement_id = await house.open_agreement()
    async with sockets(house.live(agreement_id, 0)) as (ada,):
        for place in range(behind):
            asked = command("open_term", heading=f"{place + 1} Hours")
            await ada.send(json.dumps(asked))
            await recorded(ada, asked["command_id"])
    started = time.perf_counter()
    path = f"/agreements/{agreement_id}/live?after=1"
    coming = await crowd(house.url, path, house.tokens[1], size, MARK, behind)
    last = max(await asyncio.gather(*(each.done for each in coming)))
    disperse(coming)
    return last - started


def floor() -> Any:
    """The plain broadcast server, on the core of the servers."""
    return process([sys.executable, "-m", "bench.broadcast"])


async def latencies(house: House, url: str) -> dict[str, float]:
    """Milliseconds: medians over the rounds of p50 and p99."""
    rounds: dict[str, list[float]] = {name: [] for name in ("floor", "json", "json p99", "html", "html p99")}
    for _ in range(ROUNDS):
        rounds["floor"].append(at_percent(await plain_broadcast(url), 50))
        for name, html in (("json", False), ("html", True)):
            found = await to_the_partner(house, html)
            rounds[name].append(at_percent(found, 50))
            rounds[f"{name} p99"].append(at_percent(found, 99))
    return {name: statistics.median(each) for name, each in rounds.items()}


async def memory_of_connections(house: House, size: int = 1000) -> float:
    """Bytes of the server for each of so many watching sockets, beyond what the first hundred make it load once."""
    agreement_id = await house.open_agreement()
    path = f"/agreements/{agreement_id}/live"
    watching, resident = [], []
    for more in (100, size):
        watching += await crowd(house.url, path, house.tokens[1], more, MARK, 1)
        await asyncio.gather(*(each.open for each in watching))
        await asyncio.sleep(1)
        resident.append(house.memory())
    disperse(watching)
    return (resident[1] - resident[0]) / size
