"""The tables of openings by phone; times are wall seconds since 1970."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, String, Table

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA

# The sets of challenges that a desk may hold: the one it told of, and one that is on its way.
# Challenges and answers are made from the name and the endpoint's key, and stand nowhere.
phone_set = Table(
    "phone_set",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("made_at", Float, nullable=False),
)

# An answer that a supervisor gave, or (`given_by` empty) one that nobody here gave.
phone_answer = Table(
    "phone_answer",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False, index=True),
    Column("challenge", String(20), nullable=False),
    Column("reason", String(250), nullable=False),
    Column("given_by", String(100), nullable=False),
    Column("given_at", Float, nullable=False),
    Column("used_at", Float),
)

# A supervisor's leave for one person to set up an authenticator app at one desk, once.
factor_invite = Table(
    "factor_invite",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False, index=True),
    Column("owner", String(200), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("made_by", String(100), nullable=False),
    Column("made_at", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("used_at", Float),
)
