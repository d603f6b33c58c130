"""What reading the history costs, at a hundred, five thousand and a hundred thousand events: the page as it stood at a
random moment, to its first bytes and whole, its marks, two moments compared, the picture of its course, who agreed to
what, the papers, a clause with two hundred versions; and what two hundred guests cost two partners who negotiate."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from websockets.asyncio.client import connect

from bench import live
from bench.harness import House, at_percent

ROUNDS = 25
SIZES = (100, 5_000, 100_000)
VERSIONS = 200
"""Of the clause whose words are traced to what brought them."""
GUESTS, PAUSE = 200, 15
"""Of one link, and the seconds that each reads before travelling on."""


async def measured(house: House, made: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """Rows of what was measured; made: an agreement of each size."""
    rows: list[tuple[str, str, str]] = []
    chance = random.Random(11)
    async with house.http(0) as ada:
        found = (await ada.get(f"/api/v1/partnerships/{house.partnership_id}")).json()
        seat = found["members"][0]["member_id"].replace("-", "")[-10:]
        for size in SIZES:
            agreement_id = made[size]
            tree = f"/{seat}/history/{agreement_id}"
            floor = [await _took(ada, f"/{seat}/records") for _ in range(ROUNDS)]
            first, whole, compared, marks, dragged = [], [], [], [], []
            for _ in range(ROUNDS):
                early, late = sorted(chance.sample(range(1, size + 1), 2))
                begun, done = await _took(ada, f"{tree}/?as_of={late}")
                first.append(begun)
                whole.append(done)
                compared.append((await _took(ada, f"{tree}/compare?from={early}&to={late}"))[1])
                marks.append((await _took(ada, f"{tree}/marks.svg"))[1])
                dragged.append((await _took(ada, f"{tree}/moments.json?after={early}"))[1])
            beside = f"beside {at_percent([each for each, _ in floor], 50):.1f} ms of a page that asks nothing"
            of = f"at {size:,} events"
            rows += [
                (f"the history at any version {of}: first bytes, p50", f"≤ 50 ms, {beside}", _ms(first)),
                (f"the history at any version {of}: all of it, p50", "told", _ms(whole)),
                (f"two moments compared {of}, p50", "told", _ms(compared)),
                (f"the marks below the slider {of}, p50", "told", _ms(marks)),
            ]
            rows.append((f"what the slider says of 200 events {of}, p50", "told", _ms(dragged)))
            for path, work in _WHOLE.items():
                took = [(await _took(ada, f"{tree}/{path}"))[1] for _ in range(5)]
                rows.append((f"{work} {of}, p50", "told", _ms(took)))
        rows.append(await _blame(ada, f"/{seat}/history/{made[SIZES[-1]]}", made[SIZES[-1]]))
    rows += await _guests(house, made[SIZES[1]], SIZES[1])
    return rows


_WHOLE = {
    "course": "the picture of its course",
    "audit": "who agreed to what",
    "briefing.pdf": "the briefing as PDF",
    "document.pdf": "the text as PDF",
}


async def _blame(ada: httpx.AsyncClient, tree: str, agreement_id: str) -> tuple[str, str, str]:
    """A clause as it stood when it had so many versions: which of them brought which of its words."""
    least, most = 1, SIZES[-1]
    term_id = (await ada.get(f"/api/v1/agreements/{agreement_id}/terms?as_of={most}")).json()["terms"][0]["term_id"]
    while least < most:
        middle = (least + most) // 2
        then = (await ada.get(f"/api/v1/agreements/{agreement_id}/terms?as_of={middle}")).json()["terms"]
        version = next((each["version"] for each in then if each["term_id"] == term_id), 0)
        least, most = (middle + 1, most) if version < VERSIONS else (least, middle)
    took = [(await _took(ada, f"{tree}/clauses/{term_id}?as_of={least}"))[1] for _ in range(5)]
    return f"blame of a clause with {VERSIONS} versions, p50", "told", _ms(took)


async def _guests(house: House, agreement_id: str, size: int) -> list[tuple[str, str, str]]:
    """Two partners alone, and while guests of one link read a history and keep its pages open."""
    alone = [at_percent(await live.to_the_partner(house, False), 50) for _ in range(3)]
    async with house.http(0) as ada, house.http(1) as cid:
        path = f"/api/v1/agreements/{agreement_id}/shares"
        until = (datetime.now(UTC) + timedelta(days=1)).isoformat().replace("+00:00", "Z")
        share = (await ada.post(path, json={"expires_at": until})).raise_for_status().json()
        (await cid.post(f"{path}/{share['share_id']}/agreement")).raise_for_status()
    read: list[float] = []
    async with AsyncExitStack() as open_:
        readers = [
            asyncio.create_task(_read(await _guest(house, share["link"], open_), size, read)) for _ in range(GUESTS)
        ]
        beside = [at_percent(await live.to_the_partner(house, False), 50) for _ in range(3)]
        for each in readers:
            each.cancel()
        await asyncio.gather(*readers, return_exceptions=True)
    before, after = (statistics.median(each) for each in (alone, beside))
    return [
        (
            f"propose → partner's JSON socket, while {GUESTS} guests read a history, p50",
            f"≤ {before * 1.15:.2f} ms (1.15 × without them)",
            f"{after:.2f} ms",
        ),
        (f"a page of one of them, {len(read)} read meanwhile, p50", "told", _ms(read)),
    ]


async def _guest(house: House, link: str, open_: AsyncExitStack) -> tuple[httpx.AsyncClient, str]:
    """Somebody who has followed a link, with the page's socket open."""
    guest = await open_.enter_async_context(httpx.AsyncClient(base_url=house.url, follow_redirects=True, timeout=60))
    page = await guest.get(f"/s/{link.rpartition('/')[2]}")
    page.raise_for_status()
    cookie = "; ".join(f"{name}={value}" for name, value in guest.cookies.items())
    url = f"{str(page.url).replace('http', 'ws', 1)}live"
    await open_.enter_async_context(connect(url, additional_headers={"Cookie": cookie}))
    return guest, page.url.path


async def _read(by: tuple[httpx.AsyncClient, str], size: int, read: list[float]) -> None:
    guest, tree = by
    while True:
        await asyncio.sleep(random.uniform(0, 2 * PAUSE))
        read.append((await _took(guest, f"{tree}?as_of={random.randint(1, size)}"))[1])


def _ms(took: list[float]) -> str:
    return f"{at_percent(took, 50):.0f} ms"


async def _took(client: Any, path: str) -> tuple[float, float]:
    """Seconds until the first bytes of a page, and until its last."""
    started = time.perf_counter()
    async with client.stream("GET", path, headers={"Accept": "text/html"}) as answer:
        answer.raise_for_status()
        begun = 0.0
        async for _ in answer.aiter_bytes():
            begun = begun or time.perf_counter() - started
    return begun, time.perf_counter() - started
