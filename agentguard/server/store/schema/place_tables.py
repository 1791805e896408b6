"""Where each desk belongs, how it stands and what is open: what floor and findings are read from.

Triggers of the database keep it (`migrations/versions/r0041_places.py`, `r0042_quiet.py`,
`r0043_counts.py`, `r0044_findings.py`), whoever writes to `device`, `device_standing`,
`device_run`, `keeper`, `device_seen` or `finding`: also a program of before, and a backup that is
brought back. So these are no tables of the whole schema, which is copied, aged and held by rows.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    text,
)

from agentguard.server.store.schema.columns import SERIAL

NO_POSTURE = 9
"""The rank of a desk of which no posture is known; the others are those of `device_standing`."""

PLACES = MetaData()
"""Of these tables alone."""

# `gone_at` is when the newest run of its agent said goodbye, empty when it did not; `quiet_since`
# the last report of a desk that is marked as silent for long, empty for all others.
desk_place = Table(
    "desk_place",
    PLACES,
    Column("device", String(64), primary_key=True),
    Column("team", SERIAL, nullable=False),
    Column("label", String(200), nullable=False),
    Column("shown", Boolean, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("gone_at", Float),
    Column("quiet_since", Float),
    Index("ix_desk_place_team", "shown", "team", "rank", "quiet_since", "gone_at"),
    Index("ix_desk_place_label", "shown", "rank", "label", "device"),
    Index(
        *("ix_desk_place_quiet", "shown", "quiet_since", "device", "gone_at", "team"),
        sqlite_where=text("quiet_since IS NOT NULL"),
        postgresql_where=text("quiet_since IS NOT NULL"),
    ),
    Index(
        *("ix_desk_place_gone", "shown", "gone_at", "quiet_since", "team"),
        sqlite_where=text("quiet_since IS NOT NULL AND gone_at IS NOT NULL"),
        postgresql_where=text("quiet_since IS NOT NULL AND gone_at IS NOT NULL"),
    ),
    sqlite_with_rowid=False,
)

# How many desks of a team are in a tier (its place in `team_counts.TIERS`): those that are marked
# are `silent` or, when they said goodbye, `away`; all others are as their posture has it.
# What counts is the sum of this row and of its changes, which a job adds to it.
team_count = Table(
    "team_count",
    PLACES,
    Column("team", SERIAL, primary_key=True, autoincrement=False),
    Column("tier", SmallInteger, primary_key=True, autoincrement=False),
    Column("many", Integer, nullable=False),
    sqlite_with_rowid=False,
)

team_count_change = Table(
    "team_count_change",
    PLACES,
    Column("team", SERIAL, nullable=False),
    Column("tier", SmallInteger, nullable=False),
    Column("many", Integer, nullable=False),
)

# The open findings of desks that are shown, wherever these belong. `danger` is 10 more for one that
# is no danger while it lasts (`desk_status.LIVE`), and the place of its severity.
open_finding = Table(
    "open_finding",
    PLACES,
    Column("finding", SERIAL, primary_key=True, autoincrement=False),
    Column("device", String(64), nullable=False),
    Column("team", SERIAL, nullable=False),
    Column("check", String(100), nullable=False),
    Column("danger", SmallInteger, nullable=False),
    Column("opened_at", Float, nullable=False),
    Index("ix_open_finding_danger", "danger", "opened_at", "finding", "team"),
    Index("ix_open_finding_check", "check", "opened_at"),
    Index("ix_open_finding_device", "device", "check"),
    Index("ix_open_finding_team", "team", "check", "device", "danger", "opened_at"),
    sqlite_with_rowid=False,
)

# How many open findings of a control there are by danger, and for DESKS at how many desks.
# What counts is the sum of this row and of its changes, as with `team_count`.
finding_count = Table(
    "finding_count",
    PLACES,
    Column("check", String(100), primary_key=True),
    Column("danger", SmallInteger, primary_key=True, autoincrement=False),
    Column("many", Integer, nullable=False),
    sqlite_with_rowid=False,
)

finding_count_change = Table(
    "finding_count_change",
    PLACES,
    Column("check", String(100), nullable=False),
    Column("danger", SmallInteger, nullable=False),
    Column("many", Integer, nullable=False),
)
