"""What a device has stored of its day, and signs that are about the endpoint and no desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the column and the table."""
    until = sa.Column("stored_until", sa.Float(), nullable=False, server_default="0")
    op.add_column("device_seen", until)
    serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "endpoint_sign",
        sa.Column("id", serial, nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("last_at", sa.Float(), nullable=False),
        sa.Column("signed_by", sa.String(length=100), nullable=True),
        sa.Column("signed_at", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_endpoint_sign")),
    )
    op.create_index(
        "ux_endpoint_sign_open",
        "endpoint_sign",
        ["kind"],
        unique=True,
        sqlite_where=sa.text("signed_at IS NULL"),
        postgresql_where=sa.text("signed_at IS NULL"),
    )
    op.create_index("ix_endpoint_sign_signed", "endpoint_sign", ["signed_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("endpoint_sign")
    op.drop_column("device_seen", "stored_until")
