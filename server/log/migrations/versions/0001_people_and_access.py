"""People, tokens, invitations, sessions, secrets, and command outcomes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID, _HASH, _TIME = sa.String(36), sa.String(64), sa.String(27)


def upgrade() -> None:
    op.create_table(
        "command_outcomes",
        sa.Column("stream", _ID, primary_key=True),
        sa.Column("command_id", sa.String(128), primary_key=True),
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("content", _HASH, nullable=False),
        sa.Column("first_version", sa.BigInteger, nullable=False),
        sa.Column("last_version", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "people",
        sa.Column("member_id", _ID, primary_key=True),
        sa.Column("partnership_id", _ID, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("email", sa.Text),
    )
    op.create_index("people_of_partnership", "people", ["partnership_id"])
    op.create_table(
        "tokens",
        sa.Column("hash", _HASH, primary_key=True),
        *_whose(),
        sa.Column("revoked_at", _TIME),
    )
    op.create_table(
        "invitations",
        sa.Column("hash", _HASH, primary_key=True),
        *_whose(),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("used_at", _TIME),
        sa.Column("reusable", sa.Boolean, nullable=False),
        sa.Column("leads_to", sa.Text),
    )
    op.create_table(
        "sessions",
        sa.Column("session_id", _ID, primary_key=True),
        *_whose(),
        sa.Column("expires_at", _TIME, nullable=False),
        sa.Column("revoked_at", _TIME),
    )
    op.create_index("sessions_of_member", "sessions", ["member_id"])
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _whose() -> list[sa.Column[str]]:
    return [
        sa.Column("member_id", _ID, nullable=False),
        sa.Column("partnership_id", _ID, nullable=False),
        sa.Column("made_at", _TIME, nullable=False),
    ]
