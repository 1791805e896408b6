"""Which lessons a person has, and when they were done; times are wall seconds since 1970.

The person is a pseudonym. What was answered, and how often, is kept nowhere.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, Integer, String, Table, true

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.people_tables import PERSON_ID
from agentguard.server.store.schema.tables import METADATA

LESSON_ID = 40

# How a lesson stands: `device` told of it last, `due_at` is when it is to be done (again), and
# `asked` is false once no desk's policy asks for it any more.
person_lesson = Table(
    "person_lesson",
    METADATA,
    Column("person", String(PERSON_ID), primary_key=True),
    Column("lesson", String(LESSON_ID), primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False),
    columns.text("title", 200),
    Column("measure", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("known_at", Float, nullable=False),
    Column("done_at", Float),
    Column("comes_at", Float, nullable=False),
    Column("due_at", Float, nullable=False),
    Column("asked", Boolean, nullable=False, server_default=true()),
    Column("told_at", Float, nullable=False),
    Index("ix_person_lesson_device", "device"),
    Index("ix_person_lesson_due", "due_at"),
)

# Each day on which a lesson was done; `day` counts the days since 1970 in UTC.
lesson_done = Table(
    "lesson_done",
    METADATA,
    Column("person", String(PERSON_ID), primary_key=True),
    Column("lesson", String(LESSON_ID), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("device", String(64), ForeignKey("device.id"), nullable=False),
    Column("at", Float, nullable=False),
    columns.text("title", 200),
    Column("version", Integer, nullable=False),
    Index("ix_lesson_done_at", "at"),
    Index("ix_lesson_done_device", "device"),
)

# How often coaching on a control was read at a desk on a day, which is counted as above.
coaching_seen = Table(
    "coaching_seen",
    METADATA,
    Column("person", String(PERSON_ID), primary_key=True),
    Column("control", String(LESSON_ID), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("told_at", Float, nullable=False),
    Index("ix_coaching_seen_day", "day"),
    Index("ix_coaching_seen_device", "device"),
)
