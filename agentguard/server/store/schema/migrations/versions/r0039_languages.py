"""The language in which a console user wants to be spoken to."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String

revision = "0039"
down_revision = "0038"
LEAST = "0019"


def upgrade() -> None:
    """Add the column."""
    op.add_column("user_account", Column("language", String(16), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("user_account", "language")
