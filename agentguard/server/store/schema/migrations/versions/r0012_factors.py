"""Openings by phone, and leave to set up an authenticator app at a desk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "phone_set",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_phone_set_device")),
        sa.PrimaryKeyConstraint("device", "name", name=op.f("pk_phone_set")),
    )
    op.create_table(
        "phone_answer",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("challenge", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("given_by", sa.String(length=100), nullable=False),
        sa.Column("given_at", sa.Float(), nullable=False),
        sa.Column("used_at", sa.Float()),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_phone_answer_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_answer")),
    )
    op.create_index(op.f("ix_phone_answer_device"), "phone_answer", ["device"])
    op.create_table(
        "factor_invite",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.Column("used_at", sa.Float()),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f("fk_factor_invite_device")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_factor_invite")),
    )
    op.create_index(op.f("ix_factor_invite_device"), "factor_invite", ["device"])


def downgrade() -> None:
    """Take the tables away."""
    for name in ("factor_invite", "phone_answer", "phone_set"):
        op.drop_table(name)
