"""What a keeper says of its computer, whose agents those are, and goodbyes not yet believed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the columns and the table."""
    op.add_column("keeper", sa.Column("seats", sa.Integer(), nullable=False, server_default="-1"))
    op.add_column("keeper", sa.Column("guarding", sa.Integer(), nullable=False, server_default="0"))
    op.add_column(
        "device_run",
        sa.Column("claimed", sa.String(length=20), nullable=False, server_default=""),
    )
    op.add_column("device_run", sa.Column("claimed_at", sa.Float(), nullable=True))
    op.create_table(
        "keeper_agent",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("keeper", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_keeper_agent_device")),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_keeper_agent")),
    )
    op.create_index("ix_keeper_agent_keeper", "keeper_agent", ["keeper"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("keeper_agent")
    op.drop_column("device_run", "claimed_at")
    op.drop_column("device_run", "claimed")
    op.drop_column("keeper", "guarding")
    op.drop_column("keeper", "seats")
