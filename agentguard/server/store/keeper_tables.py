"""The services that keep agents running: devices that are no desks of their own."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table

from agentguard.server.store.tables import METADATA

# `well` is whether every session of its computer was guarded when it last reported.
keeper = Table(
    "keeper",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("well", Boolean, nullable=False),
)
