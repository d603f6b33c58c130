"""How did the agreement stand after event N? Each kind of thing in one indexed query; "now" is the same question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Table, and_, or_, select

from domain.ids import AgreementId
from projections import tables

Body = dict[str, Any]


def standing(connection: Connection, table: Table, agreement_id: str, as_of: int | None = None) -> list[Body]:
    """The bodies of what was part of the present after a version, in order."""
    rows = _rows(table, agreement_id, as_of).where(table.c.shown == 1)
    return [orjson.loads(body) for (body,) in connection.execute(rows)]


def ever(connection: Connection, table: Table, agreement_id: str, as_of: int | None = None) -> list[Body]:
    """As `standing`, with what was no longer part of the present."""
    return [orjson.loads(body) for (body,) in connection.execute(_rows(table, agreement_id, as_of))]


def happened(connection: Connection, table: Table, agreement_id: str, as_of: int | None = None) -> list[Body]:
    """The bodies of what had happened up to a version, in order."""
    rows = select(table.c.body).where(table.c.agreement_id == agreement_id).order_by(*table.primary_key.columns)
    if as_of is not None:
        rows = rows.where(table.c.since <= as_of)
    return [orjson.loads(body) for (body,) in connection.execute(rows)]


def one(connection: Connection, table: Table, agreement_id: str, key: str, as_of: int | None = None) -> Body | None:
    """One thing as it stood after a version, None when it did not exist then."""
    row = select(table.c.body).where(table.c.agreement_id == agreement_id, table.c.key == key, _held(table, as_of))
    body = connection.execute(row).scalar()
    return orjson.loads(body) if body else None


def agreements_of(connection: Connection, partnership_id: str) -> list[Body]:
    """The headers of a partnership's agreements."""
    rows = select(tables.headers.c.body).where(tables.headers.c.until.is_(None))
    headers = [orjson.loads(body) for (body,) in connection.execute(rows.order_by(tables.headers.c.agreement_id))]
    return [header for header in headers if header["partnership_id"] == partnership_id]


def next_deadlines(connection: Connection) -> Sequence[tuple[AgreementId, str]]:
    """The next deadline of every agreement that has one."""
    rows = select(tables.headers.c.body).where(tables.headers.c.until.is_(None))
    headers = [orjson.loads(body) for (body,) in connection.execute(rows)]
    return [(header["agreement_id"], header["next_deadline"]) for header in headers if header["next_deadline"]]


def _rows(table: Table, agreement_id: str, as_of: int | None) -> Any:
    return select(table.c.body).where(table.c.agreement_id == agreement_id, _held(table, as_of)).order_by(table.c.sort)


def _held(table: Table, as_of: int | None) -> Any:
    if as_of is None:
        return table.c.until.is_(None)
    return and_(table.c.since <= as_of, or_(table.c.until.is_(None), table.c.until > as_of))
