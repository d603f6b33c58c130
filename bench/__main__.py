"""`make bench`: one table of what was set out to be reached and what was measured, with its floors and its machine.

Servers run on one core and the load on another; PostgreSQL runs on both. Plain broadcasts are measured in the same
rounds as ours, raw commits just before, with the same pauses. The plain broadcast to a crowd sends to each in turn with
asyncio.gather, as most servers would; ours is at times quicker. The table is printed and kept under bench/results.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bench import caps, history, live, rates, relationship, scale, store, texts
from bench.harness import LOAD_CORE, House, at_percent, house, on_core
from domain.diff import redline
from tests.databases import fresh_url
from tests.domain.test_redline import revisions

RESULTS = Path(__file__).parent / "results"
WATCHERS, RECONNECTING, BEHIND = 1000, 500, 100


@dataclass
class Table:
    """Rows of what was measured; printed as they come."""

    lines: list[str] = field(default_factory=list)

    def say(self, line: str) -> None:
        self.lines.append(line)
        print(line, flush=True)

    def row(self, database: str, work: str, reach: str, measured: str) -> None:
        self.say(f"| {database} | {work} | {reach} | {measured} |")


def main() -> None:
    """Measure everything on both databases, or on one of them."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    kinds = asked.parse_args().database or ["sqlite", "postgresql"]
    if "postgresql" in kinds:
        with tempfile.TemporaryDirectory() as folder:
            fresh_url("postgresql", Path(folder))  # starts it on every core, before the load keeps to one
    on_core(LOAD_CORE)
    table = Table()
    for line in _machine():
        table.say(line)
    table.say("\n| database | work | to reach | measured |\n|---|---|---|---|")
    for kind in kinds:
        with tempfile.TemporaryDirectory() as folder:
            _of(kind, Path(folder), table)
    _redlines(table)
    RESULTS.mkdir(exist_ok=True)
    name = f"{datetime.now(UTC):%Y-%m-%d-%H%M}-{'-'.join(kinds)}.md"
    (RESULTS / name).write_text("\n".join(table.lines) + "\n", "utf-8")


def _of(kind: str, folder: Path, table: Table) -> None:
    with store.opened(kind, folder) as (_, raw):
        commit = statistics.median(store.raw_latency(raw) for _ in range(3)) * 1000
    database = fresh_url(kind, folder)
    with house(database) as served:
        idle = served.memory()
        per_connection = asyncio.run(live.memory_of_connections(served))
    with house(database) as served:
        asyncio.run(_live(kind, served, commit, table))
        parties, members = asyncio.run(_members(served))
    table.row(kind, "memory of a connection", "≤ 30 KB", f"{per_connection / 1000:.1f} KB")
    table.row(kind, "memory of an idle node", "≤ 150 MB", f"{idle / 1e6:.0f} MB")
    made = scale.fill(database, served.partnership_id, parties, members)
    table.row(kind, "rebuilding every projection", "≥ 20,000 events/s", f"{scale.rebuilding(database):,.0f} events/s")
    with house(database, served) as served:
        asyncio.run(_scale(kind, served, made, table))
        for work, reach, took in asyncio.run(history.measured(served, made)):
            table.row(kind, work, reach, took)
    _beside_foreign(kind, folder, table)


def _beside_foreign(kind: str, folder: Path, table: Table) -> None:
    """A partnership with a few agreements, alone and beside many foreign ones; and the caps."""
    apart = folder / "apart"
    apart.mkdir()
    database = fresh_url(kind, apart)
    with house(database) as served:
        asyncio.run(scale.open_some(served))
        alone = asyncio.run(scale.home_ms(served))
    scale.fill_foreign(database)
    with house(database, served) as served:
        beside = asyncio.run(scale.home_ms(served))
    for work, before, after in zip(("the home page", "a partnership by the API"), alone, beside, strict=True):
        reach = f"≤ {before * 1.2:.1f} ms (1.2 × without them)"
        table.row(kind, f"{work}, beside {scale.FOREIGN:,} foreign agreements, p50", reach, f"{after:.1f} ms")
    with house(database, served) as served:
        for work, waited in asyncio.run(caps.longest_waits(served)).items():
            table.row(kind, f"/healthz waits at most, meanwhile {work}", "≤ 100 ms", f"{waited:.0f} ms")
    with house(database, served) as served:
        for work, reach, took in asyncio.run(texts.measured(served)):
            table.row(kind, work, reach, took)
    with house(fresh_url(kind, apart)) as served:
        for work, reach, took in asyncio.run(relationship.measured(served)):
            table.row(kind, work, reach, took)


async def _members(served: House) -> tuple[list[str], list[str]]:
    """The parties of the partnership, and their programs."""
    async with served.http(0) as ada:
        found = (await ada.get(f"/api/v1/partnerships/{served.partnership_id}")).json()
    parties = [each["party_id"] for each in found["parties"]]
    return parties, [
        next(each["member_id"] for each in found["members"] if each["party_id"] == party) for party in parties
    ]


async def _live(kind: str, served: House, commit: float, table: Table) -> None:
    with live.floor() as (_, url):
        found = await live.latencies(served, url)
        reach = found["floor"] + commit + 1.5
        floors = f"{found['floor']:.2f} broadcast + {commit:.2f} commit + 1.5"
        table.row(
            kind,
            "propose → durable → partner's JSON socket, p50",
            f"≤ {reach:.2f} ms ({floors})",
            f"{found['json']:.2f} ms",
        )
        table.row(kind, "the same, p99", "≤ 9 ms", f"{found['json p99']:.2f} ms")
        after = found["html"] - found["json"]
        table.row(
            kind,
            "→ the partner's HTML fragment, p50",
            f"≤ {reach + 1:.2f} ms (one more)",
            f"{found['html']:.2f} ms, {after:.2f} after the event",
        )
        table.row(kind, "the same, p99", "≤ 9 ms", f"{found['html p99']:.2f} ms")
        for shown, html in (("JSON socket", False), ("page", True)):
            took = at_percent(await relationship.disclosed(served, html=html), 50)
            beside = f"beside {found['html' if html else 'json']:.2f} ms of a proposal to the same"
            table.row(kind, f"a need disclosed → durable → partner's {shown}, p50", beside, f"{took:.2f} ms")
        floors_, ours = [], []
        for _ in range(3):
            floors_ += await live.plain_crowd(url, WATCHERS)
            ours += await live.to_a_crowd(served, WATCHERS)
        floor, crowd = statistics.median(floors_) * 1000, statistics.median(ours) * 1000
        reach = floor * 1.2
        table.row(kind, f"{WATCHERS} watchers, to the last", f"≤ {reach:.1f} ms (1.2 × {floor:.1f})", f"{crowd:.1f} ms")
    again = [await live.reconnecting(served, RECONNECTING, BEHIND) for _ in range(5)]
    table.row(
        kind, f"{RECONNECTING} clients at once, {BEHIND} events behind", "≤ 500 ms",
        f"{statistics.median(again) * 1000:.0f} ms",
    )  # fmt: skip
    found_rates = [await rates.proposals(served) for _ in range(3)]
    rate = statistics.median(each.per_second for each in found_rates)
    caught_up = max(each.caught_up for each in found_rates)
    least = "1,500" if kind == "sqlite" else "1,000"
    writers = f"{rates.WRITERS_EACH} writers with {rates.IN_FLIGHT} in flight"
    work = f"durable proposals/s of 200 bytes, {rates.AGREEMENTS} agreements × {writers}"
    table.row(kind, work, f"≥ {least}", f"{rate:,.0f}, read models after {caught_up:.2f} s")
    in_turn = [await rates.replacements(served) for _ in range(3)]
    rate = statistics.median(each.per_second for each in in_turn)
    processor = statistics.median(each.processor_ms for each in in_turn)
    writers = f"{rates.WRITERS_EACH} writers with one in flight"
    work = f"the same, each in place of its writer's last, {writers}"
    table.row(kind, work, "", f"{rate:,.0f}, {processor:.2f} ms of the server's processor each")


async def _scale(kind: str, served: House, made: dict[int, str], table: Table) -> None:
    first = 0.0
    for size, took in (await scale.commands_ms(served, made)).items():
        first = first or took
        reach = "the measure" if took == first else f"≤ {first * 1.2:.2f} ms"
        table.row(kind, f"a command at {size:,} events, p50", reach, f"{took:.2f} ms")
    largest = max(made)
    joining = await scale.joining_ms(served, made[largest])
    table.row(kind, f"joining a room of {largest:,} events", "≤ 100 ms", f"{joining:.1f} ms")
    p50, p99 = await scale.past_ms(served, made[largest], largest)
    table.row(kind, "the agreement at any past version, p50 (p99)", "≤ 50 ms", f"{p50:.1f} ({p99:.1f}) ms")


def _redlines(table: Table) -> None:
    took = []
    for _ in range(20):
        for before, after in revisions():
            started = time.perf_counter()
            redline(before, after)
            took.append((time.perf_counter() - started) * 1000)
    took.sort()
    table.row(
        "",
        "redline of a clause pair, p50 and p99",
        "p99 ≤ 1 ms",
        f"{took[len(took) // 2]:.2f}, {took[-len(took) // 100]:.2f} ms",
    )
    words = ["word"] * 3000
    text = " ".join(f"{each}{place % 97}" for place, each in enumerate(words))
    changed = " ".join(f"{each}{place % 89}" for place, each in enumerate(words))
    started = time.perf_counter()
    redline(text, changed)
    table.row("", f"redline of {len(text):,} characters", "≤ 50 ms", f"{(time.perf_counter() - started) * 1000:.1f} ms")


def _machine() -> list[str]:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.processor(),
    )
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return [
        f"# {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {commit.stdout.strip()}\n",
        f"{model}; server and load on a core each; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {platform.system()}.",
    ]


if __name__ == "__main__":
    sys.exit(main())
