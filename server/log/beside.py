"""Tables beside the events that cannot be rebuilt from them: people, their access, command outcomes, what is sealed."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, MetaData, String, Table, Text, func
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Executable

metadata = MetaData()

command_outcomes = Table(
    "command_outcomes",
    metadata,
    Column("stream", String(36), primary_key=True),
    Column("command_id", String(128), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("content", String(64), nullable=False),
    Column("first_version", BigInteger, nullable=False),
    Column("last_version", BigInteger, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("member_id", String(36), primary_key=True),
    Column("partnership_id", String(36), nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
)

tokens = Table(
    "tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("partnership_id", String(36), nullable=False),
    Column("made_at", String(27), nullable=False),
    Column("revoked_at", String(27)),
    Column("until_entry", Boolean, nullable=False, default=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("partnership_id", String(36), nullable=False),
    Column("made_at", String(27), nullable=False),
    Column("expires_at", String(27), nullable=False),
    Column("used_at", String(27)),
    Column("reusable", Boolean, nullable=False, default=False),
    Column("leads_to", Text),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(36), primary_key=True),
    Column("member_id", String(36), nullable=False),
    Column("partnership_id", String(36), nullable=False),
    Column("made_at", String(27), nullable=False),
    Column("expires_at", String(27), nullable=False),
    Column("revoked_at", String(27)),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("value", Text, nullable=False),
)

sealed = Table(
    "sealed",
    metadata,
    Column("exchange_id", String(36), primary_key=True),
    Column("party_id", String(36), primary_key=True),
    Column("commitment", String(64), nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
)

share_links = Table(
    "share_links",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("share_id", String(36), nullable=False),
    Column("partnership_id", String(36), nullable=False),
)

Index("people_of_partnership", people.c.partnership_id)
Index("people_by_email", func.lower(people.c.email))
Index("tokens_of_member", tokens.c.member_id)
Index("invitations_of_member", invitations.c.member_id)
Index("sessions_of_member", sessions.c.member_id)


def compiled(statement: Executable, dialect: Dialect) -> tuple[str, tuple[object, ...] | dict[str, object]]:
    """A statement as the text and parameters that the driver of a dialect takes."""
    form = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
    if form.positional:
        return str(form), tuple(form.params[name] for name in form.positiontup)
    return str(form), dict(form.params)
