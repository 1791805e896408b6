"""Coaching that was read is kept by person, control and day."""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    index,
    integer,
    real,
    string,
    table,
)

revision = "0034"
down_revision = "0033"
LEAST = "0019"


def upgrade() -> None:
    """Make the table."""
    table(
        "coaching_seen",
        string("person", 40),
        string("control", 40),
        integer("day", counts=False),
        string("device", 64),
        integer("times"),
        real("told_at"),
        key=["person", "control", "day", "device"],
        refers={"device": "device.id"},
    )
    index("ix_coaching_seen_day", "coaching_seen", ["day"])
    index("ix_coaching_seen_device", "coaching_seen", ["device"])


def downgrade() -> None:
    """Take it away."""
    op.drop_table("coaching_seen")
