"""How many proposals become durable in a second, and how soon the read models show the last."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection

from bench.harness import House, command

AGREEMENTS, WRITERS_EACH = 20, 2
IN_FLIGHT = 8
"""Proposals of one writer that wait for the disk at a time."""
SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Proposals recorded in a second; and seconds until the read models showed the last."""

    per_second: float
    caught_up: float


async def proposals(house: House) -> Rate:
    """Every writer keeps some proposals in flight until the time is up."""
    agreements = [await house.open_agreement() for _ in range(AGREEMENTS)]
    sockets = [await house.live(agreement, side) for agreement in agreements for side in range(WRITERS_EACH)]
    started = time.perf_counter()
    until = started + SECONDS
    counts = await asyncio.gather(*(_write(socket, until) for socket in sockets))
    took = time.perf_counter() - started
    ended = time.perf_counter()
    async with house.http(0) as ada:
        for agreement in agreements:
            (await ada.get(f"/api/v1/agreements/{agreement}")).raise_for_status()
            break  # one answer waits until the models show everything that was committed before
    caught_up = time.perf_counter() - ended
    for socket in sockets:
        await socket.close()
    return Rate(sum(counts) / took, caught_up)


async def _write(socket: ClientConnection, until: float) -> int:
    done = 0
    item = {"op": "add", "heading": "1 Price", "text": "x" * 200}

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
