"""The services that keep agents running."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "keeper",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("well", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_keeper_device")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_keeper")),
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("keeper")
