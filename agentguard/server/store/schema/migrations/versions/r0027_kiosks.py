"""Grants for wall boards have tables of their own, which no session shares."""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    NO,
    binary,
    boolean,
    real,
    serial,
    string,
    table,
)

revision = "0027"
down_revision = "0026"
LEAST = "0019"


def upgrade() -> None:
    """Add the two tables."""
    table(
        "kiosk",
        serial("id"),
        string("name", 100, default=""),
        boolean("every_team", default=NO),
        binary("hash"),
        binary("next", nullable=True),
        binary("before", nullable=True),
        real("before_until", default="0"),
        string("browser", 100, default=""),
        string("made_by", 100, default=""),
        real("made_at"),
        real("taken_at", nullable=True),
        real("renewed_at", default="0"),
        real("seen_at", nullable=True),
        string("ended_by", 100, default=""),
        real("ended_at", nullable=True),
        key=["id"],
        unique="hash",
    )
    table(
        "kiosk_team",
        serial("kiosk", counts=False),
        serial("team", counts=False),
        key=["kiosk", "team"],
        refers={"kiosk": "kiosk.id", "team": "team.id"},
    )


def downgrade() -> None:
    """Take them away."""
    op.drop_table("kiosk_team")
    op.drop_table("kiosk")
