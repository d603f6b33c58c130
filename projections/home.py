"""How does a partnership stand now? What each needs, what both want, what is sealed, what was said of trust, and its
agreements.

Loaded once for a home that people watch, then kept up by the changes that the projector reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Connection, Table, select

from projections import as_of, tables
from projections.batch import Change
from projections.present import Present, newest_version
from projections.rows import Row

Body = dict[str, Any]
Rows = dict[str, Row]


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change means for whoever looks: needs and intentions that changed, or that something about them did;
    whether something sealed or said of trust changed; agreements that changed; of all of these the new ones; and
    whether the agreed words that serve no need, or what they are called, may be others."""

    needs: set[str] = field(default_factory=set)
    intentions: set[str] = field(default_factory=set)
    trust: bool = False
    agreements: set[str] = field(default_factory=set)
    added: set[str] = field(default_factory=set)
    unlinked: bool = False


@dataclass(slots=True)
class HomePresent:
    """The rows of a partnership at its newest version, by key, with the presents of its agreements, by id."""

    partnership_id: str
    version: int = 0
    header: Body = field(default_factory=dict)
    needs: Rows = field(default_factory=dict)
    intentions: Rows = field(default_factory=dict)
    exchanges: Rows = field(default_factory=dict)
    statements: Rows = field(default_factory=dict)
    shares: Rows = field(default_factory=dict)
    agreements: dict[str, Present] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """How many events the partnership and its agreements have: since all are seen in one order, it tells which."""
        return self.version + sum(each.version for each in self.agreements.values())

    @property
    def size(self) -> int:
        """How many things it has, its agreements' clauses among them."""
        own = sum(len(rows) for _, rows in self._by_table())
        return own + sum(len(each.terms) for each in self.agreements.values())

    @classmethod
    def load(cls, connection: Connection, partnership_id: str) -> HomePresent:
        """Everything as the read models have it."""
        present = cls(partnership_id, newest_version(connection, partnership_id))
        present.header = as_of.one(connection, tables.headers, partnership_id, "") or {}
        for table, rows in present._by_table():
            rows |= _all(connection, table, partnership_id)
        for header in as_of.agreements_of(connection, partnership_id):
            agreement_id = header["agreement_id"]
            present.agreements[agreement_id] = Present.load(connection, agreement_id)
        return present

    def concerns(self, change: Change) -> bool:
        """Whether a change is of this partnership or one of its agreements, which may be new."""
        if change.stream == self.partnership_id or change.stream in self.agreements:
            return True
        header = change.rows.get(tables.headers.name, {}).get("")
        return header is not None and header.body.get("partnership_id") == self.partnership_id

    def apply(self, change: Change) -> Moved:
        """Take over what a batch changed; one that was loaded already changes nothing."""
        return self._own(change) if change.stream == self.partnership_id else self._of_agreement(change)

    def _own(self, change: Change) -> Moved:
        if change.version <= self.version:
            return Moved()
        self.version = change.version
        if row := change.rows.get(tables.headers.name, {}).get(""):
            self.header = row.body
        needs, intentions = _changed(change, tables.needs), _changed(change, tables.intentions)
        added = needs - self.needs.keys() | intentions - self.intentions.keys()
        for table, rows in self._by_table():
            for key, row in change.rows.get(table.name, {}).items():
                if row is not None:
                    rows[key] = row
                else:
                    rows.pop(key, None)
        is_of_trust = bool(_changed(change, tables.exchanges) or _changed(change, tables.statements))
        shared = {self.shares[each].body["agreement_id"] for each in _changed(change, tables.shares)}
        agreements = shared & self.agreements.keys()
        return Moved(needs=needs, intentions=intentions, trust=is_of_trust, agreements=agreements, added=added)

    def _of_agreement(self, change: Change) -> Moved:
        agreement_id = change.stream
        is_new = agreement_id not in self.agreements
        present = self.agreements.setdefault(agreement_id, Present(agreement_id))
        if change.version <= present.version:
            return Moved()
        touched, status = _changed(change, tables.terms), present.header.get("status")
        linked, agreed = _linked(present, touched), _agreed(present, touched)
        present.apply(change)
        served, is_other = linked | _linked(present, touched), present.header.get("status") != status
        if is_other:
            served |= _linked(present, present.terms)
        return Moved(
            needs=served,
            agreements={agreement_id},
            added={agreement_id} if is_new else set(),
            unlinked=is_other or agreed != _agreed(present, touched),
        )

    def _by_table(self) -> tuple[tuple[Table, Rows], ...]:
        return (
            (tables.needs, self.needs),
            (tables.intentions, self.intentions),
            (tables.exchanges, self.exchanges),
            (tables.statements, self.statements),
            (tables.shares, self.shares),
        )


def _changed(change: Change, table: Table) -> set[str]:
    return set(change.rows.get(table.name, ()))


def _linked(present: Present, term_ids: Iterable[str]) -> set[str]:
    """The needs that some terms serve, or are said not to."""
    terms: Mapping[str, Row] = present.terms
    return {need_id for each in term_ids if each in terms for need_id in terms[each].body["need_ids"]}


def _agreed(present: Present, term_ids: Iterable[str]) -> list[tuple[object, ...]]:
    """What some terms say by agreement, where, and which needs they serve."""
    rows = [present.terms[each] for each in sorted(term_ids) if each in present.terms]
    said = ("heading", "text", "status", "need_ids")
    return [(row.sort, *(row.body[each] for each in said)) for row in rows]


def _all(connection: Connection, table: Table, stream: str) -> Rows:
    rows = select(table.c.key, table.c.sort, table.c.shown, table.c.body).where(
        table.c.stream == stream, table.c.until.is_(None)
    )
    return {key: Row(sort, bool(shown), orjson.loads(body)) for key, sort, shown, body in connection.execute(rows)}
