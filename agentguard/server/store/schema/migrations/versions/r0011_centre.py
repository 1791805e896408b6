"""Who used which desk, under pseudonyms, who opened them, and the clock of each site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and add the column."""
    op.add_column(
        "site", sa.Column("zone", sa.String(length=64), server_default="", nullable=False)
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("first_at", sa.Float(), nullable=False),
        sa.Column("last_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_index("ix_person_last_at", "person", ["last_at"])
    op.create_table(
        "desk_use",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("begun_at", sa.Float(), nullable=False),
        sa.Column("last_at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["device"], ["device.id"], name="fk_desk_use_device"),
        sa.PrimaryKeyConstraint("id", name="pk_desk_use"),
    )
    op.create_index("ix_desk_use_device_last", "desk_use", ["device", "last_at"])
    op.create_index("ix_desk_use_person_last", "desk_use", ["person", "last_at"])
    op.create_table(
        "person_opening",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("person", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=250), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("until", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person_opening"),
    )
    op.create_index("ix_person_opening_person", "person_opening", ["person"])


def downgrade() -> None:
    """Take tables and column away."""
    with op.batch_alter_table("site") as batch:
        batch.drop_column("zone")
    for name in ("person_opening", "desk_use", "person"):
        op.drop_table(name)
