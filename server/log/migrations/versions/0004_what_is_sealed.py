"""What parties have sealed, encrypted, until it is revealed or erased."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "0004", "0003"


def upgrade() -> None:
    op.create_table(
        "sealed",
        sa.Column("exchange_id", sa.String(36), primary_key=True),
        sa.Column("party_id", sa.String(36), primary_key=True),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sealed")
