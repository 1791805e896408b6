"""The tables of sign-in and second factors; times are wall seconds since 1970."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    LargeBinary,
    String,
    Table,
    false,
)

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA

# `realm` is that of `totp`, today `console` alone; `data` is WebAuthn's attested credential data,
# with the public key.
passkey = Table(
    "passkey",
    METADATA,
    Column("id", LargeBinary, primary_key=True),
    Column("realm", String(20), nullable=False),
    Column("owner", String(200), nullable=False, index=True),
    Column("label", String(100), nullable=False),
    Column("rp", String(250), nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("counter", BigInteger, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("used_at", Float),
)

# One salt for a person's whole set, so that a check costs one hash.
recovery_code = Table(
    "recovery_code",
    METADATA,
    Column("owner", String(100), ForeignKey("user_account.name"), primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("used_at", Float),
)

# A sign-in whose password was right and whose second factor is yet to come.
sign_in_step = Table(
    "sign_in_step",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("user", String(100), ForeignKey("user_account.name"), nullable=False),
    Column("until", Float, nullable=False),
)

# What a passkey is to sign; good once. `owner` says for whom and what for.
challenge = Table(
    "challenge",
    METADATA,
    Column("value", LargeBinary, primary_key=True),
    Column("owner", String(250), nullable=False),
    Column("until", Float, nullable=False),
)

# A sign-in that went to the identity provider; known by the hash of the browser's cookie.
sso_flow = Table(
    "sso_flow",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("state", String(100), nullable=False),
    Column("nonce", String(100), nullable=False),
    Column("verifier", String(200), nullable=False),
    Column("path", String(500), nullable=False),
    Column("begun_at", Float, nullable=False),
    Column("again", Boolean, nullable=False),
    Column("until", Float, nullable=False),
)

# Whom an identity provider's subject is here; the name alone would be anybody's.
sso_user = Table(
    "sso_user",
    METADATA,
    Column("issuer", String(250), primary_key=True),
    Column("subject", String(250), primary_key=True),
    Column("user", String(100), ForeignKey("user_account.name"), nullable=False, unique=True),
)

# At which desks a person proved presence; says whose supervisors see the person's factors.
desk_person = Table(
    "desk_person",
    METADATA,
    Column("user", String(200), primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("at", Float, nullable=False),
)

# A code of a supervisor that opens one desk, once, for minutes.
break_glass = Table(
    "break_glass",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False, index=True),
    Column("hash", LargeBinary, nullable=False),
    Column("reason", String(250), nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("used_at", Float),
    Column("used_by", String(200)),
)

# The first administrator is made with this code, once; `user` is empty.
setup_code = Table(
    "setup_code",
    METADATA,
    Column("hash", LargeBinary, primary_key=True),
    Column("user", String(200), nullable=False),
    Column("until", Float, nullable=False),
    Column("used_at", Float),
)

# A reset of somebody's factors: one supervisor asks, another one confirms.
factor_reset = Table(
    "factor_reset",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("realm", String(20), nullable=False),
    Column("owner", String(200), nullable=False),
    Column("reason", String(250), nullable=False),
    Column("asked_by", String(100), nullable=False),
    Column("asked_at", Float, nullable=False),
    Column("ruled_by", String(100)),
    Column("ruled_at", Float),
    Column("done", Boolean, nullable=False, server_default=false()),
)
