"""What tells at once that a report says nothing new: the posture's digest and the newest run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the columns; each is filled at a device's next report."""
    run = sa.Column("run", sa.String(length=64), server_default="", nullable=False)
    op.add_column("device_seen", run)
    op.add_column("posture_current", sa.Column("digest", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Take the columns away."""
    op.drop_column("posture_current", "digest")
    op.drop_column("device_seen", "run")
