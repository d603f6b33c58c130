"""What this node commits is handed on without reading it again, yet in order and once, whatever other nodes commit."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import Notification, StoredEvent

from server.log.database import Database, migrate, open_database
from server.log.store import Commit, Lineage, Writer
from server.log.tail import Tail
from tests.databases import fresh_url


def opened(stream: UUID, version: int = 1) -> Commit:
    return Commit(Lineage(), [StoredEvent(stream, version, "TermOpened", b"{}")])


async def test_own_events_are_handed_on_as_they_are(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[Notification] = []
    tail = Tail(database.log, [handed.extend])
    tail.reached.set(database.log.newest())
    writer = Writer(database.log, lambda _, events: tail.committed(events))
    writer.start()
    with monkeypatch.context() as patched:
        patched.setattr(database.log, "tail", lambda *_: pytest.fail("read again"))
        ids = [await writer.submit(opened(uuid4())) for _ in range(3)]
        assert [each.id for each in handed] == ids
    assert handed == list(database.log.tail(ids[0] - 1, 10)), "as the log has them"
    await writer.stop()


async def test_of_two_nodes_each_hands_on_everything_in_order_and_once(tmp_path: Path) -> None:
    """Each writes to streams of its own and to one that both write to, so that there are conflicts too."""
    database = open_database(fresh_url("postgresql", tmp_path))
    migrate(database)
    other = open_database(database.url)
    contested = uuid4()
    handed: list[list[Notification]] = [[], []]
    tails, writers = [], []
    for log, found in zip((database.log, other.log), handed, strict=True):
        tail = Tail(log, [found.extend])
        tail.start()
        writer = Writer(log, lambda _, events, tail=tail: tail.committed(events))  # type: ignore[misc]
        writer.start()
        tails.append(tail)
        writers.append(writer)

    async def work(writer: Writer) -> None:
        for number in range(150):
            commits = [opened(contested, number + 1), opened(uuid4())]
            await asyncio.gather(*map(writer.submit, commits), return_exceptions=True)

    await asyncio.gather(*map(work, writers))
    newest = database.log.newest()
    async with asyncio.timeout(20):
        await asyncio.gather(*(tail.reached.wait(newest) for tail in tails))
    expected = list(database.log.tail(0, 1000))
    assert len(expected) == 150 + 300
    assert handed == [expected, expected]
    for each in (*tails, *writers):
        await each.stop()
    other.close()
    database.close()


async def test_what_became_durable_although_the_writer_was_told_of_a_fault_is_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection is lost after the commit, before its answer."""
    handed: list[Notification] = []
    tail = Tail(database.log, [handed.extend])
    tail.reached.set(database.log.newest())
    tail.start()
    writer = Writer(database.log, lambda _, events: tail.committed(events))
    write = database.log.write

    def lose_the_answer(commits: Sequence[Commit]) -> None:
        write(commits)
        raise ConnectionError

    monkeypatch.setattr(database.log, "write", lose_the_answer)
    writer.start()
    with pytest.raises(ConnectionError):
        await writer.submit(opened(uuid4()))
    async with asyncio.timeout(10):
        await tail.reached.wait(database.log.newest())
    assert len(handed) == 1
    await writer.stop()
    await tail.stop()
