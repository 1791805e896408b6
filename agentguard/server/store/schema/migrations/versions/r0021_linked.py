"""From which entry on the chain of a desk's journal is verified, by what its reports tell of it.

A program of before goes on beside this one: it takes reports in unjudged, and the next one that is
judged must go on from the hash that was stored.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
LEAST = "0019"


def upgrade() -> None:
    """Add the column; of no desk anything is verified before its next report."""
    op.add_column("device_seen", sa.Column("linked", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("device_seen", "linked")
