"""Runs of drills as desks told them, and drills that somebody at the console has asked for."""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.tables import METADATA

DRILL_ID = 40

# `run` is the desk's own number of a run; `team` is the desk's team as it began, so that a desk
# that moves takes no past with it. Milliseconds are NULL where nothing was noticed or receipted.
drill_run = Table(
    "drill_run",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("run", String(40), primary_key=True),
    Column("drill", String(DRILL_ID), nullable=False),
    Column("team", Integer, nullable=False),
    Column("began_at", Float, nullable=False),
    Column("ended_at", Float),
    columns.text("outcome", 20),
    columns.text("why", 40),
    Column("noticed_ms", Integer),
    Column("receipt_ms", Integer),
    Index("ix_drill_run_began", "began_at"),
    Index("ix_drill_run_last", "device", "drill", "began_at"),
)

# It goes when the desk begins the drill, or a day after it was asked for.
drill_asked = Table(
    "drill_asked",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("drill", String(DRILL_ID), primary_key=True),
    Column("asked_by", String(100), nullable=False),
    Column("asked_at", Float, nullable=False),
)
