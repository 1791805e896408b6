"""Drills: how each run ended at its desk, and which were asked for at the console."""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    index,
    integer,
    real,
    string,
    table,
)

revision = "0037"
down_revision = "0036"
LEAST = "0019"


def upgrade() -> None:
    """Make the two tables."""
    table(
        "drill_run",
        string("device", 64),
        string("run", 40),
        string("drill", 40),
        integer("team"),
        real("began_at"),
        real("ended_at", nullable=True),
        string("outcome", 20, default=""),
        string("why", 40, default=""),
        integer("noticed_ms", nullable=True),
        integer("receipt_ms", nullable=True),
        key=["device", "run"],
        refers={"device": "device.id"},
    )
    index("ix_drill_run_began", "drill_run", ["began_at"])
    index("ix_drill_run_last", "drill_run", ["device", "drill", "began_at"])
    table(
        "drill_asked",
        string("device", 64),
        string("drill", 40),
        string("asked_by", 100),
        real("asked_at"),
        key=["device", "drill"],
        refers={"device": "device.id"},
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("drill_asked")
    op.drop_table("drill_run")
