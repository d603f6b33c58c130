"""How many proposals become durable in a second, what each costs, and how soon the read models show the last.

`python -m bench.rates` measures replacements alone, so that two checkouts can be compared in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection

from bench.harness import LOAD_CORE, House, command, house, on_core
from tests.databases import fresh_url

AGREEMENTS, WRITERS_EACH = 20, 2
IN_FLIGHT = 8
"""Proposals of one writer that wait for the disk at a time."""
SECONDS = 5.0
TEXT = "x" * 200


@dataclass(frozen=True, slots=True)
class Rate:
    """Proposals recorded in a second; seconds until the read models showed the last; and milliseconds that the server's
    threads spent on each, the read models included."""

    per_second: float
    caught_up: float
    processor_ms: float


Write = Callable[[ClientConnection, float], Awaitable[int]]
"""One writer's work until the time is up; gives how many proposals were recorded."""


async def proposals(house: House) -> Rate:
    """Every writer keeps some proposals in flight, each with a term of its own."""
    return await _rate(house, _write)


async def replacements(house: House) -> Rate:
    """Every writer revises its one proposal again and again, each time in place of the one before, as people do."""
    return await _rate(house, _revise)


async def _rate(house: House, write: Write) -> Rate:
    agreements = [await house.open_agreement() for _ in range(AGREEMENTS)]
    sockets = [await house.live(agreement, side) for agreement in agreements for side in range(WRITERS_EACH)]
    spent, started = house.processor_seconds(), time.perf_counter()
    counts = await asyncio.gather(*(write(socket, started + SECONDS) for socket in sockets))
    ended = time.perf_counter()
    async with house.http(0) as ada:
        for agreement in agreements:
            (await ada.get(f"/api/v1/agreements/{agreement}")).raise_for_status()
            break  # one answer waits until the models show everything that was committed before
    caught_up, spent = time.perf_counter() - ended, house.processor_seconds() - spent
    for socket in sockets:
        await socket.close()
    return Rate(sum(counts) / (ended - started), caught_up, spent / sum(counts) * 1000)


async def _write(socket: ClientConnection, until: float) -> int:
    done = 0
    item = {"op": "add", "heading": "1 Price", "text": TEXT}

    async def send() -> None:
        await socket.send(json.dumps(command("make_proposal", items=[item])))

    for _ in range(IN_FLIGHT):
        await send()
    waiting = IN_FLIGHT
    while waiting:
        text = str(await socket.recv())
        if text.startswith('{"type":"recorded"'):
            done += 1
            waiting -= 1
            if time.perf_counter() < until:
                await send()
                waiting += 1
        assert not text.startswith('{"type":"refused"'), text
    return done


async def _revise(socket: ClientConnection, until: float) -> int:
    """The first proposal adds a term; each later one gives it other words."""
    done, item, more = 0, {"op": "add", "heading": "1 Price", "text": TEXT}, {}
    while time.perf_counter() < until:
        asked = command("make_proposal", items=[item], **more)
        await socket.send(json.dumps(asked))
        made = await _made_by(socket, asked["command_id"])
        done += 1
        text = f"{done:08d}{TEXT[8:]}"
        item = {"op": "revise", "term_id": made["items"][0]["term_id"], "base_version": 0, "text": text}
        more = {"replaces": made["proposal_id"]}
    return done


async def _made_by(socket: ClientConnection, command_id: str) -> dict[str, Any]:
    """The proposal that a command made, once it is recorded."""
    made: dict[str, Any] = {}
    while True:
        text = str(await socket.recv())
        if command_id not in text:
            continue
        frame = json.loads(text)
        if frame["type"] == "event" and frame["event"]["type"] == "ProposalMade":
            made = frame["event"]["data"]
        elif frame["type"] != "event":
            assert frame["type"] == "recorded", frame
            return made


def main() -> None:
    """Print what replacements come to on each database, or on one of them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    asked.add_argument("--rounds", type=int, default=1)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        databases = {kind: fresh_url(kind, Path(folder)) for kind in given.database or ["sqlite", "postgresql"]}
        on_core(LOAD_CORE)  # PostgreSQL was started before: it runs on every core
        for kind, database in databases.items():
            with house(database) as served:
                for _ in range(given.rounds):
                    rate = asyncio.run(replacements(served))
                    print(f"{kind} {rate.per_second:,.0f}/s {rate.processor_ms:.3f} ms", flush=True)


if __name__ == "__main__":
    main()
