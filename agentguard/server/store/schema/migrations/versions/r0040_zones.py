"""The clock by which a console user reads times."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0040"
down_revision = "0039"
LEAST = "0019"


def upgrade() -> None:
    """Add the column."""
    op.add_column("user_account", Column("zone", String(64), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("user_account", "zone")
