"""Second factors and sign-in of console users, and of agents at the endpoint."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MADE = (
    "passkey",
    "recovery_code",
    "sign_in_step",
    "challenge",
    "sso_flow",
    "sso_user",
    "desk_person",
    "break_glass",
    "setup_code",
    "factor_reset",
)
ADDED = (("session", ("proved_at", "how", "browser")), ("totp", ("drift",)))


def upgrade() -> None:
    """Add the columns and make the tables."""
    op.add_column("session", _at("proved_at", "0"))
    op.add_column("session", _text("how", 20, ""))
    op.add_column("session", _text("browser", 100, ""))
    op.add_column("totp", sa.Column("drift", sa.Integer(), server_default="0", nullable=False))
    _passkey()
    _recovery_code()
    _passing()
    _sso()
    _desk_person()
    _break_glass()
    _setup_code()
    _factor_reset()


def downgrade() -> None:
    """Take tables and columns away."""
    for name in reversed(MADE):
        op.drop_table(name)
    for name, columns in ADDED:
        with op.batch_alter_table(name) as batch:
            for column in columns:
                batch.drop_column(column)


def _text(name: str, length: int, default: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), server_default=default, nullable=False)


def _at(name: str, default: str | None = None) -> sa.Column[float]:
    return sa.Column(name, sa.Float(), server_default=default, nullable=False)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [to], name=op.f(f"fk_{table}_{column}"))


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _passkey() -> None:
    op.create_table(
        "passkey",
        _bytes("id"),
        _text("realm", 20),
        _text("owner", 200),
        _text("label", 100),
        _text("rp", 250),
        _bytes("data"),
        sa.Column("counter", sa.BigInteger(), nullable=False),
        _at("made_at"),
        sa.Column("used_at", sa.Float()),
        _primary("passkey", "id"),
    )
    op.create_index(op.f("ix_passkey_owner"), "passkey", ["owner"])


def _recovery_code() -> None:
    op.create_table(
        "recovery_code",
        _text("owner", 100),
        _bytes("hash"),
        _bytes("salt"),
        sa.Column("used_at", sa.Float()),
        _foreign("recovery_code", "owner", "user_account.name"),
        _primary("recovery_code", "owner", "hash"),
    )


def _passing() -> None:
    op.create_table(
        "sign_in_step",
        _bytes("hash"),
        _text("user", 100),
        _at("until"),
        _foreign("sign_in_step", "user", "user_account.name"),
        _primary("sign_in_step", "hash"),
    )
    op.create_table(
        "challenge",
        _bytes("value"),
        _text("owner", 250),
        _at("until"),
        _primary("challenge", "value"),
    )


def _sso() -> None:
    op.create_table(
        "sso_flow",
        _bytes("hash"),
        _text("state", 100),
        _text("nonce", 100),
        _text("verifier", 200),
        _text("path", 500),
        _at("begun_at"),
        sa.Column("again", sa.Boolean(), nullable=False),
        _at("until"),
        _primary("sso_flow", "hash"),
    )
    op.create_table(
        "sso_user",
        _text("issuer", 250),
        _text("subject", 250),
        _text("user", 100),
        _foreign("sso_user", "user", "user_account.name"),
        _primary("sso_user", "issuer", "subject"),
        sa.UniqueConstraint("user", name=op.f("uq_sso_user_user")),
    )


def _desk_person() -> None:
    op.create_table(
        "desk_person",
        _text("user", 200),
        _text("device", 64),
        _at("at"),
        _foreign("desk_person", "device", "device.id"),
        _primary("desk_person", "user", "device"),
    )


def _break_glass() -> None:
    op.create_table(
        "break_glass",
        sa.Column("id", _SERIAL, nullable=False),
        _text("device", 64),
        _bytes("hash"),
        _text("reason", 250),
        _text("made_by", 100),
        _at("made_at"),
        _at("until"),
        sa.Column("used_at", sa.Float()),
        sa.Column("used_by", sa.String(length=200)),
        _foreign("break_glass", "device", "device.id"),
        _primary("break_glass", "id"),
    )
    op.create_index(op.f("ix_break_glass_device"), "break_glass", ["device"])


def _setup_code() -> None:
    op.create_table(
        "setup_code",
        _bytes("hash"),
        _text("user", 200),
        _at("until"),
        sa.Column("used_at", sa.Float()),
        _primary("setup_code", "hash"),
    )


def _factor_reset() -> None:
    op.create_table(
        "factor_reset",
        sa.Column("id", _SERIAL, nullable=False),
        _text("realm", 20),
        _text("owner", 200),
        _text("reason", 250),
        _text("asked_by", 100),
        _at("asked_at"),
        sa.Column("ruled_by", sa.String(length=100)),
        sa.Column("ruled_at", sa.Float()),
        sa.Column("done", sa.Boolean(), server_default=sa.false(), nullable=False),
        _primary("factor_reset", "id"),
    )
