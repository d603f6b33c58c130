"""Folds events with the domain's own code and writes the rows that changed; position and rows in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select

from domain.agreement import Agreement
from domain.agreement_events import AgreementEvent
from domain.canonical import canonical
from domain.events import Event
from domain.ids import AgreementId
from projections import consents, story, tables, timeline
from projections.conflict_history import objection_row
from projections.current_terms import term_row
from projections.headers import header_row
from projections.open_proposals import proposal_row, question_row
from projections.rows import Row, by_version

Load = Callable[[AgreementId, int], Agreement]
"""Loads an agreement folded up to a version from the log."""

_SHELVES = (
    ("terms", tables.terms, term_row),
    ("proposals", tables.proposals, proposal_row),
    ("objections", tables.objections, objection_row),
    ("questions", tables.questions, question_row),
)
PROJECTING_LOCK = 0x6F6E6572656164
"""The advisory lock under which read models are written on PostgreSQL."""

MOST_FOLDS = 256
"""Agreements whose fold is kept in memory."""


@dataclass(slots=True)
class Change:
    """What a batch changed in one agreement. rows: by table and key each changed row, None when it is gone."""

    agreement_id: AgreementId
    version: int
    next_deadline: str | None = None
    rows: dict[str, dict[str, Row | None]] = field(default_factory=dict)


@dataclass(slots=True)
class _Written:
    """A row on its way; until is set when the batch itself replaces it."""

    agreement_id: str
    key: str
    since: int
    row: Row
    until: int | None = None


Report = Callable[[list[Change]], None]


class ModelsReplaced(Exception):
    """The read models lost rows that were written: a newer version set them up anew. This one has to end."""


class Projector:
    """One per process; not safe for several threads."""

    def __init__(self, engine: Engine, load: Load) -> None:
        self._engine, self._load = engine, load
        self._folds: dict[AgreementId, Agreement] = {}
        self._last_written = 0

    def position(self) -> int:
        """The id of the last event whose rows are written; 0 when the models are of another form or empty."""
        with self._engine.connect() as connection:
            return read_position(connection)

    def project(self, events: Iterable[tuple[int, Event]], report: Report = lambda _: None) -> list[Change]:
        """Write what the events changed; (id, event) in the order of the log.

        report: told of the changes as soon as they are known, before their rows can be read; after a failure told
        of them again.

        Several nodes may project into one PostgreSQL: they take turns, and rows that another has written stay as
        they are. Every node is told what changed, since each has its own people watching.
        """
        try:
            with self._engine.begin() as connection:
                changes = self.project_in(connection, events, report)
                reached = read_position(connection)
        except BaseException:
            self._folds.clear()
            raise
        self._last_written = reached
        return changes

    def project_in(
        self, connection: Connection, events: Iterable[tuple[int, Event]], report: Report = lambda _: None
    ) -> list[Change]:
        """As `project`, in a transaction of the caller's."""
        batch = _Batch()
        take_turn(connection)
        position = written = read_position(connection)
        if written < self._last_written:
            raise ModelsReplaced
        for position, event in events:
            if isinstance(event, AgreementEvent):
                self._fold(event, batch, is_new=position > written)
        changes = list(batch.changes.values())
        report(changes)
        if position > written:
            batch.write(connection)
            write_position(connection, position)
        while len(self._folds) > MOST_FOLDS:
            del self._folds[next(iter(self._folds))]
        return changes

    def _fold(self, event: AgreementEvent, batch: _Batch, *, is_new: bool) -> None:
        agreement_id = AgreementId(str(event.originator_id))
        agreement = self._folds.pop(agreement_id, None)
        if event.originator_version > 1 and agreement is None:
            agreement = self._load(agreement_id, event.originator_version - 1)
            for shelf, _, _ in _SHELVES:
                getattr(agreement, shelf).changed.clear()
        header_before = header_row(agreement) if agreement else None
        agreement = event.mutate(agreement)
        assert agreement
        self._folds[agreement_id] = agreement
        for objection_id in agreement.objections.changed:
            agreement.proposals.changed[agreement.objections[objection_id].proposal_id] = None
        for question_id in agreement.questions.changed:
            agreement.proposals.changed[agreement.questions[question_id].proposal_id] = None
        batch.note(agreement, event, header_row(agreement), header_before, is_new=is_new)


class _Batch:
    """The rows that a run of events replaces and brings."""

    def __init__(self) -> None:
        self.changes: dict[AgreementId, Change] = {}
        self._rows: dict[str, list[_Written]] = {table.name: [] for table in tables.VERSIONED}
        self._newest: dict[tuple[str, str, str], _Written] = {}
        self._ended: dict[str, list[tuple[int, str, str]]] = {table.name: [] for table in tables.VERSIONED}
        self._touched: set[tuple[str, str, str]] = set()

    def note(self, agreement: Agreement, event: Event, header: Row, header_before: Row | None, *, is_new: bool) -> None:
        """Take note of what an event changed; is_new: its rows are not written yet."""
        agreement_id, version = agreement.agreement_id, event.originator_version
        change = self.changes.setdefault(agreement_id, Change(agreement_id, version))
        change.version = version
        change.next_deadline = header.body["next_deadline"]
        rows: list[tuple[Table, str, Row | None]] = []
        if header != header_before:
            rows.append((tables.headers, "", header))
        for shelf, table, row_of in _SHELVES:
            changed = getattr(agreement, shelf).changed
            rows += [(table, key, row_of(agreement, key)) for key in changed]
            changed.clear()
        for table, key, row in rows:
            change.rows.setdefault(table.name, {})[key] = row
            if is_new:
                self._put(table, agreement_id, key, version, row)
        if not is_new:
            return
        for number, body in enumerate(consents.consent_bodies(agreement, event)):
            key = by_version(version, number)
            self._put(tables.consents, agreement_id, key, version, Row(key, True, body))
        key = by_version(version)
        moment = timeline.timeline_body(agreement, event)
        self._put(tables.timeline, agreement_id, key, version, Row(key, True, moment))
        for term_id in moment["term_ids"]:
            place = story.place(term_id, version)
            self._put(tables.stories, agreement_id, place, version, Row(place, True, {}))

    def _put(self, table: Table, agreement_id: str, key: str, version: int, row: Row | None) -> None:
        place = (table.name, agreement_id, key)
        before = self._newest.pop(place, None)
        if before:
            before.until = version
        elif place not in self._touched and table not in tables.HAPPENED:
            self._ended[table.name].append((version, agreement_id, key))
        self._touched.add(place)
        if row is not None:
            written = _Written(agreement_id, key, version, row)
            self._rows[table.name].append(written)
            self._newest[place] = written

    def write(self, connection: Connection) -> None:
        """One driver executemany a table."""
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        for table in tables.VERSIONED:
            if ended := self._ended[table.name]:
                connection.exec_driver_sql(
                    f"UPDATE {table.name} SET until = {mark} "
                    f"WHERE agreement_id = {mark} AND key = {mark} AND until IS NULL",
                    ended,
                )
            if rows := self._rows[table.name]:
                connection.exec_driver_sql(
                    f"INSERT INTO {table.name} (agreement_id, key, since, until, sort, shown, body) "
                    f"VALUES ({', '.join([mark] * 7)})",
                    [
                        (
                            each.agreement_id,
                            each.key,
                            each.since,
                            each.until,
                            each.row.sort,
                            int(each.row.shown),
                            canonical(each.row.body).decode(),
                        )
                        for each in rows
                    ],
                )


def take_turn(connection: Connection) -> None:
    """Let one node at a time project into a shared database, until the end of the transaction."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(PROJECTING_LOCK)))


def read_position(connection: Connection) -> int:
    found = connection.execute(select(tables.positions.c.position).where(tables.positions.c.model == tables.MODEL))
    return int(found.scalar() or 0)


def write_position(connection: Connection, position: int) -> None:
    changed = connection.execute(
        tables.positions.update().where(tables.positions.c.model == tables.MODEL).values(position=position)
    )
    if not changed.rowcount:
        connection.execute(tables.positions.insert().values(model=tables.MODEL, position=position))


def clear(connection: Connection) -> None:
    """Empty the read models, so that they are projected again from the first event; other nodes wait with theirs."""
    take_turn(connection)
    for table in (tables.positions, *tables.VERSIONED):
        connection.execute(table.delete())


def dump(connection: Connection) -> bytes:
    """All rows ordered by key, serialised: what a rebuild must give again, byte for byte."""
    dumped: list[Any] = []
    for table in tables.VERSIONED:
        found: Sequence[Any] = connection.execute(
            select(table).order_by(table.c.agreement_id, table.c.key, table.c.since)
        ).all()
        dumped.append([table.name, [list(row) for row in found]])
    return canonical(dumped)
