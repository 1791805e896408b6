"""What held at each desk over time, so that it can be proved: no person stands in any of it.

Times are whole wall seconds since 1970, so that the parts of a period add up to it exactly; an end
of NULL is not reached yet. Desks, controls and policies stand in here by number, and rows lie in
the order of their keys: a quarter of ten thousand desks has millions of them.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

from agentguard.server.store.schema.columns import SERIAL
from agentguard.server.store.schema.tables import METADATA

OPEN = text("until IS NULL")


def _desk() -> Column[int]:
    return Column(
        "desk", SERIAL, ForeignKey("held_desk.number"), primary_key=True, autoincrement=False
    )


def _key(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _until() -> Column[int]:
    return Column("until", BigInteger)


def _open(table: str) -> Index:
    """Return the index of what has no end yet."""
    return Index(f"ix_{table}_open", "desk", sqlite_where=OPEN, postgresql_where=OPEN)


# The numbers. `touched` is the oldest moment of a past day of which something was learned since the
# sums of days were made.
held_desk = Table(
    "held_desk",
    METADATA,
    Column("number", SERIAL, primary_key=True),
    Column("device", String(64), ForeignKey("device.id"), nullable=False, unique=True),
    Column("touched", BigInteger),
)
held_control = Table(
    "held_control",
    METADATA,
    Column("number", SERIAL, primary_key=True),
    Column("check", String(100), nullable=False, unique=True),
)
held_policy = Table(
    "held_policy",
    METADATA,
    Column("number", SERIAL, primary_key=True),
    Column("digest", String(128), nullable=False, unique=True),
    Column("name", String(200), nullable=False),
)

# Each desk from its enrolment on, without a gap: watched, or why not (`presence.Kind`). A spell of
# watching ends at its last report.
presence = Table(
    "presence",
    METADATA,
    _desk(),
    _key("since"),
    _until(),
    Column("kind", SmallInteger, nullable=False),
    _open("presence"),
    sqlite_with_rowid=False,
)

# When a control was in another state than `pass` (`model.held.State`); passing has no row.
excursion = Table(
    "excursion",
    METADATA,
    _desk(),
    Column("control", Integer, primary_key=True, autoincrement=False),
    _key("since"),
    _until(),
    Column("state", SmallInteger, nullable=False),
    _open("excursion"),
    sqlite_with_rowid=False,
)

# From when on a control was judged at a desk at all; before that nothing is known of it.
judged = Table(
    "judged",
    METADATA,
    _desk(),
    Column("control", Integer, primary_key=True, autoincrement=False),
    Column("since", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Which policy each desk had and when its last day is over, and in which team it was.
in_force = Table(
    "in_force",
    METADATA,
    _desk(),
    _key("since"),
    _until(),
    Column("policy", Integer, nullable=False),
    Column("expires", BigInteger),
    sqlite_with_rowid=False,
)
desk_team = Table(
    "desk_team",
    METADATA,
    _desk(),
    _key("since"),
    _until(),
    Column("team", SERIAL, ForeignKey("team.id"), nullable=False),
    sqlite_with_rowid=False,
)

# When the session at a desk was locked. What it says by the minute is nobody's day after a while:
# it is kept as long as who used which desk, and then only sums of days are left of it.
desk_locked = Table(
    "desk_locked",
    METADATA,
    _desk(),
    _key("since"),
    _until(),
    _open("desk_locked"),
    sqlite_with_rowid=False,
)

# The names of sites, and where each team belonged when: its site (0 is none) and its hours, as
# minutes after midnight by the site's clock. A site that is named anew is another one from then on.
held_site = Table(
    "held_site",
    METADATA,
    Column("number", SERIAL, primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
)
team_site = Table(
    "team_site",
    METADATA,
    Column("team", SERIAL, ForeignKey("team.id"), primary_key=True, autoincrement=False),
    _key("since"),
    _until(),
    Column("site", Integer, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("begins", SmallInteger),
    Column("ends", SmallInteger),
    sqlite_with_rowid=False,
)

# Seconds of a control in a team and site on a day, by state, and in all of them together; `day`
# counts the days since 1970 in UTC. `desks` were in the team, `failing` failed for a moment at
# least. `used` are seconds in which desks were in use, by what was known of the control then;
# `longest` is as `days.PACK` has it, and `mended` the lengths of what was mended on the day.
STATES = (
    *("not_enrolled", "offline", "not_in_policy", "paused", "excepted", "blind"),
    *("unknown", "partial", "not_applicable", "fail", "expired", "passed"),
)
USED = ("used", "used_offline", "used_fail", "used_passed")
_NOUGHT = text("0")
_NEWER = dict.fromkeys(("blind", "expired", *USED, "longest"), _NOUGHT)
"""The columns of which programs of before know nothing."""


def _day(name: str, *more: Column[int] | Index) -> Table:
    return Table(
        name,
        METADATA,
        Column("control", Integer, primary_key=True, autoincrement=False),
        Column("day", Integer, primary_key=True, autoincrement=False),
        *more,
        *(
            Column(name, BigInteger, nullable=False, server_default=_NEWER.get(name))
            for name in (*STATES, *USED, "longest")
        ),
        Column("desks", Integer, nullable=False),
        Column("failing", Integer, nullable=False),
        Column("mended", Text, nullable=False, server_default=""),
        Index(f"ix_{name}_day", "day"),
        sqlite_with_rowid=False,
    )


held_day = _day(
    "held_day",
    Column("team", SERIAL, ForeignKey("team.id"), primary_key=True, autoincrement=False),
    Column("site", Integer, primary_key=True, autoincrement=False, server_default=_NOUGHT),
    Index("ix_held_day_team", "team"),
)
held_org_day = _day("held_org_day")

# For how many seconds a control failed on a day at each desk at which it did.
held_failed = Table(
    "held_failed",
    METADATA,
    Column("control", Integer, primary_key=True, autoincrement=False),
    Column("day", Integer, primary_key=True, autoincrement=False),
    _desk(),
    Column("team", SERIAL, ForeignKey("team.id"), primary_key=True, autoincrement=False),
    Column("site", Integer, primary_key=True, autoincrement=False),
    Column("seconds", Integer, nullable=False),
    Index("ix_held_failed_day", "day"),
    Index("ix_held_failed_desk", "desk"),
    Index("ix_held_failed_team", "team"),
    sqlite_with_rowid=False,
)
