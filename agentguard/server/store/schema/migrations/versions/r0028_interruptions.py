"""A desk's posture keeps what attention it asked its person for."""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import text

revision = "0028"
down_revision = "0027"
LEAST = "0019"


def upgrade() -> None:
    """Add the column."""
    op.add_column("posture_current", text("interruptions", default=""))


def downgrade() -> None:
    """Take it away."""
    op.drop_column("posture_current", "interruptions")
