"""Where each desk belongs and how it stands: what the floor is counted and listed from.

Triggers of the database keep it (`migrations/versions/r0041_places.py`, `r0042_quiet.py`), whoever
writes to `device`, `device_standing`, `device_run`, `keeper` or `device_seen`: also a program of
before, and a backup that is brought back. So it is no table of the whole schema, which is copied,
aged and held by rows.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, Index, MetaData, SmallInteger, String, Table, text

from agentguard.server.store.schema.columns import SERIAL

NO_POSTURE = 9
"""The rank of a desk of which no posture is known; the others are those of `device_standing`."""

PLACES = MetaData()
"""Of this table alone."""

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
    sqlite_with_rowid=False,
)
