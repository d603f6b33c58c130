"""The tables of the read models: things that change, whose rows hold from a version of their stream until another, and
what happened, which stays."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, MetaData, SmallInteger, String, Table, Text
from sqlalchemy.types import TypeEngine

MODEL = 16
"""The number of the read models' form; they are rebuilt when it changes."""

metadata = MetaData()

positions = Table(
    "positions",
    metadata,
    Column("model", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)

_BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def _id(length: int = 36) -> TypeEngine[str]:
    """Compared by its bytes too: a third of what PostgreSQL has to do for a row is to find its place in indexes."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def table_of_things(name: str, *more: Column[Any]) -> Table:
    """A table of things that change: one row a change, the present one with until null. sort: the order in which rows
    are shown, compared by its bytes; shown: 1 while it is part of the present."""
    table = Table(
        name,
        metadata,
        Column("stream", _id(), primary_key=True),
        Column("key", _id(64), primary_key=True),
        Column("since", BigInteger, primary_key=True),
        Column("until", BigInteger),
        Column("sort", _BYTEWISE, nullable=False),
        Column("shown", SmallInteger, nullable=False),
        Column("body", Text, nullable=False),
        *more,
    )
    Index(f"{name}_standing", table.c.stream, table.c.shown, table.c.until, table.c.since)
    is_present = table.c.until.is_(None)
    columns = (table.c.stream, table.c.key)
    Index(f"{name}_present", *columns, unique=True, sqlite_where=is_present, postgresql_where=is_present)
    for column in more:
        Index(f"{name}_{column.name}", table.c.stream, column, sqlite_where=is_present, postgresql_where=is_present)
    return table


def table_of_moments(name: str, *more: Column[Any]) -> Table:
    """A table of what happened with the event of a version. On SQLite its bodies stand in the order of arrival: in that
    of their keys eight of them filled a page, also of the pages that only lead to others."""
    of, since = Column("stream", _id(), primary_key=True), Column("since", BigInteger, primary_key=True)
    return Table(name, metadata, of, since, *more)


def looked_for_by(table: Table) -> list[Column[Any]]:
    """What a table of things has besides."""
    return [column for column in table.c if column.name in ("of", "linked")]


def _belongs() -> Column[Any]:
    """The thing that a row's thing belongs to."""
    return Column("of", _id())


headers = table_of_things("headers")
terms = table_of_things("terms", Column("linked", SmallInteger, nullable=False))
"""linked: 1 where a term serves a need."""
proposals = table_of_things("proposals")
objections = table_of_things("objections", _belongs())
questions = table_of_things("questions", _belongs())
needs = table_of_things("needs")
intentions = table_of_things("intentions")
exchanges = table_of_things("exchanges")
statements = table_of_things("statements")
shares = table_of_things("shares")
timeline = table_of_moments(
    "timeline",
    Column("type", String(40), nullable=False),
    Column("follows", SmallInteger, nullable=False),
    Column("body", Text, nullable=False),
)
"""follows: 1 where it followed from the event before, in the same act, else 0."""
consents = table_of_moments(
    "consents", Column("place", Integer, primary_key=True, autoincrement=False), Column("body", Text, nullable=False)
)
"""place: the order within the event, from 0."""
stories = Table(
    "stories",
    metadata,
    Column("stream", _id(), primary_key=True),
    Column("term_id", _id(), primary_key=True),
    Column("since", BigInteger, primary_key=True),
    sqlite_with_rowid=False,
)
"""Which terms an event concerns, by term."""
voids = Table(
    "voids",
    metadata,
    Column("stream", _id(), primary_key=True),
    Column("event_version", BigInteger, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""Which signatures were made void. event_version: of the event that gave one; since: of the one that voided it."""
offered = Table(
    "offered",
    metadata,
    Column("stream", _id(), primary_key=True),
    Column("term_id", _id(), primary_key=True),
    Column("party_id", _id(), primary_key=True),
    Column("since", BigInteger, primary_key=True),
    Column("body", Text, nullable=False),
)
"""The typed values that a party offered for a term, one a proposal."""
setbacks = table_of_moments("setbacks")
"""When a signature was refused, or a clause that was agreed reopened."""
agreements = Table(
    "agreements",
    metadata,
    Column("partnership_id", _id(), primary_key=True),
    Column("agreement_id", _id(), primary_key=True),
    sqlite_with_rowid=False,
)
"""Which agreements a partnership has: nobody's question reads what others have."""


def mark(connection: Connection) -> str:
    """Where a value goes in a statement that is handed to the driver as it is."""
    return "%s" if connection.dialect.name == "postgresql" else "?"


def of_streams() -> list[Table]:
    """Every table that events bring rows to."""
    return [table for table in metadata.tables.values() if table is not positions]
