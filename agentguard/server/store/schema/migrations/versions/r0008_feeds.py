"""What goes out to webhooks, a SIEM and a bus, and how far each of them has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "feed_outbox",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("kept_at", sa.Float(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_outbox")),
        sa.UniqueConstraint("source", name=op.f("uq_feed_outbox_source")),
    )
    op.create_index("ix_feed_outbox_kept_at", "feed_outbox", ["kept_at"], unique=False)
    op.create_table(
        "feed_state",
        sa.Column("feed", sa.String(length=60), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", sa.Float(), server_default="0", nullable=False),
        sa.Column("failing_since", sa.Float(), nullable=True),
        sa.Column("problem", sa.String(length=200), server_default="", nullable=False),
        sa.Column("dropped", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("feed", name=op.f("pk_feed_state")),
    )


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("feed_state")
    op.drop_table("feed_outbox")
