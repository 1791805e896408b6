"""What is kept of the past: how teams stood by hour and day, what may not be deleted, what was."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA, event, finding, posture_change

TIERS = ("ok", "attention", "failing", "silent")


def _team() -> Column[int]:
    return Column("team", SERIAL, ForeignKey("team.id"), primary_key=True, autoincrement=False)


def _at() -> Column[float]:
    return Column("at", Float, primary_key=True)


def _counts(*more: str) -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in (*TIERS, *more)]


# How each team stands now; written by whoever leads, every few seconds.
team_summary = Table(
    "team_summary",
    METADATA,
    _team(),
    *_counts("findings", "incidents"),
    Column("as_of", Float, nullable=False),
)

# What the desks of a team asked their persons' attention for, and under team 0 all desks: JSON of
# `interruption_sums.Kept`, written every ten minutes by whoever leads.
attention_sum = Table(
    "attention_sum",
    METADATA,
    Column("team", SERIAL, primary_key=True, autoincrement=False),
    Column("counts", Text, nullable=False),
)

# Sums over `samples` looks, so that hours add up to days and teams to sites; `at` begins the span.
team_hour = Table("team_hour", METADATA, _team(), _at(), *_counts("samples"))
org_hour = Table("org_hour", METADATA, _at(), *_counts("samples"))

# `opened` and `closed` count findings, `incidents` those that agents reported on that day.
_DAY = ("samples", "opened", "closed", "incidents")
team_day = Table("team_day", METADATA, _team(), _at(), *_counts(*_DAY))
org_day = Table("org_day", METADATA, _at(), *_counts(*_DAY))

# When a job was last done, whoever did it.
job = Table(
    "job",
    METADATA,
    Column("name", String(50), primary_key=True),
    Column("ran_at", Float, nullable=False),
)

# The jobs that fail: since when, how often in a row, and why as an id under `server.cause`.
job_failure = Table(
    "job_failure",
    METADATA,
    Column("name", String(50), primary_key=True),
    Column("since", Float, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("why", String(20), nullable=False),
)

# The oldest revision whose programs may still write, in one row.
schema_least = Table("schema_least", METADATA, Column("revision", String(32), primary_key=True))

# What may not be deleted: all of a `device` (its id), a `team` (its name) or a `person` (the name).
legal_hold = Table(
    "legal_hold",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("reason", String(500), nullable=False),
    Column("placed_by", String(100), nullable=False),
    Column("placed_at", Float, nullable=False),
    Column("ended_by", String(100)),
    Column("ended_at", Float),
)

# What was set instead of the ages of `retention.RECORDS`.
retention_age = Table(
    "retention_age",
    METADATA,
    Column("record", String(50), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("set_by", String(100), nullable=False),
    Column("set_at", Float, nullable=False),
)

# What retention did: `deleted` rows older than `cutoff`, and `held` ones that it left.
retention_run = Table(
    "retention_run",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("at", Float, nullable=False),
    Column("record", String(50), nullable=False),
    Column("cutoff", Float, nullable=False),
    Column("deleted", BigInteger, nullable=False),
    Column("held", BigInteger, nullable=False),
    Column("dry", Boolean, nullable=False),
    Index("ix_retention_run_at", "at"),
)

# On PostgreSQL events are cut by month, and a block range index costs a report next to nothing.
Index("ix_event_received_at", event.c.received_at, postgresql_using="brin")
Index("ix_posture_change_at", posture_change.c.at, postgresql_using="brin")
Index("ix_finding_opened_at", finding.c.opened_at)
Index("ix_finding_closed_at", finding.c.closed_at)
