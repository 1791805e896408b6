"""Tokens with which other systems read what is known of desks; times are wall seconds since 1970.

A token is known by its hash, never by its value. `kinds` are what it may
read and `teams` their ids, each set apart by spaces.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, LargeBinary, Table, Text, false

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.tables import METADATA

read_token = Table(
    "read_token",
    METADATA,
    Column("id", columns.SERIAL, primary_key=True),
    columns.text("name", 100),
    Column("hash", LargeBinary, nullable=False, unique=True),
    columns.text("kinds", 200),
    Column("every_team", Boolean, nullable=False, server_default=false()),
    Column("teams", Text, nullable=False, server_default=""),
    columns.text("made_by", 100),
    Column("made_at", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("seen_at", Float),
    columns.text("ended_by", 100),
    Column("ended_at", Float),
)
