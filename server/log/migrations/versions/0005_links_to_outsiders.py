"""Links by which an agreement is shown to outsiders, hashed."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0005", "0004"


def upgrade() -> None:
    op.create_table(
        "share_links",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("share_id", sa.String(36), nullable=False),
        sa.Column("partnership_id", sa.String(36), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("share_links")
