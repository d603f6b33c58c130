"""What a run of events brings to the read models, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from domain.canonical import canonical
from projections import tables
from projections.models import Happened
from projections.rows import Row
from projections.runs import insert


@dataclass(slots=True)
class Change:
    """What a batch changes in one stream. rows: by table and key each changed row, None when it is gone."""

    stream: str
    version: int
    next_deadline: str | None = None
    rows: dict[str, dict[str, Row | None]] = field(default_factory=dict)


class Put(NamedTuple):
    """A row that is put in a table, None when the thing is gone. is_new: no row of it can be the present one."""

    table: Table
    key: str
    row: Row | None
    is_new: bool


class Brought(NamedTuple):
    """What one event brings to the tables. position: its id in the log; happened: rows that stay; next_deadline: the
    stream's after it."""

    position: int
    stream: str
    version: int
    puts: Sequence[Put]
    happened: Sequence[Happened]
    next_deadline: str | None


@dataclass(slots=True)
class Batch:
    """A run of folded events, in the order of the log. position: the id of the last one."""

    position: int = 0
    brought: list[Brought] = field(default_factory=list)

    def changes(self) -> list[Change]:
        """What the batch changes in each stream."""
        found: dict[str, Change] = {}
        for brought in self.brought:
            change = found.setdefault(brought.stream, Change(brought.stream, brought.version))
            change.version, change.next_deadline = brought.version, brought.next_deadline
            for table, key, row, _ in brought.puts:
                change.rows.setdefault(table.name, {})[key] = row
        return list(found.values())


_UNTIL = 3


class Rows:
    """Rows of a run of events by table, in the order of its columns."""

    def __init__(self, brought: Iterable[Brought]) -> None:
        self._brought: dict[Table, list[Sequence[Any]]] = {}
        self._ended: dict[Table, list[tuple[int, str, str]]] = {}
        self._newest: dict[tuple[Table, str, str], list[Any] | None] = {}
        for _, stream, version, puts, happened, _ in brought:
            for put in puts:
                self._put(stream, version, put)
            for table, row in happened:
                self._brought.setdefault(table, []).append(_as_text(row))

    def _put(self, stream: str, version: int, put: Put) -> None:
        table, key, row, is_new = put
        place = (table, stream, key)
        if not is_new:
            self._end(place, version)
        brought = None
        if row is not None:
            brought = [stream, key, version, None, row.sort, int(row.shown), _written(row.body)]
            if row.found_by is not None:
                brought.append(row.found_by)
            self._brought.setdefault(table, []).append(brought)
        self._newest[place] = brought

    def _end(self, place: tuple[Table, str, str], version: int) -> None:
        """A row of this run that is replaced gets its until at once, an earlier one by a statement."""
        if place not in self._newest:
            table, stream, key = place
            self._ended.setdefault(table, []).append((version, stream, key))
        elif before := self._newest[place]:
            before[_UNTIL] = version

    def write(self, connection: Connection) -> None:
        """End what was replaced, then bring the new rows, many by a statement: other threads run meanwhile."""
        mark, cursor = tables.mark(connection), connection.connection.cursor()
        for table, ended in self._ended.items():
            cursor.executemany(
                f"UPDATE {table.name} SET until = {mark} WHERE stream = {mark} AND key = {mark} AND until IS NULL",
                ended,
            )
        for table, rows in self._brought.items():
            if connection.dialect.name == "postgresql":
                _copy(cursor, table, rows)
            else:
                insert(cursor.execute, table.name, rows)
        cursor.close()


def _copy(cursor: Any, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {table.name} ({', '.join(table.columns.keys())}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _as_text(row: Sequence[Any]) -> Sequence[Any]:
    """A row whose last value is text, if it has JSON values."""
    return (*row[:-1], _written(row[-1])) if isinstance(row[-1], dict) else row


def _written(body: dict[str, Any]) -> str:
    return canonical(body).decode()
