"""Texts in and out, beside what a plain reader takes for the same words: `python -m bench.texts`."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from bench.caps import waited_while
from bench.harness import LOAD_CORE, SERVER_CORE, House, house, on_core
from tests.databases import fresh_url

ROUNDS = 7
AGREEMENT = (Path(__file__).parent.parent / "tests" / "data" / "partnership-agreement.md").read_text("utf-8")
SCHEDULES = 7
_, BODY = AGREEMENT.split("\n", 1)
LONG = "# Measured\n\n" + "\n\n".join(f"# Schedule {number}\n\n{BODY}" for number in range(1, SCHEDULES + 1))
PLAIN = "import sys; from markdown_it import MarkdownIt; MarkdownIt().parse(sys.stdin.read())"
Row = tuple[str, str, str]


def main() -> None:
    """Print the rows for SQLite."""
    on_core(LOAD_CORE)
    with tempfile.TemporaryDirectory() as folder, house(fresh_url("sqlite", Path(folder))) as served:
        for row in asyncio.run(measured(served)):
            print(" | ".join(row), flush=True)


async def measured(served: House) -> list[Row]:
    """What was done, what was to be reached, and what it took."""
    size = f"{len(LONG.encode()) / 1000:.0f} KB"
    plain = await _median(_plain_reader)
    rows: list[Row] = []
    async with served.http(0) as ada, served.http(0) as watch:
        partnership = f"/api/v1/partnerships/{served.partnership_id}"
        member = (await ada.get(partnership)).json()["members"][0]["member_id"].replace("-", "")[-10:]
        agreements: list[str] = []

        async def imports(markdown: str = LONG) -> None:
            answer = await ada.post(f"{partnership}/agreements", json={"title": "Measured", "markdown": markdown})
            agreements.append(answer.raise_for_status().json()["agreement_id"])

        async def previews() -> None:
            (await ada.post(f"/{member}/import", content=LONG.encode())).raise_for_status()

        floor = f"beside {plain:.0f} ms of a process that parses it and no more"
        rows.append(
            (f"an import of {size}, to the last event", f"≤ 1,000 ms, {floor}", f"{await _median(imports):.0f} ms")
        )
        waited = await waited_while(watch, imports())
        rows.append((f"/healthz waits at most, meanwhile an import of {size}", "≤ 100 ms", f"{waited * 1000:.0f} ms"))
        rows.append((f"the preview of {SCHEDULES * 74} clauses, as a page", floor, f"{await _median(previews):.0f} ms"))
        long = agreements[-1]
        await imports(AGREEMENT)
        for agreement_id in (agreements[-1], long):
            await _accept_all(served, agreement_id)
            path = f"/api/v1/agreements/{agreement_id}"
            read = await _median(lambda path=path: _read(ada, path))
            took = await _median(lambda path=path: _read(ada, f"{path}/document.md"))
            terms = len((await ada.get(f"{path}/terms")).json()["terms"])
            rows.append(
                (f"the document of {terms} clauses", f"beside {read:.0f} ms of the same as JSON", f"{took:.0f} ms")
            )
    return rows


async def _read(client: httpx.AsyncClient, path: str) -> None:
    (await client.get(path)).raise_for_status()


async def _accept_all(served: House, agreement_id: str) -> None:
    async with served.http(1) as cid:
        path = f"/api/v1/agreements/{agreement_id}"
        heads = [
            {"proposal_id": each["proposal_id"], "fingerprint": each["fingerprint"]}
            for each in (await cid.get(path)).json()["proposals"]
        ]
        body = {"command_id": "all", "type": "accept_proposals", "proposals": heads}
        (await cid.post(f"{path}/commands", json=body)).raise_for_status()


async def _plain_reader() -> None:
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", PLAIN],
        input=LONG.encode(),
        check=True,
        preexec_fn=lambda: on_core(SERVER_CORE),
    )


async def _median(act: Callable[[], Awaitable[None]]) -> float:
    """Milliseconds; the median of a few times after the first."""
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await act()
        took.append((time.perf_counter() - started) * 1000)
    return sorted(took[1:])[len(took[1:]) // 2]


if __name__ == "__main__":
    main()
