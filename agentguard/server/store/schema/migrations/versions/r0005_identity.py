"""Devices that wait, are turned away or are copies, and codes that hold for many."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _device() -> sa.Column[str]:
    return sa.Column("device", sa.String(length=64), nullable=False)


def _of_device(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["device"], ["device.id"], name=op.f(f"fk_{table}_device"))


def _of_code(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["code"], ["batch_code.id"], name=op.f(f"fk_{table}_code"))


def _device_identity() -> None:
    op.create_table(
        "device_identity",
        _device(),
        sa.Column("key_since", sa.Float(), nullable=False),
        sa.Column("key_place", sa.String(length=40), nullable=False),
        sa.Column("asset", sa.String(length=100), nullable=False),
        sa.Column("asked_at", sa.Float(), nullable=False),
        sa.Column("replaces", sa.String(length=64), nullable=True),
        sa.Column("decided_by", sa.String(length=100), nullable=True),
        sa.Column("decided_at", sa.Float(), nullable=True),
        _of_device("device_identity"),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_identity")),
    )


def _device_key() -> None:
    op.create_table(
        "device_key",
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        _device(),
        sa.Column("until", sa.Float(), nullable=False),
        _of_device("device_key"),
        sa.PrimaryKeyConstraint("public_key", name=op.f("pk_device_key")),
    )
    op.create_index("ix_device_key_device", "device_key", ["device"], unique=False)


def _device_run() -> None:
    op.create_table(
        "device_run",
        _device(),
        sa.Column("run", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.Float(), nullable=False),
        sa.Column("goodbye", sa.String(length=20), server_default="", nullable=False),
        sa.Column("goodbye_at", sa.Float(), nullable=True),
        _of_device("device_run"),
        sa.PrimaryKeyConstraint("device", "run", name=op.f("pk_device_run")),
    )


def _batch_code() -> None:
    op.create_table(
        "batch_code",
        sa.Column("id", _SERIAL, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("team", _SERIAL, nullable=False),
        sa.Column("made_by", sa.String(length=100), nullable=False),
        sa.Column("made_at", sa.Float(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("used", sa.Integer(), server_default="0", nullable=False),
        sa.Column("confirm", sa.Boolean(), nullable=False),
        sa.Column("revoked_by", sa.String(length=100), nullable=True),
        sa.Column("revoked_at", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["team"], ["team.id"], name=op.f("fk_batch_code_team")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_code")),
        sa.UniqueConstraint("hash", name=op.f("uq_batch_code_hash")),
    )


def _batch_asset() -> None:
    op.create_table(
        "batch_asset",
        sa.Column("code", _SERIAL, nullable=False),
        sa.Column("asset", sa.String(length=100), nullable=False),
        _of_code("batch_asset"),
        sa.PrimaryKeyConstraint("code", "asset", name=op.f("pk_batch_asset")),
    )


def _batch_use() -> None:
    op.create_table(
        "batch_use",
        sa.Column("code", _SERIAL, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("asset", sa.String(length=100), nullable=True),
        _of_code("batch_use"),
        sa.PrimaryKeyConstraint("code", "device", name=op.f("pk_batch_use")),
    )
    op.create_index("ux_batch_use_asset", "batch_use", ["code", "asset"], unique=True)


def _tamper_item() -> None:
    op.create_table(
        "tamper_item",
        sa.Column("id", _SERIAL, nullable=False),
        _device(),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.Text(), nullable=False),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.Column("opened_at", sa.Float(), nullable=False),
        sa.Column("closed_at", sa.Float(), nullable=True),
        sa.Column("signed_by", sa.String(length=100), nullable=True),
        sa.Column("signed_at", sa.Float(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        _of_device("tamper_item"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tamper_item")),
    )
    op.create_index(
        "ux_tamper_open",
        "tamper_item",
        ["device", "kind"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_tamper_item_signed", "tamper_item", ["signed_at", "opened_at"])


_TABLES = (
    _device_identity, _device_key, _device_run, _batch_code, _batch_asset, _batch_use,
    _tamper_item,
)  # fmt: skip


def upgrade() -> None:
    """Make the tables."""
    for make in _TABLES:
        make()


def downgrade() -> None:
    """Take the tables away."""
    for make in reversed(_TABLES):
        op.drop_table(make.__name__.removeprefix("_"))
