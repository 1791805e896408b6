"""The teams that a supervisor sees."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "user_team",
        sa.Column("user", sa.String(length=100), nullable=False),
        sa.Column("team", _SERIAL, nullable=False),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("fk_user_team_team")),
        sa.ForeignKeyConstraint(["user"], ["user_account.name"], name=op.f("fk_user_team_user")),
        sa.PrimaryKeyConstraint("user", "team", name=op.f("pk_user_team")),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("user_team")
