"""Exceptions from controls, and where they hold; times are wall seconds since 1970.

`exception` says nothing of a person, so that it can be kept as evidence; who did what with it is
in `exception_act`. `exception_desk` tells what was unguarded: the control of that desk from `since`
to `until`, which is put back to the true end when it ends before its time.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Index, String, Table, Text, false, text

from agentguard.server.store.schema import columns
from agentguard.server.store.schema.tables import METADATA

# `scope` is desk, team or site, and `place` which: the device's id, or the number of the others.
# `state` is asked, running, refused, withdrawn or ended; `ended_why` why it ended. `severity` is
# the worst that is excepted: what is worse counts as ever. `named` is the place as people knew it.
exception = Table(
    "exception",
    METADATA,
    Column("id", String(32), primary_key=True),
    columns.text("control", 100),
    columns.text("scope", 10),
    columns.text("place", 64),
    columns.text("named", 200),
    Column("new_desks", Boolean, nullable=False, server_default=false()),
    columns.text("severity", 20),
    Column("reason", Text, nullable=False, server_default=""),
    Column("compensating", Text, nullable=False, server_default=""),
    Column("asked_at", Float, nullable=False),
    Column("since", Float),
    Column("until", Float, nullable=False),
    Column("state", String(20), nullable=False, server_default="asked"),
    Column("two_persons", Boolean, nullable=False, server_default=false()),
    Column("ended_at", Float),
    columns.text("ended_why", 20),
    Index("ix_exception_state", "state"),
    Index("ix_exception_until", "until"),
)

# `taken_at` is when the desk said that it holds there, `proved_at` when it passed after the end.
exception_desk = Table(
    "exception_desk",
    METADATA,
    Column("exception", String(32), ForeignKey("exception.id"), primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), primary_key=True),
    columns.text("control", 100),
    Column("since", Float, nullable=False),
    Column("until", Float, nullable=False),
    Column("taken_at", Float),
    Column("ended_at", Float),
    columns.text("ended_why", 20),
    Column("proved_at", Float),
    Index("ix_exception_desk_device", "device", "control", "since"),
    Index(
        "ix_exception_desk_until",
        "until",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

# `by` is an account of the console, or empty for the desk; `act` is asked, approved, refused,
# withdrawn, ended or worsened. It goes with the audit log, often before the exception itself, so
# that neither refers to the other.
exception_act = Table(
    "exception_act",
    METADATA,
    Column("id", columns.SERIAL, primary_key=True),
    columns.text("exception", 32),
    Column("at", Float, nullable=False),
    columns.text("by", 100),
    columns.text("act", 20),
    Column("text", Text, nullable=False, server_default=""),
    Index("ix_exception_act_exception", "exception", "id"),
    Index("ix_exception_act_at", "at"),
)
