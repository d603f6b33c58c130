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
    """What one event brings to the tables. position: its id in the log; moment: its body in the timeline."""

    position: int
    agreement_id: AgreementId
    version: int
    puts: Sequence[Put]
    consents: Sequence[dict[str, Any]]
    moment: dict[str, Any]


class Batch:
    """A run of folded events. position: the id of the last one; changes: by agreement, in the order of the log."""

    def __init__(self) -> None:
        self.position = 0
        self.brought: list[Brought] = []
        self._changes: dict[AgreementId, Change] = {}

    @property
    def changes(self) -> list[Change]:
        return list(self._changes.values())

    def take(self, brought: Brought, next_deadline: str | None) -> None:
        """Take what the next event brings."""
        change = self._changes.setdefault(brought.agreement_id, Change(brought.agreement_id, brought.version))
        change.version, change.next_deadline = brought.version, next_deadline
        for table, key, row, _ in brought.puts:
            change.rows.setdefault(table.name, {})[key] = row
        self.brought.append(brought)


_UNTIL = 3
_EVERY = (*tables.CHANGING, *tables.HAPPENED)


class Rows:
    """Rows of a run of events by table, in the order of its columns."""

    def __init__(self, brought: Iterable[Brought]) -> None:
        self._brought: dict[str, list[Sequence[Any]]] = {table.name: [] for table in _EVERY}
        self._ended: dict[str, list[tuple[int, str, str]]] = {table.name: [] for table in tables.CHANGING}
        newest: dict[tuple[str, str, str], list[Any] | None] = {}
        for _, agreement_id, version, puts, consents, moment in brought:
            for put in puts:
                self._put(agreement_id, version, put, newest)
            self._brought[tables.timeline.name].append((agreement_id, version, _written(moment)))
            self._brought[tables.consents.name] += [
                (agreement_id, version, place, _written(body)) for place, body in enumerate(consents)
            ]
            self._brought[tables.stories.name] += [(agreement_id, version, term_id) for term_id in moment["term_ids"]]

    def _put(self, agreement_id: str, version: int, put: Put, newest: dict[tuple[str, str, str], Any]) -> None:
        """newest: the rows of the run that nothing has replaced yet; one that is replaced gets its until here."""
        table, key, row, is_new = put
        place = (table.name, agreement_id, key)
        if before := newest.get(place):
            before[_UNTIL] = version
        elif not is_new and place not in newest:
            self._ended[table.name].append((version, agreement_id, key))
        newest[place] = None
        if row is not None:
            brought = [agreement_id, key, version, None, row.sort, int(row.shown), _written(row.body)]
            newest[place] = brought
            self._brought[table.name].append(brought)

    def write(self, connection: Connection) -> None:
        """Replace and bring, by one driver executemany a table."""
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        for table in tables.CHANGING:
            if ended := self._ended[table.name]:
                connection.exec_driver_sql(
                    f"UPDATE {table.name} SET until = {mark} "
                    f"WHERE agreement_id = {mark} AND key = {mark} AND until IS NULL",
                    ended,
                )
        for table in _EVERY:
            if rows := [tuple(each) for each in self._brought[table.name]]:
                columns = table.columns.keys()
                connection.exec_driver_sql(
                    f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})", rows
                )


def _written(body: dict[str, Any]) -> str:
    return canonical(body).decode()
