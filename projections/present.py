"""What is on the table now? The text, what is proposed on it with the offers it answers, and the argument on those.

Loaded once for a room that people watch, then kept up by the changes that the projector reports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, Table, func, select

from projections import as_of, tables
from projections.batch import Change
from projections.rows import Row

Body = dict[str, Any]
Rows = dict[str, Row]
_LINKS = ("counters", "replaces")
"""How a proposal names the one that it answers."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change means for whoever looks. whole: the state of the agreement changed, and so may everything; terms:
    those that changed, or that something about them did; added: new ones; reordered: terms came, went or moved."""

    whole: bool = False
    terms: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    reordered: bool = False


class Proposals(Rows):
    """Rows of proposals. on: by term the keys of those that touch it, in the order in which they came here; answers: by
    the key of an offer how many answer it."""

    def __init__(self) -> None:
        super().__init__()
        self.on: dict[str, tuple[str, ...]] = {}
        self.answers: Counter[str] = Counter()

    def __setitem__(self, key: str, row: Row) -> None:
        if key not in self:
            for item in row.body["items"]:
                self.on[item["term_id"]] = (*self.on.get(item["term_id"], ()), key)
            self.answers.update(filter(None, map(row.body.get, _LINKS)))
        super().__setitem__(key, row)

    def __delitem__(self, key: str) -> None:
        self.answers.subtract(filter(None, map(self[key].body.get, _LINKS)))
        for item in self[key].body["items"]:
            if left := tuple(each for each in self.on[item["term_id"]] if each != key):
                self.on[item["term_id"]] = left
            else:
                del self.on[item["term_id"]]
        super().__delitem__(key)


@dataclass(slots=True)
class Present:
    """The rows of one agreement at its newest version, by key. Ended proposals are kept where a live one answers them,
    ended objections and answered questions where they are on a proposal that is kept."""

    agreement_id: str
    version: int = 0
    header: Body = field(default_factory=dict)
    terms: Rows = field(default_factory=dict)
    proposals: Proposals = field(default_factory=Proposals)
    objections: Rows = field(default_factory=dict)
    questions: Rows = field(default_factory=dict)

    @classmethod
    def load(cls, connection: Connection, agreement_id: str) -> Present:
        """Everything as the read models have it; version 0 when there is no such agreement."""
        present = cls(agreement_id, newest_version(connection, agreement_id))
        present.header = as_of.one(connection, tables.headers, agreement_id, "") or {}
        for table, rows in present._by_table():
            _put(rows, _shown(connection, table, agreement_id))
        answered = present.proposals.values()
        while keys := present._missing_answered(answered):
            found = _named(connection, tables.proposals, agreement_id, keys)
            _put(present.proposals, found)
            answered = found.values()
        for table, rows in ((tables.objections, present.objections), (tables.questions, present.questions)):
            _put(rows, _on(connection, table, agreement_id, present.proposals.keys()))
        return present

    def apply(self, change: Change) -> Touched:
        """Take over what a batch changed; one that was loaded already changes nothing."""
        if change.version <= self.version:
            return Touched()
        self.version = change.version
        before, state_before = self._places() if tables.terms.name in change.rows else {}, self._state()
        for row in change.rows.get(tables.headers.name, {}).values():
            assert row
            self.header = row.body
        for table, rows in self._by_table():
            for key, row in change.rows.get(table.name, {}).items():
                if row is not None:
                    rows[key] = row
                elif key in rows:
                    del rows[key]
        self._forget(change)
        after = self._places() if tables.terms.name in change.rows else {}
        return Touched(
            whole=self._state() != state_before,
            terms=_concerned(change) & self.terms.keys(),
            added=after.keys() - before.keys(),
            reordered=list(before) != list(after),
        )

    def _state(self) -> Body:
        return {key: value for key, value in self.header.items() if key != "next_deadline"}

    def _places(self) -> dict[str, None]:
        """The terms in their order."""
        return dict.fromkeys(sorted(self.terms, key=lambda term_id: self.terms[term_id].sort))

    def _by_table(self) -> tuple[tuple[Table, Rows], ...]:
        return (
            (tables.terms, self.terms),
            (tables.proposals, self.proposals),
            (tables.objections, self.objections),
            (tables.questions, self.questions),
        )

    def _missing_answered(self, of: Iterable[Row]) -> set[str]:
        answered = {each.body[link] for each in of for link in _LINKS}
        return answered - self.proposals.keys() - {None}

    def _forget(self, change: Change) -> None:
        """Drop what is no longer part of the present nor answered by what is."""
        for key, row in change.rows.get(tables.terms.name, {}).items():
            if row and not row.shown:
                del self.terms[key]
        ended = list(change.rows.get(tables.proposals.name, ()))
        while ended:
            row = self.proposals.get(key := ended.pop())
            if row and not row.shown and not self.proposals.answers[key]:
                del self.proposals[key]
                ended += [row.body[link] for link in _LINKS]
        for rows in (self.objections, self.questions):
            gone = [key for key, row in rows.items() if not row.shown and row.found_by not in self.proposals]
            for key in gone:
                del rows[key]


def _put(rows: Rows, found: Rows) -> None:
    for key, row in found.items():
        rows[key] = row


def _concerned(change: Change) -> set[str]:
    """Terms that changed, or a proposal on them: with an objection or a question its proposal changes too."""
    offers = [row.body for row in change.rows.get(tables.proposals.name, {}).values() if row]
    proposed_on = {item["term_id"] for offer in offers for item in offer["items"]}
    return proposed_on | change.rows.get(tables.terms.name, {}).keys()


def newest_version(connection: Connection, agreement_id: str) -> int:
    """The version of the last event whose rows are written; 0 when there is none."""
    newest = select(func.max(tables.timeline.c.since)).where(tables.timeline.c.stream == agreement_id)
    return int(connection.execute(newest).scalar() or 0)


def _shown(connection: Connection, table: Table, agreement_id: str) -> Rows:
    return _read(connection, table, table.c.stream == agreement_id, table.c.shown == 1)


def _named(connection: Connection, table: Table, agreement_id: str, keys: set[str]) -> Rows:
    if not keys:
        return {}
    return _read(connection, table, table.c.stream == agreement_id, table.c.key.in_(keys))


def _on(connection: Connection, table: Table, agreement_id: str, proposals: Collection[str]) -> Rows:
    """What is on some proposals, ended or not."""
    if not proposals:
        return {}
    return _read(connection, table, table.c.stream == agreement_id, table.c.of.in_(proposals))


def _read(connection: Connection, table: Table, *where: Any) -> Rows:
    columns = [table.c.key, table.c.sort, table.c.shown, table.c.body, *tables.looked_for_by(table)]
    rows = select(*columns).where(table.c.until.is_(None), *where)
    return {
        key: Row(sort, bool(shown), orjson.loads(body), *more)
        for key, sort, shown, body, *more in connection.execute(rows)
    }
