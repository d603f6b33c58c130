"""How did the agreement stand after event N? Each kind of thing in one indexed query; "now" is the same question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Table, and_, func, or_, select

from projections import tables
from projections.rows import by_version

Body = dict[str, Any]


def standing(connection: Connection, table: Table, agreement_id: str, as_of: int | None = None) -> list[Body]:
    """The bodies of what was part of the present after a version, in order."""
    rows = _rows(table, agreement_id, as_of).where(table.c.shown == 1)
    return [orjson.loads(body) for (body,) in connection.execute(rows)]


def ever(connection: Connection, table: Table, agreement_id: str, as_of: int | None = None) -> list[Body]:
    """As `standing`, with what was no longer part of the present."""
    return [orjson.loads(body) for (body,) in connection.execute(_rows(table, agreement_id, as_of))]


class Page(NamedTuple):
    """A part of what happened. next: the version to go on after."""

    bodies: list[Body]
    next: int


def happened(
    connection: Connection,
    table: Table,
    agreement_id: str,
    as_of: int | None = None,
    after: int = 0,
    limit: int = 1000,
) -> Page:
    """The bodies of what had happened up to a version, in order, after another. What one event brought is never parted:
    of the last event that there is no room for, nothing is there, unless it alone has more than `limit`."""
    rows = _after(select(table.c.since, table.c.body).where(table.c.stream == agreement_id), table, as_of, after)
    in_order = rows.order_by(*table.primary_key.columns)
    found = connection.execute(in_order.limit(limit + 1)).all()
    if len(found) > limit:
        first, parted = found[0].since, found[-1].since
        if first == parted:
            found = connection.execute(in_order.where(table.c.since == first)).all()
        else:
            found = [each for each in found if each.since < parted]
    return Page([orjson.loads(body) for _, body in found], found[-1].since if found else after)


def raised(connection: Connection, agreement_id: str, as_of: int | None, after: int = 0, limit: int = 1000) -> Page:
    """The objections that had been raised up to a version, as they stood then, in order, after another version."""
    table = tables.objections
    rows = select(table.c.sort, table.c.body).where(
        table.c.stream == agreement_id, held(table, as_of), table.c.sort > by_version(after)
    )
    found = connection.execute(rows.order_by(table.c.sort).limit(limit)).all()
    return Page([orjson.loads(body) for _, body in found], int(found[-1].sort) if found else after)


def voided(connection: Connection, agreement_id: str, as_of: int | None) -> dict[int, int]:
    """The signatures that were void at a version: of the event that gave each the version, and of the one that voided
    it."""
    table = tables.voids
    rows = select(table.c.event_version, table.c.since).where(table.c.stream == agreement_id)
    return {row.event_version: row.since for row in connection.execute(_after(rows, table, as_of, 0))}


def one(connection: Connection, table: Table, agreement_id: str, key: str, as_of: int | None = None) -> Body | None:
    """One thing as it stood after a version, None when it did not exist then."""
    row = select(table.c.body).where(table.c.stream == agreement_id, table.c.key == key, held(table, as_of))
    body = connection.execute(row).scalar()
    return orjson.loads(body) if body else None


def agreements_of(connection: Connection, partnership_id: str) -> list[Body]:
    """The headers of a partnership's agreements.

    A query within a query, since a join of both tables is made by PostgreSQL from all headers as long as it has no
    statistics.
    """
    of, headers = tables.agreements, tables.headers
    of_one = headers.c.stream == of.c.agreement_id
    header = select(headers.c.body).where(of_one, headers.c.key == "", headers.c.until.is_(None)).scalar_subquery()
    rows = select(header).where(of.c.partnership_id == partnership_id)
    return [orjson.loads(body) for (body,) in connection.execute(rows.order_by(of.c.agreement_id)) if body]


def taken(connection: Connection, partnership_id: str, term_ids: Sequence[str]) -> Sequence[str]:
    """Which of some ids are those of terms of a partnership's agreements."""
    of, terms = tables.agreements, tables.terms
    mine = select(of.c.agreement_id).where(of.c.partnership_id == partnership_id)
    rows = select(terms.c.key).where(terms.c.stream.in_(mine), terms.c.key.in_(term_ids), terms.c.until.is_(None))
    return connection.execute(rows).scalars().all()


def next_deadlines(connection: Connection) -> dict[str, str]:
    """The next deadline of every stream that has one."""
    headers = tables.headers
    rows = connection.execute(select(headers.c.stream, headers.c.body).where(headers.c.until.is_(None)))
    found = {stream: orjson.loads(body)["next_deadline"] for stream, body in rows}
    return {stream: due for stream, due in found.items() if due}


def version_before(connection: Connection, stream: str, at: str) -> int:
    """The version of a stream right before a moment, as times are written."""
    return _last(connection, stream, lambda time: time < at)


def version_at(connection: Connection, stream: str, at: str) -> int:
    """The version of the last event of a stream that was recorded by a moment, as times are written; 0 before all."""
    return _last(connection, stream, lambda time: time <= at)


def _last(connection: Connection, stream: str, is_within: Callable[[str], bool]) -> int:
    """The version of the last event within a time: those of a stream never go back."""
    timeline = tables.timeline
    newest = select(func.max(timeline.c.since)).where(timeline.c.stream == stream)
    least, most = 0, int(connection.execute(newest).scalar() or 0)
    while least < most:
        middle = (least + most + 1) // 2
        if is_within(time_of(connection, stream, middle) or ""):
            least = middle
        else:
            most = middle - 1
    return least


def time_of(connection: Connection, stream: str, version: int) -> str | None:
    """When the event of a version was recorded, None where there is none."""
    row = select(tables.timeline.c.body).where(tables.timeline.c.stream == stream, tables.timeline.c.since == version)
    body = connection.execute(row).scalar()
    return orjson.loads(body)["at"] if body else None


def _rows(table: Table, agreement_id: str, as_of: int | None) -> Any:
    return select(table.c.body).where(table.c.stream == agreement_id, held(table, as_of)).order_by(table.c.sort)


def _after(rows: Any, table: Table, as_of: int | None, after: int) -> Any:
    rows = rows.where(table.c.since > after) if after else rows
    return rows if as_of is None else rows.where(table.c.since <= as_of)


def held(table: Table, as_of: int | None) -> Any:
    """Of the rows of a table those that held at a version, None for now."""
    if as_of is None:
        return table.c.until.is_(None)
    return and_(table.c.since <= as_of, or_(table.c.until.is_(None), table.c.until > as_of))
