"""The tables of what goes out: one row for each happening, and how far each feed has come."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Index, Integer, String, Table, Text

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA

# `source` makes a happening idempotent: what is reported twice goes out once.
feed_outbox = Table(
    "feed_outbox",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("source", String(200), nullable=False, unique=True),
    Column("at", Float, nullable=False),
    Column("kept_at", Float, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_feed_outbox_kept_at", "kept_at"),
)

# `next_at` is when the feed is tried again; while it is sent it lies ahead, so nobody else does.
feed_state = Table(
    "feed_state",
    METADATA,
    Column("feed", String(60), primary_key=True),
    Column("sent", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_at", Float, nullable=False, server_default="0"),
    Column("failing_since", Float),
    Column("problem", String(200), nullable=False, server_default=""),
    Column("dropped", BigInteger, nullable=False, server_default="0"),
)
