"""Tokens and invitations are found by their member, people by their address."""

from alembic import op
from sqlalchemy import text

revision, down_revision = "0003", "0002"


def upgrade() -> None:
    op.create_index("tokens_of_member", "tokens", ["member_id"])
    op.create_index("invitations_of_member", "invitations", ["member_id"])
    op.create_index("people_by_email", "people", [text("lower(email)")])


def downgrade() -> None:
    op.drop_index("people_by_email")
    op.drop_index("invitations_of_member")
    op.drop_index("tokens_of_member")
