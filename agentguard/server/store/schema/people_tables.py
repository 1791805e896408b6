"""Who used which desk, under pseudonyms; times are wall seconds since 1970."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
)

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA

PERSON_ID = 40

# `id` is a keyed hash of the name; the name itself is sealed, and unsealed for who gives a reason.
person = Table(
    "person",
    METADATA,
    Column("id", String(PERSON_ID), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("first_at", Float, nullable=False),
    Column("last_at", Float, nullable=False, index=True),
)

# A span in which a desk reported a person's session; who that is may be forgotten before it.
desk_use = Table(
    "desk_use",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False),
    Column("person", String(PERSON_ID), nullable=False),
    Column("begun_at", Float, nullable=False),
    Column("last_at", Float, nullable=False),
    Index("ix_desk_use_device_last", "device", "last_at"),
    Index("ix_desk_use_person_last", "person", "last_at"),
)

# That somebody at the centre saw a person's name, why, and until when.
person_opening = Table(
    "person_opening",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("person", String(PERSON_ID), nullable=False, index=True),
    Column("by", String(100), nullable=False),
    Column("reason", String(250), nullable=False),
    Column("at", Float, nullable=False),
    Column("until", Float, nullable=False),
)
