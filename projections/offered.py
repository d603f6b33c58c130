"""Which values were offered for a clause, and which were agreed?"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Select, and_, func, select

from projections import tables

Body = dict[str, Any]


class Offered(NamedTuple):
    """A typed value that a party offered for a clause, by the event of a version."""

    version: int
    term_id: str
    party_id: str
    value: Body


def first_offers(connection: Connection, agreement_id: str, version: int) -> list[Offered]:
    """The first value that each party offered for each clause, up to a version."""
    table = tables.offered
    of_each = (table.c.stream, table.c.term_id, table.c.party_id)
    rows = select(*of_each, func.min(table.c.since).label("since"))
    first = rows.where(table.c.stream == agreement_id, table.c.since <= version).group_by(*of_each).subquery()
    on = and_(*(table.c[each] == first.c[each] for each in ("stream", "term_id", "party_id", "since")))
    return _offered(connection, select(table).select_from(first.join(table, on)))


def offers(connection: Connection, agreement_id: str, version: int, term_id: str | None = None) -> list[Offered]:
    """Every typed value that was offered up to a version, for one clause or all, in order."""
    table = tables.offered
    rows = select(table).where(table.c.stream == agreement_id, table.c.since <= version)
    return _offered(connection, rows if term_id is None else rows.where(table.c.term_id == term_id))


def _offered(connection: Connection, rows: Select[Any]) -> list[Offered]:
    found = connection.execute(rows.order_by(tables.offered.c.since, tables.offered.c.term_id))
    return [Offered(each.since, each.term_id, each.party_id, orjson.loads(each.body)) for each in found]


def agreed_values(
    connection: Connection, agreement_id: str, version: int, term_ids: Collection[str]
) -> dict[str, list[tuple[int, Body | None]]]:
    """The values that were agreed for some clauses, by which events, in order."""
    terms = tables.terms
    rows = select(terms.c.since, terms.c.body).where(
        terms.c.stream == agreement_id, terms.c.key.in_(list(term_ids)), terms.c.since <= version
    )
    found: dict[str, list[tuple[int, Body | None]]] = {}
    newest: dict[str, int] = {}
    for since, written in connection.execute(rows.order_by(terms.c.since)):
        term = orjson.loads(written)
        if term["version"] != newest.get(term["term_id"], 0):
            newest[term["term_id"]] = term["version"]
            found.setdefault(term["term_id"], []).append((since, term["value"]))
    return found
