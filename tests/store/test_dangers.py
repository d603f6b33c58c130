"""The dangers that were measured in our dependencies (docs/decisions), each held off on both databases."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from server.log.beside import metadata
from server.log.database import Database, migrate, open_database
from server.log.store import Commit, Conflict, Lineage, Outcome, Turn, Writer
from tests.databases import fresh_url

ONETEXT = Path(sys.executable).with_name("onetext")


def stored(stream: UUID, version: int) -> StoredEvent:
    return StoredEvent(stream, version, "TermOpened", b'{"n":%d}' % version)


def commit(*events: StoredEvent, lineage: Lineage | None = None, outcome: Outcome | None = None) -> Commit:
    return Commit(lineage or Lineage(), events, outcome)


def outcome(stream: UUID, command_id: str) -> Outcome:
    return Outcome(str(stream), command_id, str(uuid4()), "0" * 64, 1, 1)


def test_one_conflicting_command_of_a_batch_fails_alone(database: Database) -> None:
    taken = uuid4()
    database.log.write([commit(stored(taken, 1))])
    streams = [uuid4() for _ in range(9)]
    results = database.log.write([commit(stored(each, 1)) for each in [*streams[:4], taken, *streams[4:]]])
    assert [isinstance(each, Conflict) for each in results] == [False] * 4 + [True] + [False] * 5
    assert all(len(database.log.events(each)) == 1 for each in [taken, *streams])
    ids = [each for ids in results if not isinstance(ids, Exception) for each in ids]
    assert ids == [each.id for each in database.log.tail(0, 100)][1:], "the ids that the log has, in its order"


def test_what_was_decided_on_a_conflicting_state_fails_with_it(database: Database) -> None:
    """Without this, version 2 of a state that never was would be recorded after the other's version 1."""
    stream, lineage = uuid4(), Lineage()
    database.log.write([commit(stored(stream, 1))])
    late = [commit(stored(stream, 1), lineage=lineage), commit(stored(stream, 2), lineage=lineage)]
    assert all(isinstance(each, Conflict) for each in database.log.write(late))
    assert isinstance(database.log.write([commit(stored(stream, 2), lineage=lineage)])[0], Conflict)
    assert database.log.version(stream) == 1


def test_a_command_id_is_recorded_once(database: Database) -> None:
    stream = uuid4()
    first = outcome(stream, "c1")
    results = database.log.write(
        [commit(stored(stream, 1), outcome=first), commit(stored(stream, 2), outcome=outcome(stream, "c1"))]
    )
    assert isinstance(results[1], Conflict)
    assert database.log.outcome(str(stream), "c1") == first
    assert database.log.version(stream) == 1


def test_what_is_decided_in_turn_cannot_be_overtaken(database: Database) -> None:
    """Another node's write waits for it, and is told the conflict; a fault in deciding leaves nothing behind."""
    stream, other = uuid4(), open_database(database.url).log
    database.log.write([commit(stored(stream, 1))])
    results: list[object] = []
    rival = threading.Thread(target=lambda: results.extend(other.write([commit(stored(stream, 2))])))

    def work(turn: Turn) -> int:
        rival.start()
        rival.join(0.3)
        assert rival.is_alive(), "the other writer does not wait"
        assert [each.originator_version for each in turn.events(stream, 0)] == [1]
        turn.write(commit(stored(stream, 2), outcome=outcome(stream, "c1")))
        assert turn.outcome(str(stream), "c1"), "its reads see its own writes"
        return turn.write(commit(stored(stream, 3)))

    newest = database.log.write_in_turn(work)
    rival.join(30)
    assert newest == database.log.newest()
    assert isinstance(results[0], Conflict)

    def fail(turn: Turn) -> None:
        turn.write(commit(stored(stream, 4)))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.log.write_in_turn(fail)
    assert database.log.version(stream) == 3
    assert database.log.command_ids(str(stream)) == ["c1"]
    other.close()


def test_5000_events_in_one_commit_do_not_hang(database: Database) -> None:
    stream = uuid4()
    written: list[object] = []
    thread = threading.Thread(
        target=lambda: written.extend(database.log.write([commit(*(stored(stream, n) for n in range(1, 5001)))])),
        daemon=True,
    )
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "5,000 events in one commit hang"
    assert database.log.version(stream) == 5000
    assert written[0] == [each.id for each in database.log.tail(0, 5001)]


def race(write: Callable[[int, list[StoredEvent]], object], read: Callable[[int], list[tuple[int, UUID, int]]]) -> int:
    """Four writers record 5,000 events each while a reader follows the tail; how many of the 20,000 it missed."""
    finished = threading.Event()
    seen: Counter[tuple[UUID, int]] = Counter()

    def follow() -> None:
        position = 0
        while True:
            ended = finished.is_set()
            page = read(position)
            for position, stream, version in page:  # noqa: B007
                seen[(stream, version)] += 1
            if ended and not page:
                return

    def work(writer: int) -> None:
        stream, version = uuid4(), 0
        for size in itertools.cycle([1, 3, 7, 2]):
            events = [stored(stream, version + n) for n in range(1, size + 1) if version + n <= 5000]
            if not events:
                return
            write(writer, events)
            version += len(events)

    reader = threading.Thread(target=follow)
    writers = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for each in (reader, *writers):
        each.start()
    for each in writers:
        each.join()
    finished.set()
    reader.join()
    assert not [each for each, times in seen.items() if times > 1]
    return 20_000 - len(seen)


def test_a_tailing_reader_misses_none_of_20000_events_of_four_writers(database: Database) -> None:
    """On PostgreSQL the writers are four nodes; on SQLite one process writes, from four threads."""
    logs = [database.log] if database.is_sqlite else [open_database(database.url).log for _ in range(4)]
    lock = threading.Lock()

    def write(writer: int, events: list[StoredEvent]) -> None:
        if database.is_sqlite:
            with lock:
                assert not isinstance(logs[0].write([commit(*events)])[0], Exception)
        else:
            assert not isinstance(logs[writer].write([commit(*events)])[0], Exception)

    def read(position: int) -> list[tuple[int, UUID, int]]:
        return [(each.id, each.originator_id, each.originator_version) for each in database.log.tail(position, 500)]  # type: ignore[misc]

    assert race(write, read) == 0


def test_the_stock_function_of_postgresql_misses_events(tmp_path: Path) -> None:
    """The control: the same race on the library's own database function, which takes no lock."""
    given = conninfo_to_dict(fresh_url("postgresql", tmp_path))

    def recorder() -> PostgresApplicationRecorder:
        datastore = PostgresDatastore(
            dbname=str(given["dbname"]),
            host=str(given["host"]),
            port=str(given.get("port") or 5432),
            user=str(given["user"]),
            password=str(given.get("password") or ""),
            enable_db_functions=True,
            pool_size=1,
        )
        made = PostgresApplicationRecorder(datastore)
        made.create_table()
        return made

    writers, reader = [recorder() for _ in range(4)], recorder()

    def read(position: int) -> list[tuple[int, UUID, int]]:
        page = reader.select_notifications(position, 500, inclusive_of_start=False)
        return [(each.id, each.originator_id, each.originator_version) for each in page]  # type: ignore[misc]

    missed = race(lambda writer, events: writers[writer].insert_events(events), read)
    assert missed > 0, "the race that our recorder is held against does not happen here"


def test_four_nodes_may_set_up_the_schema_at_once(tmp_path: Path) -> None:
    for kind in ("sqlite", "postgresql"):
        url = fresh_url(kind, tmp_path)
        nodes = [
            subprocess.Popen([ONETEXT, "migrate", "--database", url], stderr=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        for node in nodes:
            _, errors = node.communicate(timeout=60)
            assert node.returncode == 0, errors
        database = open_database(url)
        assert database.log.newest() == 0
        database.close()


def test_the_migrations_make_the_tables_that_the_code_uses(database: Database) -> None:
    migrate(database)
    with database.beside.connect() as connection:
        ours = MigrationContext.configure(
            connection, opts={"include_object": lambda _, name, kind, *__: kind != "table" or name in metadata.tables}
        )
        assert compare_metadata(ours, metadata) == []


async def test_the_writer_commits_in_groups_and_reports_in_order(database: Database) -> None:
    batches: list[int] = []
    writer = Writer(database.log, lambda commits, _: batches.append(commits))
    waiting = [writer.submit(Commit(Lineage(), [stored(uuid4(), 1)])) for _ in range(200)]
    writer.start()
    ids = await asyncio.gather(*waiting)
    assert ids == sorted(ids)
    assert sum(batches) == 200
    assert len(batches) < 20, "200 waiting commits stand in a few transactions"
    await writer.stop()


def test_sqlite_commits_with_synchronous_full(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    with database.log._datastore.transaction(commit=False) as cursor:  # type: ignore[union-attr]
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone()[0] == 2
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone()[0] == "wal"
    database.close()


def test_a_log_is_closed_once_whoever_uses_it_is_done(tmp_path: Path) -> None:
    """SQLite ends the process when a connection is closed under a thread that is at work with it."""
    database = open_database(fresh_url("sqlite", tmp_path))
    migrate(database)
    stream, begun, done = uuid4(), threading.Event(), threading.Event()

    def work(turn: Turn) -> None:
        begun.set()
        threading.Event().wait(0.3)
        turn.write(commit(stored(stream, 1)))
        assert len(turn.events(stream, 0)) == 1
        done.set()

    thread = threading.Thread(target=database.log.write_in_turn, args=[work])
    thread.start()
    assert begun.wait(5)
    database.close()
    assert done.is_set()
    thread.join(5)
