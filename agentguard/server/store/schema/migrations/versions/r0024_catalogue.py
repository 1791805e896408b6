"""The table of the signed catalogue of software. Programs of before may write on."""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    big,
    binary,
    real,
    string,
    table,
)

revision = "0024"
down_revision = "0023"
LEAST = "0019"


def upgrade() -> None:
    """Make the table."""
    table(
        "catalogue_pack",
        big("seq", counts=False),
        string("digest", 64),
        real("added_at"),
        string("added_by", 100),
        binary("body"),
        key=["seq"],
    )


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("catalogue_pack")
