"""Folds events with the domain's own code and writes the rows that changed; position and rows in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, select

from domain.canonical import canonical
from domain.events import Event
from domain.ids import text_of
from domain.stream import Stream
from projections import tables
from projections.batch import Batch, Change, Rows
from projections.folding import NOTHING, Fold, fold_of, folded
from projections.kept import MODELS

Load = Callable[[str, int], Stream]
"""Loads a stream folded up to a version from the log."""
Events = Iterable[tuple[int, Event]]
"""Events with their ids, in the order of the log."""

PROJECTING_LOCK = 0x6F6E6572656164
"""The advisory lock under which read models are written on PostgreSQL."""

MOST_FOLDS = 256
"""Streams whose fold is kept in memory."""


class ModelsReplaced(Exception):
    """The read models lost rows that were written: a newer version set them up anew. This one has to end."""


class Projector:
    """One per process. `fold` and `write` may run in threads of their own, each in one."""

    def __init__(self, engine: Engine, load: Load) -> None:
        self._engine, self._load_fold = engine, load
        self._folds: dict[UUID, Fold] = {}
        self._last_written = 0

    def position(self) -> int:
        """The id of the last event whose rows are written; 0 when the models are of another form or empty."""
        with self._engine.connect() as connection:
            self._last_written = read_position(connection)
        return self._last_written

    def project(self, events: Events) -> list[Change]:
        """Fold and write; returns what changed."""
        batch = self.fold(events)
        self.write([batch])
        return batch.changes()

    def unknown(self, events: Events) -> dict[UUID, int]:
        """The streams that `fold` would have to load from the log first, which can take long, and up to where."""
        found: dict[UUID, int] = {}
        for _, event in events:
            if _may_be_kept(event) and event.originator_id not in self._folds:
                found.setdefault(event.originator_id, event.originator_version - 1)
        return {stream: version for stream, version in found.items() if version}

    def load(self, stream: UUID, version: int) -> None:
        """Load a stream as it was before its next event."""
        self._folds[stream] = self._loaded(stream, version)

    def fold(self, events: Events) -> Batch:
        """What the next events bring. After a failure everything is loaded from the log again."""
        batch = Batch()
        try:
            for position, event in events:
                batch.position = position
                if _may_be_kept(event):
                    self._fold(event, batch)
        except BaseException:
            self._folds.clear()
            raise
        while len(self._folds) > MOST_FOLDS:
            del self._folds[next(iter(self._folds))]
        return batch

    def write(self, batches: Sequence[Batch]) -> None:
        """Write what batches in the order of the log bring, in one transaction.

        Several nodes may write to one PostgreSQL: they take turns, and rows that another has written stay as they are.
        """
        with self._engine.begin() as connection:
            reached = self._write(connection, batches)
        self._last_written = reached

    def _write(self, connection: Connection, batches: Sequence[Batch]) -> int:
        take_turn(connection)
        written, position = read_position(connection), batches[-1].position
        if written < self._last_written:
            raise ModelsReplaced
        if position <= written:
            return written
        Rows(each for batch in batches for each in batch.brought if each.position > written).write(connection)
        write_position(connection, position)
        return position

    def _fold(self, event: Event, batch: Batch) -> None:
        stream = event.originator_id
        before = self._folds.pop(stream, None) or self._loaded(stream, event.originator_version - 1)
        if before is _NOT_KEPT:
            self._folds[stream] = before
            return
        self._folds[stream], brought = folded(before, event, batch.position)
        batch.brought.append(brought)

    def _loaded(self, stream: UUID, version: int) -> Fold:
        if not version:
            return NOTHING
        loaded = self._load_fold(text_of(stream), version)
        return fold_of(loaded) if loaded.KIND in MODELS else _NOT_KEPT


_NOT_KEPT = Fold(header=())
"""A stream of which nothing is kept, though some of its events also belong to one of another kind."""


def _may_be_kept(event: Event) -> bool:
    return any(kind in MODELS for kind in event.KINDS)


# As text: with every transaction, making and compiling these statements anew took longer than running them.


def take_turn(connection: Connection) -> None:
    """Let one node at a time project into a shared database, until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({PROJECTING_LOCK})")


def read_position(connection: Connection) -> int:
    found = connection.exec_driver_sql(f"SELECT position FROM positions WHERE model = {tables.MODEL}")
    return int(found.scalar() or 0)


def write_position(connection: Connection, position: int) -> None:
    mark = tables.mark(connection)
    changed = connection.exec_driver_sql(
        f"UPDATE positions SET position = {mark} WHERE model = {tables.MODEL}", (position,)
    )
    if not changed.rowcount:
        connection.exec_driver_sql(f"INSERT INTO positions VALUES ({tables.MODEL}, {mark})", (position,))


def clear(connection: Connection) -> None:
    """Empty the read models, so that they are projected again from the first event; other nodes wait with theirs."""
    take_turn(connection)
    for table in tables.metadata.tables.values():
        connection.execute(table.delete())


def dump(connection: Connection) -> bytes:
    """All rows ordered by key, serialised: what a rebuild must give again, byte for byte."""
    dumped: list[Any] = []
    for table in tables.of_streams():
        found: Sequence[Any] = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
        dumped.append([table.name, [list(row) for row in found]])
    return canonical(dumped)
