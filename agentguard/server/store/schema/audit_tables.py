"""The tables beside the audit log that make it one chain."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, String, Table, Text

from agentguard.server.store.schema.tables import METADATA

# One row: the newest entry that is chained, and the newest header as it was written (JSON). Whoever
# chains holds this row until the COMMIT, so that there is one chain.
audit_head = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("header", Text, nullable=False, server_default=""),
    Column("header_seq", BigInteger, nullable=False, server_default="0"),
)

# What the endpoint's key signed of the chain, as a receipt of a desk's journal; `day` is that of
# its time, counted in UTC since 1970.
audit_checkpoint = Table(
    "audit_checkpoint",
    METADATA,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Integer, nullable=False, index=True),
    Column("receipt", Text, nullable=False),
    Column("signature", String(128), nullable=False),
)
