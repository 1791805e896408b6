"""Lessons are kept by person: how each stands, and each day on which one was done."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    boolean,
    index,
    integer,
    real,
    string,
    table,
)

revision = "0030"
down_revision = "0029"
LEAST = "0019"


def upgrade() -> None:
    """Make the two tables."""
    table(
        "person_lesson",
        string("person", 40),
        string("lesson", 40),
        string("device", 64),
        string("title", 200, default=""),
        integer("measure"),
        integer("version"),
        real("known_at"),
        real("done_at", nullable=True),
        real("comes_at"),
        real("due_at"),
        boolean("asked", default=sa.true()),
        real("told_at"),
        key=["person", "lesson"],
        refers={"device": "device.id"},
    )
    index("ix_person_lesson_device", "person_lesson", ["device"])
    index("ix_person_lesson_due", "person_lesson", ["due_at"])
    table(
        "lesson_done",
        string("person", 40),
        string("lesson", 40),
        integer("day", counts=False),
        string("device", 64),
        real("at"),
        string("title", 200, default=""),
        integer("version"),
        key=["person", "lesson", "day"],
        refers={"device": "device.id"},
    )
    index("ix_lesson_done_at", "lesson_done", ["at"])
    index("ix_lesson_done_device", "lesson_done", ["device"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("lesson_done")
    op.drop_table("person_lesson")
