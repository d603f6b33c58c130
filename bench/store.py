"""How much the store costs above a raw commit of the same bytes on the same disk: `python -m bench.store`.

Rounds of floor and store alternate, so that both meet the same noise; each figure is the median of the rounds. "One by
one" pauses 20 ms before each commit, as people do; "in groups" is 40 agreements that each wait for their last commit.
"""

from __future__ import annotations

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from eventsourcing.persistence import StoredEvent

from server.log.database import Database, migrate, open_database
from server.log.store import Commit, Lineage, Outcome, Writer
from tests.databases import fresh_url

ROUNDS = 7
ONE_BY_ONE = 60
PAUSE = 0.02
AGREEMENTS, EACH = 40, 25
STATE = b'{"actor":{"kind":"party"},"at":"2026-03-02T09:00:00.000000Z","data":{"text":"' + b"x" * 580 + b'"}}'


def main() -> None:
    """Print one table for both databases."""
    print("| database | work | floor: raw commit | store | ratio |")
    print("|---|---|---|---|---|")
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, opened(kind, Path(folder)) as (database, raw):
            floors, stores = alternately(lambda r=raw: raw_latency(r), lambda d=database: store_latency(d))  # type: ignore[misc]
            report(kind, "one event, one commit, p50 ms", floors, stores, 1000)
            floors, stores = alternately(lambda r=raw: raw_rate(r), lambda d=database: asyncio.run(store_rate(d)))  # type: ignore[misc]
            report(kind, f"events/s of {AGREEMENTS} agreements, an outcome with each", floors, stores, 1)


def alternately(floor: Callable[[], float], store: Callable[[], float]) -> tuple[list[float], list[float]]:
    """The figures of both, a round of each in turn; the first rounds only warm up."""
    rounds = [(floor(), store()) for _ in range(ROUNDS + 1)][1:]
    return [each[0] for each in rounds], [each[1] for each in rounds]


def report(kind: str, work: str, floors: list[float], stores: list[float], factor: float) -> None:
    floor, store = statistics.median(floors) * factor, statistics.median(stores) * factor
    form = ",.0f" if factor == 1 else ".2f"
    print(f"| {kind} | {work} | {floor:{form}} | {store:{form}} | {store / floor:.2f} |", flush=True)


Raw = Callable[[list[tuple[str, int, bytes]]], None]
"""Commits rows with what the driver has of its own, in one transaction."""


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[tuple[Database, Raw]]:
    """A fresh database, and a raw commit into another one on the same disk and server."""
    database = open_database(fresh_url(kind, folder))
    migrate(database)
    with _raw_sqlite(folder) if kind == "sqlite" else _raw_postgres(fresh_url(kind, folder)) as raw:
        yield database, raw
    database.close()


@contextmanager
def _raw_sqlite(folder: Path) -> Iterator[Raw]:
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None, check_same_thread=False)
    for statement in (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",
        "CREATE TABLE events (stream TEXT, version INTEGER, state BLOB, PRIMARY KEY (stream, version))",
    ):
        connection.execute(statement)

    def commit(rows: list[tuple[str, int, bytes]]) -> None:
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO events VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")

    yield commit
    connection.close()


@contextmanager
def _raw_postgres(url: str) -> Iterator[Raw]:
    with psycopg.connect(url) as connection:
        connection.execute(
            "CREATE TABLE events (stream TEXT, version INTEGER, state BYTEA, PRIMARY KEY (stream, version))"
        )
        connection.commit()

        def commit(rows: list[tuple[str, int, bytes]]) -> None:
            with connection.cursor() as cursor:
                cursor.executemany("INSERT INTO events VALUES (%s, %s, %s)", rows)
            connection.commit()

        yield commit


def raw_latency(raw: Raw) -> float:
    stream, taken = str(uuid4()), []
    for version in range(ONE_BY_ONE):
        time.sleep(PAUSE)
        started = time.perf_counter()
        raw([(stream, version, STATE)])
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def store_latency(database: Database) -> float:
    stream, taken = uuid4(), []
    for version in range(1, ONE_BY_ONE + 1):
        time.sleep(PAUSE)
        started = time.perf_counter()
        database.log.write([_commit(stream, version)])
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def raw_rate(raw: Raw) -> float:
    """Groups of as many rows as there are agreements: what the writer reaches when nobody is late."""
    streams = [str(uuid4()) for _ in range(AGREEMENTS)]
    started = time.perf_counter()
    for version in range(EACH):
        raw([(stream, version, STATE) for stream in streams])
    return AGREEMENTS * EACH / (time.perf_counter() - started)


async def store_rate(database: Database) -> float:
    writer = Writer(database.log, lambda _: None)
    writer.start()

    async def work(stream: UUID) -> None:
        for version in range(1, EACH + 1):
            await writer.submit(_commit(stream, version))

    started = time.perf_counter()
    await asyncio.gather(*(work(uuid4()) for _ in range(AGREEMENTS)))
    rate = AGREEMENTS * EACH / (time.perf_counter() - started)
    await writer.stop()
    return rate


def _commit(stream: UUID, version: int) -> Commit:
    outcome = Outcome(str(stream), str(uuid4()), str(stream), "0" * 64, version, version)
    return Commit(Lineage(), [StoredEvent(stream, version, "TermOpened", STATE)], outcome)


if __name__ == "__main__":
    main()
