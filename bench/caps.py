"""What one member may send at most, and how long everybody else waits meanwhile: `python -m bench.caps`."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import httpx

from bench.harness import LOAD_CORE, House, command, house, on_core
from tests.databases import fresh_url

CLAUSES, ITEMS = 5000, 500
PAUSE = 0.005
ROUNDS = 3
WORDS = "Words of a clause, which are as long as a line of a contract is."
TEXT = "\n".join(f"# {n} Heading\n\n{WORDS}\n" for n in range(1, CLAUSES + 1))


def main() -> None:
    """Print the longest wait of each for both databases."""
    on_core(LOAD_CORE)
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, house(fresh_url(kind, Path(folder))) as served:
            for name, waited in asyncio.run(longest_waits(served)).items():
                print(f"{kind}: {name}: {waited:.0f} ms", flush=True)


async def longest_waits(served: House) -> dict[str, float]:
    """Milliseconds that /healthz waits at most while something large is done; medians of a few times."""
    found: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        for name, waited in (await _once(served)).items():
            found.setdefault(name, []).append(waited)
    return {name: statistics.median(each) * 1000 for name, each in found.items()}


async def _once(served: House) -> dict[str, float]:
    found: dict[str, float] = {}
    async with served.http(0) as ada, served.http(1) as cid, served.http(0) as watch:
        found["nothing (the floor)"] = await waited_while(watch, asyncio.sleep(1))
        path = f"/api/v1/partnerships/{served.partnership_id}/agreements"
        opening = asyncio.ensure_future(ada.post(path, json={"title": "Measured", "markdown": TEXT}))
        found[f"an import of {CLAUSES:,} clauses"] = await waited_while(watch, _done(opening))
        of = f"/api/v1/agreements/{opening.result().json()['agreement_id']}"
        items = [{"op": "add", "heading": f"{n} More", "text": "x" * 200} for n in range(ITEMS)]
        proposed = ada.post(f"{of}/commands", json=command("make_proposal", items=items))
        found[f"a package of {ITEMS}"] = await waited_while(watch, _done(proposed))
        heads = (await cid.get(of)).json()["proposals"]
        named = [_named(each) for each in heads[:ITEMS]]
        accepted = cid.post(f"{of}/commands", json=command("accept_proposals", proposals=named))
        found[f"{ITEMS} accepted at once"] = await waited_while(watch, _done(accepted))
        package = next(each for each in heads if len(each["items"]) == ITEMS)
        accepted = cid.post(f"{of}/commands", json=command("accept_proposal", **_named(package)))
        found[f"a package of {ITEMS} accepted"] = await waited_while(watch, _done(accepted))
        found["the whole agreement read"] = await waited_while(watch, _done(cid.get(of)))
        member = (await ada.get(f"/api/v1/partnerships/{served.partnership_id}")).json()["members"][0]["member_id"]
        page = ada.get(f"/{member.replace('-', '')[-10:]}{of.removeprefix('/api/v1')}")
        found["its page"] = await waited_while(watch, _done(page))
        found["all of it abandoned"] = await waited_while(
            watch, _done(ada.post(f"{of}/commands", json=command("abandon_agreement", reason="Measured.")))
        )
    return found


def _named(proposal: dict[str, Any]) -> dict[str, str]:
    return {"proposal_id": proposal["proposal_id"], "fingerprint": proposal["fingerprint"]}


async def _done(answer: Awaitable[httpx.Response]) -> None:
    (await answer).raise_for_status()


async def waited_while(watch: httpx.AsyncClient, act: Awaitable[None]) -> float:
    """The longest that /healthz waits while something is done, in seconds."""
    doing = asyncio.ensure_future(act)
    longest = 0.0
    while not doing.done():
        started = time.perf_counter()
        (await watch.get("/healthz")).raise_for_status()
        longest = max(longest, time.perf_counter() - started)
        await asyncio.sleep(PAUSE)
    await doing
    return longest


if __name__ == "__main__":
    main()
