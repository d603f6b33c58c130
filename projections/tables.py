"""The tables of the read models. Rows are versioned: since and until are versions of the agreement's stream."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, SmallInteger, String, Table, Text

MODEL = 4
"""The number of the read models' form; they are rebuilt when it changes."""

metadata = MetaData()

positions = Table(
    "positions",
    metadata,
    Column("model", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
)

_BYTEWISE = Text().with_variant(Text(collation="C"), "postgresql")


def _changing(name: str) -> Table:
    """A table of things that change: one row a change, the present one with until null."""
    table = _versioned(name)
    is_present = table.c.until.is_(None)
    columns = (table.c.agreement_id, table.c.key)
    Index(f"{name}_present", *columns, unique=True, sqlite_where=is_present, postgresql_where=is_present)
    return table


def _versioned(name: str) -> Table:
    """sort: the order in which rows are shown, compared by its bytes; shown: 1 while it is part of the present."""
    table = Table(
        name,
        metadata,
        Column("agreement_id", String(36), primary_key=True),
        Column("key", String(64), primary_key=True),
        Column("since", BigInteger, primary_key=True),
        Column("until", BigInteger),
        Column("sort", _BYTEWISE, nullable=False),
        Column("shown", SmallInteger, nullable=False),
        Column("body", Text, nullable=False),
    )
    Index(f"{name}_standing", table.c.agreement_id, table.c.shown, table.c.until, table.c.since)
    return table


headers = _changing("headers")
terms = _changing("terms")
proposals = _changing("proposals")
objections = _changing("objections")
questions = _changing("questions")
consents = _versioned("consents")
timeline = _versioned("timeline")
stories = _versioned("stories")
Index("stories_of_term", stories.c.agreement_id, stories.c.sort)
Index("timeline_by_version", timeline.c.agreement_id, timeline.c.since)

VERSIONED = (headers, terms, proposals, objections, questions, consents, timeline, stories)
HAPPENED = (consents, timeline, stories)
"""Tables of what happened, whose rows are never replaced."""
