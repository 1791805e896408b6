"""What desks asked their persons' attention for, by team: a job fills it."""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import serial, table, text

revision = "0045"
down_revision = "0044"
LEAST = "0019"


def upgrade() -> None:
    """Make the table."""
    table("attention_sum", serial("team", counts=False), text("counts"), key=["team"])


def downgrade() -> None:
    """Take it away; pages count anew what desks tell."""
    op.drop_table("attention_sum")
