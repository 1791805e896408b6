"""The counts of shifts, on which drafts of policies are tried, are found by an index."""

from __future__ import annotations

from alembic import op

from agentguard.server.store.schema.migrations.first.building import index

revision = "0033"
down_revision = "0032"
LEAST = "0019"

_COUNTS = "kind IN ('away.counts', 'copies.counts', 'gate.counts')"


def upgrade() -> None:
    """Make the index."""
    index("ix_event_counts", "event", ["received_at"], where=_COUNTS)


def downgrade() -> None:
    """Take it away."""
    op.drop_index(op.f("ix_event_counts"), "event")
