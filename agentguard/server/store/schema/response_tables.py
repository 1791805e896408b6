"""What is done about incidents: steps of playbooks, containment, looks at names, who is told.

`state` of a containment or a look is `asked`, `running`, `refused`, `withdrawn` or `ended`; of a
look `running` means that it was granted.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
)

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.tables import METADATA

# Playbooks as incidents began with them, each once; `own` are those of the site that are in use.
playbook_text = Table(
    "playbook_text",
    METADATA,
    Column("digest", String(64), primary_key=True),
    columns.text("id", 60),
    Column("body", Text, nullable=False),
    Column("own", Boolean, nullable=False, server_default=false()),
)

# A step of an incident's playbook that was ticked: `answer` is what was asked for, `skipped` why it
# was not needed.
incident_task = Table(
    "incident_task",
    METADATA,
    Column(
        "incident",
        columns.SERIAL,
        ForeignKey("incident.id"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("task", String(40), primary_key=True),
    Column("done_at", Float, nullable=False),
    columns.text("done_by", 100),
    columns.text("answer", 20),
    Column("note", Text, nullable=False, server_default=""),
    Column("skipped", Text, nullable=False, server_default=""),
)

# `seconds` is how long it holds from when it began; `told_at` when the desk said that it does.
containment = Table(
    "containment",
    METADATA,
    Column("id", columns.SERIAL, primary_key=True),
    Column("incident", columns.SERIAL, ForeignKey("incident.id"), nullable=False, index=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False),
    columns.text("act", 20),
    columns.text("state", 10),
    Column("seconds", Integer, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    columns.text("asked_by", 100),
    Column("asked_at", Float, nullable=False),
    columns.text("ruled_by", 100),
    Column("ruled_at", Float),
    Column("until", Float),
    Column("told_at", Float),
    columns.text("told", 20),
    columns.text("ended_by", 100),
    Column("ended_at", Float),
    Index("ix_containment_device", "device", "state"),
)

# A look at the names of an incident that only some may see: a second person grants each.
incident_look = Table(
    "incident_look",
    METADATA,
    Column("id", columns.SERIAL, primary_key=True),
    Column("incident", columns.SERIAL, ForeignKey("incident.id"), nullable=False, index=True),
    columns.text("state", 10),
    Column("reason", Text, nullable=False, server_default=""),
    columns.text("asked_by", 100),
    Column("asked_at", Float, nullable=False),
    columns.text("ruled_by", 100),
    Column("ruled_at", Float),
    Column("until", Float),
)

# Where a console user is told by mail of what waits, at most every so many minutes.
notice_wish = Table(
    "notice_wish",
    METADATA,
    Column("user", String(100), primary_key=True),
    columns.text("mail", 250),
    Column("minutes", Integer, nullable=False, server_default="60"),
    Column("sent_at", Float),
    columns.text("told", 64),
)
