"""Tokens with which other systems read what is known of desks, each for some teams."""

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
    text,
)

revision = "0036"
down_revision = "0035"
LEAST = "0019"


def upgrade() -> None:
    """Add the table."""
    table(
        "read_token",
        serial("id"),
        string("name", 100, default=""),
        binary("hash"),
        string("kinds", 200, default=""),
        boolean("every_team", default=NO),
        text("teams", default=""),
        string("made_by", 100, default=""),
        real("made_at"),
        real("until"),
        real("seen_at", nullable=True),
        string("ended_by", 100, default=""),
        real("ended_at", nullable=True),
        key=["id"],
        unique="hash",
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("read_token")
