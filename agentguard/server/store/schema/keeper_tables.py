"""The services that keep agents running: devices that are no desks of their own."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table

from agentguard.server.store.schema.tables import METADATA

# `well` is whether every session of its computer was guarded when it last reported; `seats` is how
# many there were (-1 when it does not say), `guarding` the agents that must be heard of.
keeper = Table(
    "keeper",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("well", Boolean, nullable=False),
    Column("seats", Integer, nullable=False, server_default="-1"),
    Column("guarding", Integer, nullable=False, server_default="0"),
)

# Which keeper watches an agent's computer, as the agent says itself.
keeper_agent = Table(
    "keeper_agent",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("keeper", String(64), nullable=False),
    Index("ix_keeper_agent_keeper", "keeper"),
)
