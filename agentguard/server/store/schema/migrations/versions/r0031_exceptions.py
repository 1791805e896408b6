"""Exceptions, where they hold and who ruled; what people do about findings; saved views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    big,
    boolean,
    index,
    integer,
    real,
    serial,
    string,
    table,
    text,
)

revision = "0031"
down_revision = "0030"
LEAST = "0019"


def upgrade() -> None:
    """Make the tables."""
    _exceptions()
    _exception_parts()
    _care()


def _exceptions() -> None:
    table(
        "exception",
        string("id", 32),
        string("control", 100, default=""),
        string("scope", 10, default=""),
        string("place", 64, default=""),
        string("named", 200, default=""),
        boolean("new_desks", default=sa.false()),
        string("severity", 20, default=""),
        text("reason", default=""),
        text("compensating", default=""),
        real("asked_at"),
        real("since", nullable=True),
        real("until"),
        string("state", 20, default="asked"),
        boolean("two_persons", default=sa.false()),
        real("ended_at", nullable=True),
        string("ended_why", 20, default=""),
        key=["id"],
    )
    index("ix_exception_state", "exception", ["state"])
    index("ix_exception_until", "exception", ["until"])


def _exception_parts() -> None:
    table(
        "exception_desk",
        string("exception", 32),
        string("device", 64),
        string("control", 100, default=""),
        real("since"),
        real("until"),
        real("taken_at", nullable=True),
        real("ended_at", nullable=True),
        string("ended_why", 20, default=""),
        real("proved_at", nullable=True),
        key=["exception", "device"],
        refers={"exception": "exception.id", "device": "device.id"},
    )
    index("ix_exception_desk_device", "exception_desk", ["device", "control", "since"])
    table(
        "exception_act",
        serial("id"),
        string("exception", 32, default=""),
        real("at"),
        string("by", 100, default=""),
        string("act", 20, default=""),
        text("text", default=""),
        key=["id"],
    )
    index("ix_exception_act_exception", "exception_act", ["exception", "id"])
    index("ix_exception_act_at", "exception_act", ["at"])


def _care() -> None:
    table(
        "finding_care",
        serial("finding", counts=False),
        string("state", 20, default="open"),
        string("assignee", 100, default=""),
        real("due_at", nullable=True),
        real("at"),
        string("effect", 20, default=""),
        string("exception", 32, default=""),
        string("severity", 20, default=""),
        big("hits", default="0", counts=False),
        real("proved_at", nullable=True),
        key=["finding"],
        refers={"finding": "finding.id"},
    )
    index("ix_finding_care_assignee", "finding_care", ["assignee"])
    table(
        "finding_note",
        serial("id"),
        serial("finding", counts=False),
        real("at"),
        string("by", 100, default=""),
        string("act", 20, default=""),
        text("text", default=""),
        key=["id"],
        refers={"finding": "finding.id"},
    )
    index("ix_finding_note_finding", "finding_note", ["finding", "id"])
    table(
        "saved_view",
        string("user", 100),
        string("name", 60),
        string("asked", 500, default=""),
        integer("place", default="0", counts=False),
        key=["user", "name"],
        refers={"user": "user_account.name"},
    )


def downgrade() -> None:
    """Take them away."""
    for name in (
        "saved_view",
        "finding_note",
        "finding_care",
        "exception_act",
        "exception_desk",
        "exception",
    ):
        op.drop_table(name)
