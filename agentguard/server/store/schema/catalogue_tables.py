"""The newest signed catalogue of software, as desks are handed it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, LargeBinary, String, Table

from agentguard.server.store.schema.tables import METADATA

# `seq` orders catalogues; `digest` is the SHA-256 of the pack; `body` is its envelope.
catalogue_pack = Table(
    "catalogue_pack",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", String(64), nullable=False),
    Column("added_at", Float, nullable=False),
    Column("added_by", String(100), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
