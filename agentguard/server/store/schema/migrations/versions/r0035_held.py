"""What held at each desk over time: presence, states, policies and teams, and sums by day.

Programs of before may write on: what they take in shows here with the next change that is told to
a program of now. A desk of before has its number with its next report, and what lies before that is
written down as not recorded.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from agentguard.server.store.schema.migrations.first.building import (
    big,
    index,
    integer,
    serial,
    small,
    string,
    table,
)

revision = "0035"
down_revision = "0034"
LEAST = "0019"

_STATES = (
    "not_enrolled", "offline", "not_in_policy", "paused", "excepted",
    "unknown", "partial", "not_applicable", "fail", "passed",
)  # fmt: skip
_SPELLS = ("presence", "excursion", "in_force", "desk_team")


def upgrade() -> None:
    """Make the tables."""
    table(
        "held_desk",
        serial("number"),
        string("device", 64),
        big("touched", nullable=True),
        key=["number"],
        refers={"device": "device.id"},
        unique="device",
    )
    table("held_control", serial("number"), string("check", 100), key=["number"], unique="check")
    table(
        "held_policy",
        serial("number"),
        string("digest", 128),
        string("name", 200),
        key=["number"],
        unique="digest",
    )
    _spells("presence", small("kind"))
    _spells("excursion", small("state"), by=("control",))
    _of_desk("judged", integer("control", counts=False), big("since"), key=["desk", "control"])
    _spells("in_force", integer("policy"))
    _spells("desk_team", _number("team"), refers={"team": "team.id"})
    for name in ("presence", "excursion"):
        index(f"ix_{name}_open", name, ["desk"], where="until IS NULL")
    _days("held_org_day")
    _days("held_day", _number("team"))
    index("ix_held_day_team", "held_day", ["team"])


def _days(name: str, *team: sa.Column[Any]) -> None:
    """Make a table of sums of days, of each team or of all."""
    of = ["team"] if team else []
    table(
        name,
        *(integer(one, counts=False) for one in ("control", "day")),
        *team,
        *map(big, _STATES),
        integer("desks"),
        integer("failing"),
        key=["control", "day", *of],
        refers={one: f"{one}.id" for one in of},
        sqlite_with_rowid=False,
    )
    index(f"ix_{name}_day", name, ["day"])


def _number(name: str) -> sa.Column[Any]:
    return serial(name, counts=False)


def _of_desk(name: str, *columns: sa.Column[Any], key: list[str], **refers: str) -> None:
    to = {"desk": "held_desk.number", **refers}
    table(name, _number("desk"), *columns, key=key, refers=to, sqlite_with_rowid=False)


def _spells(
    name: str,
    *columns: sa.Column[Any],
    by: tuple[str, ...] = (),
    refers: dict[str, str] | None = None,
) -> None:
    """Make a table of spells, which begin once for each desk and what else they are of."""
    keys = (integer(one, counts=False) for one in by)
    times = (big("since", counts=False), big("until", nullable=True))
    _of_desk(name, *keys, *times, *columns, key=["desk", *by, "since"], **(refers or {}))


def downgrade() -> None:
    """Take them away."""
    for name in (
        "held_day", "held_org_day", *_SPELLS, "judged", "held_policy", "held_control", "held_desk",
    ):  # fmt: skip
        op.drop_table(name)
