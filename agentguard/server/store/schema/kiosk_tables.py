"""Screens that show one page without anybody signed in; times are wall seconds since 1970.

A screen is known by the hash of its cookie's value, never by the value. `next` is of the value that
it was sent and has not shown yet; `before` is of the last one, which counts until `before_until`.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, LargeBinary, Table, false

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.tables import METADATA

kiosk = Table(
    "kiosk",
    METADATA,
    Column("id", columns.SERIAL, primary_key=True),
    columns.text("name", 100),
    Column("every_team", Boolean, nullable=False, server_default=false()),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Column("next", LargeBinary),
    Column("before", LargeBinary),
    Column("before_until", Float, nullable=False, server_default="0"),
    columns.text("browser", 100),
    columns.text("made_by", 100),
    Column("made_at", Float, nullable=False),
    Column("taken_at", Float),
    Column("renewed_at", Float, nullable=False, server_default="0"),
    Column("seen_at", Float),
    columns.text("ended_by", 100),
    Column("ended_at", Float),
)
"""`taken_at` is when the screen took the grant up; before that `hash` is its code's."""

kiosk_team = Table(
    "kiosk_team",
    METADATA,
    Column("kiosk", columns.SERIAL, ForeignKey("kiosk.id"), primary_key=True, autoincrement=False),
    Column("team", columns.SERIAL, ForeignKey("team.id"), primary_key=True, autoincrement=False),
)
