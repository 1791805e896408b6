"""Where teams belong (sites, shifts), how each desk stands, and what was done about incidents."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA, event, finding

# `zone` is the site's clock by its name in the tz database, empty for the endpoint's own.
site = Table(
    "site",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("zone", String(64), nullable=False, server_default=""),
)

# `begins` and `ends` are minutes after midnight at the site; a night shift ends before it begins.
shift = Table(
    "shift",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("begins", SmallInteger, nullable=False),
    Column("ends", SmallInteger, nullable=False),
)

team_place = Table(
    "team_place",
    METADATA,
    Column("team", SERIAL, ForeignKey("team.id"), primary_key=True, autoincrement=False),
    Column("site", SERIAL, ForeignKey("site.id"), index=True),
    Column("shift", SERIAL, ForeignKey("shift.id"), index=True),
)

# Written when a posture changes, so that the floor need not read a hundred thousand postures.
# `rank` and `severity` are those of `standing.RANKS` and `standing.SEVERITIES`, the worst first.
device_standing = Table(
    "device_standing",
    METADATA,
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    Column("rank", SmallInteger, nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("since", Float, nullable=False),
    Index("ix_device_standing_order", "rank", "severity", "since", "device"),
    sqlite_with_rowid=False,
)

Index(
    "ix_finding_open_check",
    finding.c.check,
    finding.c.device,
    sqlite_where=text("closed_at IS NULL"),
    postgresql_where=text("closed_at IS NULL"),
)

# What people wrote to an incident: a `note`, or the `sign-off` of a second person.
incident_step = Table(
    "incident_step",
    METADATA,
    Column("id", SERIAL, primary_key=True),
    Column("incident", SERIAL, ForeignKey("incident.id"), nullable=False, index=True),
    Column("at", Float, nullable=False),
    Column("by", String(100), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("text", Text, nullable=False),
)

LESSON = "lesson.answered"
Index(
    "ix_event_lesson",
    event.c.received_at,
    sqlite_where=event.c.kind == text(f"'{LESSON}'"),
    postgresql_where=event.c.kind == text(f"'{LESSON}'"),
)

HANDED, MISSED = "shift.handed-over", "shift.missed"
CLEAN, CLEAN_MISSED = "desk.clean", "desk.clean-missed"
SHIFT_KINDS = text(f"kind IN ('{HANDED}', '{MISSED}', '{CLEAN}', '{CLEAN_MISSED}')")
"""What a team page counts of handovers; an index has just these events."""
Index(
    "ix_event_shift",
    event.c.received_at,
    sqlite_where=SHIFT_KINDS,
    postgresql_where=SHIFT_KINDS,
)

COUNT_KINDS = text("kind IN ('away.counts', 'copies.counts', 'gate.counts')")
"""What drafts of policies are tried on; an index has just these events."""
Index(
    "ix_event_counts",
    event.c.received_at,
    sqlite_where=COUNT_KINDS,
    postgresql_where=COUNT_KINDS,
)
