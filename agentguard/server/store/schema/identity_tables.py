"""The tables of who a desk is: its keys and runs, codes for many, and what looks wrong there."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA


def _device(*, primary: bool = False) -> Column[str]:
    return Column(
        "device", String(64), ForeignKey("device.id"), nullable=False, primary_key=primary
    )


# What is known of a desk's identity. `replaces` is the device whose key it shared; by `role` it is
# an agent or a keeper, as its code said.
device_identity = Table(
    "device_identity",
    METADATA,
    _device(primary=True),
    Column("key_since", Float, nullable=False),
    Column("key_place", String(40), nullable=False),
    Column("asset", String(100), nullable=False),
    Column("asked_at", Float, nullable=False),
    Column("replaces", String(64)),
    Column("decided_by", String(100)),
    Column("decided_at", Float),
    Column("role", String(10)),
)

# Keys that a device had before. Each is still good until `until`; at `followed_at` the next one was
# first used.
device_key = Table(
    "device_key",
    METADATA,
    Column("public_key", LargeBinary, primary_key=True),
    _device(),
    Column("until", Float, nullable=False),
    Column("followed_at", Float),
    Index("ix_device_key_device", "device"),
)

# The runs of a desk's agent, the newest is the one that may speak. What it claims as it ends is a
# goodbye once somebody else has said that the session is over.
device_run = Table(
    "device_run",
    METADATA,
    _device(primary=True),
    Column("run", String(64), primary_key=True),
    Column("begun_at", Float, nullable=False),
    Column("goodbye", String(20), nullable=False, server_default=""),
    Column("goodbye_at", Float),
    Column("claimed", String(20), nullable=False, server_default=""),
    Column("claimed_at", Float),
)

# Codes that take in many desks, or desks that wait for a person's word; the code itself is a hash.
batch_code = Table(
    "batch_code",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("team", SERIAL, ForeignKey("team.id"), nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("expires_at", Float, nullable=False),
    Column("most", Integer, nullable=False),
    Column("used", Integer, nullable=False, server_default="0"),
    Column("confirm", Boolean, nullable=False),
    Column("revoked_by", String(100)),
    Column("revoked_at", Float),
    Column("role", String(10)),
)

# The asset tags that a code is bound to; none means any computer.
batch_asset = Table(
    "batch_asset",
    METADATA,
    Column("code", SERIAL, ForeignKey("batch_code.id"), primary_key=True),
    Column("asset", String(100), primary_key=True),
)

# Which desk a code has taken in; an asset tag only once.
batch_use = Table(
    "batch_use",
    METADATA,
    Column("code", SERIAL, ForeignKey("batch_code.id"), primary_key=True),
    Column("device", String(64), primary_key=True),
    Column("at", Float, nullable=False),
    Column("asset", String(100)),
    Index("ux_batch_use_asset", "code", "asset", unique=True),
)

# What strangers do to the endpoint: of a kind one at most is not signed off. `times` is how often.
endpoint_sign = Table(
    "endpoint_sign",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("times", BigInteger, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    Column("signed_by", String(100)),
    Column("signed_at", Float),
    Column("note", Text, nullable=False, server_default=""),
    Index(
        "ux_endpoint_sign_open",
        "kind",
        unique=True,
        sqlite_where=text("signed_at IS NULL"),
        postgresql_where=text("signed_at IS NULL"),
    ),
    Index("ix_endpoint_sign_signed", "signed_at"),
)

# What looks like tampering. `params` is JSON for the sentence; at most one of a kind is open.
tamper_item = Table(
    "tamper_item",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    _device(),
    Column("kind", String(40), nullable=False),
    Column("params", Text, nullable=False),
    Column("times", Integer, nullable=False, server_default="1"),
    Column("since", Float, nullable=False),
    Column("opened_at", Float, nullable=False),
    Column("closed_at", Float),
    Column("signed_by", String(100)),
    Column("signed_at", Float),
    Column("note", Text, nullable=False, server_default=""),
    Index(
        "ux_tamper_open",
        "device",
        "kind",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ix_tamper_item_signed", "signed_at", "opened_at"),
)
