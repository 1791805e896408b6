"""Feeds that stand behind all that is kept go back to the last thing of it.

Before, ids came again once everything was deleted, and a feed took what had one for sent. A backup
of then comes back through here as well.
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

_LAST = "(SELECT coalesce(max(id), 0) FROM feed_outbox)"


def upgrade() -> None:
    """Move them back."""
    op.execute(f"UPDATE feed_state SET sent = {_LAST} WHERE sent > {_LAST}")  # noqa: S608 - ours


def downgrade() -> None:
    """Leave them: they stand where they should."""
