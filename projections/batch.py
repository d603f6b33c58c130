"""What a run of events brings to the read models, and its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table

from domain.canonical import canonical
from domain.ids import AgreementId
from projections import tables
from projections.rows import Row
from projections.runs import insert


@dataclass(slots=True)
class Change:
    """What a batch changes in one agreement. rows: by table and key each changed row, None when it is gone."""

    agreement_id: AgreementId
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
    """What one event brings to the tables. position: its id in the log; moment: its body in the timeline;
    next_deadline: the agreement's after it; voids: the versions of the signatures that it makes void; founded_in: the
    partnership in which it opens the agreement."""

    position: int
    agreement_id: AgreementId
    version: int
    puts: Sequence[Put]
    consents: Sequence[dict[str, Any]]
    moment: dict[str, Any]
    next_deadline: str | None
    voids: Sequence[int] = ()
    founded_in: str | None = None


@dataclass(slots=True)
class Batch:
    """A run of folded events, in the order of the log. position: the id of the last one."""

    position: int = 0
    brought: list[Brought] = field(default_factory=list)

    def changes(self) -> list[Change]:
        """What the batch changes in each agreement."""
        found: dict[AgreementId, Change] = {}
        for brought in self.brought:
            change = found.setdefault(brought.agreement_id, Change(brought.agreement_id, brought.version))
            change.version, change.next_deadline = brought.version, brought.next_deadline
            for table, key, row, _ in brought.puts:
                change.rows.setdefault(table.name, {})[key] = row
        return list(found.values())


_UNTIL = 3
_EVERY = (*tables.CHANGING, *tables.HAPPENED)


class Rows:
    """Rows of a run of events by table, in the order of its columns."""

    def __init__(self, brought: Iterable[Brought]) -> None:
        self._brought: dict[str, list[Sequence[Any]]] = {table.name: [] for table in _EVERY}
        self._ended: dict[str, list[tuple[int, str, str]]] = {table.name: [] for table in tables.CHANGING}
        self._newest: dict[tuple[str, str, str], list[Any] | None] = {}
        for _, agreement_id, version, puts, consents, moment, _, voids, founded_in in brought:
            for put in puts:
                self._put(agreement_id, version, put)
            self._brought[tables.timeline.name].append((agreement_id, version, _written(moment)))
            self._brought[tables.consents.name] += [
                (agreement_id, version, place, _written(body)) for place, body in enumerate(consents)
            ]
            self._brought[tables.stories.name] += [(agreement_id, term_id, version) for term_id in moment["term_ids"]]
            if voids:
                self._brought[tables.voids.name] += [(agreement_id, each, version) for each in voids]
            if founded_in:
                self._brought[tables.agreements.name].append((founded_in, agreement_id))

    def _put(self, agreement_id: str, version: int, put: Put) -> None:
        table, key, row, is_new = put
        place = (table.name, agreement_id, key)
        if not is_new:
            self._end(place, version)
        brought = None
        if row is not None:
            brought = [agreement_id, key, version, None, row.sort, int(row.shown), _written(row.body)]
            self._brought[table.name].append(brought)
        self._newest[place] = brought

    def _end(self, place: tuple[str, str, str], version: int) -> None:
        """A row of this run that is replaced gets its until at once, an earlier one by a statement."""
        if place not in self._newest:
            table, agreement_id, key = place
            self._ended[table].append((version, agreement_id, key))
        elif before := self._newest[place]:
            before[_UNTIL] = version

    def write(self, connection: Connection) -> None:
        """End what was replaced, then bring the new rows, many by a statement: other threads run meanwhile."""
        mark, cursor = tables.mark(connection), connection.connection.cursor()
        for table in tables.CHANGING:
            if ended := self._ended[table.name]:
                cursor.executemany(
                    f"UPDATE {table.name} SET until = {mark} "
                    f"WHERE agreement_id = {mark} AND key = {mark} AND until IS NULL",
                    ended,
                )
        for table in _EVERY:
            if rows := self._brought[table.name]:
                if connection.dialect.name == "postgresql":
                    _copy(cursor, table, rows)
                else:
                    insert(cursor.execute, table.name, rows)
        cursor.close()


def _copy(cursor: Any, table: Table, rows: Sequence[Sequence[Any]]) -> None:
    with cursor.copy(f"COPY {table.name} ({', '.join(table.columns.keys())}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _written(body: dict[str, Any]) -> str:
    return canonical(body).decode()
