"""Tokens of first members, which die when their party first signs in by a link."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("tokens", sa.Column("until_entry", sa.Boolean, nullable=False, server_default=sa.false()))
