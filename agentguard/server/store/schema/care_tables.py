"""What people do about findings, and how they like to see the list; times are wall seconds."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.tables import METADATA

# How a finding stands with people: one without a row is open and nobody's. `state` is open,
# working, accepted, false-alarm, done or proved; `assignee` an account of the console. `severity`
# and `hits` are what was judged: a finding that is worse than that is open again. `effect` says
# what a false alarm changes: none, or policy where the rule is to be changed.
finding_care = Table(
    "finding_care",
    METADATA,
    Column(
        "finding", columns.SERIAL, ForeignKey("finding.id"), primary_key=True, autoincrement=False
    ),
    Column("state", String(20), nullable=False, server_default="open"),
    columns.text("assignee", 100),
    Column("due_at", Float),
    Column("at", Float, nullable=False),
    columns.text("effect", 20),
    columns.text("exception", 32),
    columns.text("severity", 20),
    Column("hits", BigInteger, nullable=False, server_default="0"),
    Column("proved_at", Float),
    Index("ix_finding_care_assignee", "assignee"),
    Index(
        "ix_finding_care_stands",
        "finding",
        sqlite_where=text("state NOT IN ('open', 'proved')"),
        postgresql_where=text("state NOT IN ('open', 'proved')"),
    ),
)

finding_note = Table(
    "finding_note",
    METADATA,
    Column("id", columns.SERIAL, primary_key=True),
    Column("finding", columns.SERIAL, ForeignKey("finding.id"), nullable=False),
    Column("at", Float, nullable=False),
    columns.text("by", 100),
    columns.text("act", 20),
    Column("text", Text, nullable=False, server_default=""),
    Index("ix_finding_note_finding", "finding", "id"),
)

saved_view = Table(
    "saved_view",
    METADATA,
    Column("user", String(100), ForeignKey("user_account.name"), primary_key=True),
    Column("name", String(60), primary_key=True),
    columns.text("asked", 500),
    Column("place", Integer, nullable=False, server_default="0"),
)
