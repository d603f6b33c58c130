"""What reading the history costs, at a hundred, ten thousand and a hundred thousand events: the page as it stood at a
random moment, to its first bytes and whole, its marks, two moments compared, and the picture of its course."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from typing import Any

from bench.harness import House, at_percent

ROUNDS = 25
LARGEST_PICTURE = 10_000
"""Events of which the whole course is drawn here."""


async def measured(house: House, made: Mapping[int, str]) -> list[tuple[str, str, str]]:
    """Rows of what was measured; made: an agreement of each size."""
    rows: list[tuple[str, str, str]] = []
    chance = random.Random(11)
    async with house.http(0) as ada:
        found = (await ada.get(f"/api/v1/partnerships/{house.partnership_id}")).json()
        seat = found["members"][0]["member_id"].replace("-", "")[-10:]
        for size, agreement_id in made.items():
            tree = f"/{seat}/history/{agreement_id}"
            floor = [await _took(ada, f"/{seat}/records") for _ in range(ROUNDS)]
            first, whole, compared, marks = [], [], [], []
            for _ in range(ROUNDS):
                early, late = sorted(chance.sample(range(1, size + 1), 2))
                begun, done = await _took(ada, f"{tree}/?as_of={late}")
                first.append(begun)
                whole.append(done)
                compared.append((await _took(ada, f"{tree}/compare?from={early}&to={late}"))[1])
                marks.append((await _took(ada, f"{tree}/marks.svg"))[1])
            beside = f"beside {at_percent([each for each, _ in floor], 50):.1f} ms of a page that asks nothing"
            of = f"at {size:,} events"
            rows += [
                (f"the history at any version {of}: first bytes, p50", f"≤ 50 ms, {beside}", _ms(first)),
                (f"the history at any version {of}: all of it, p50", "told", _ms(whole)),
                (f"two moments compared {of}, p50", "told", _ms(compared)),
                (f"the marks below the slider {of}, p50", "told", _ms(marks)),
            ]
            if size <= LARGEST_PICTURE:
                drawn = [(await _took(ada, f"{tree}/course"))[1] for _ in range(5)]
                rows.append((f"the picture of its course {of}, p50", "told", _ms(drawn)))
    return rows


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
