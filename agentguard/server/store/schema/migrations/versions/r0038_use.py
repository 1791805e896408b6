"""When desks were in use, where teams belonged, what had expired, and who failed for how long.

Programs of before may write on: sums of days that they make lack what is new until the next day.
Where teams belonged before is not known; they are taken to have been where they are now.
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
    text,
)

revision = "0038"
down_revision = "0037"
LEAST = "0019"

_OLD = (
    "not_enrolled", "offline", "not_in_policy", "paused", "excepted",
    "unknown", "partial", "not_applicable", "fail", "passed",
)  # fmt: skip
_NEW = ("blind", "expired", "used", "used_offline", "used_fail", "used_passed", "longest")
_NAMES = "INSERT INTO held_site (name) SELECT name FROM site ORDER BY id"
_PLACES = (
    "INSERT INTO team_site (team, since, until, site, zone, begins, ends) "
    "SELECT place.team, 0, NULL, COALESCE(held_site.number, 0), COALESCE(site.zone, ''), "
    "shift.begins, shift.ends FROM team_place AS place "
    "LEFT JOIN site ON site.id = place.site LEFT JOIN held_site ON held_site.name = site.name "
    "LEFT JOIN shift ON shift.id = place.shift"
)
_OF_DAYS = (
    "UPDATE held_day SET site = COALESCE((SELECT team_site.site FROM team_site "
    "WHERE team_site.team = held_day.team), 0)"
)


def upgrade() -> None:
    """Make the tables, and widen the sums of days."""
    op.add_column("in_force", big("expires", nullable=True))
    _desks("desk_locked", big("since", counts=False), big("until", nullable=True), key=["since"])
    index("ix_desk_locked_open", "desk_locked", ["desk"], where="until IS NULL")
    table("held_site", serial("number"), string("name", 100), key=["number"], unique="name")
    table(
        "team_site",
        serial("team", counts=False),
        big("since", counts=False),
        big("until", nullable=True),
        integer("site"),
        string("zone", 64),
        small("begins", nullable=True),
        small("ends", nullable=True),
        key=["team", "since"],
        refers={"team": "team.id"},
        sqlite_with_rowid=False,
    )
    for name in ("held_day", "held_org_day"):
        for column in (*map(_nought, _NEW), text("mended", default="")):
            op.add_column(name, column)
    _key_by_site()
    for said in (_NAMES, _PLACES, _OF_DAYS):
        op.execute(said)
    _make_failed()


def _nought(name: str) -> sa.Column[Any]:
    return big(name, default="0")


def _make_failed() -> None:
    table(
        "held_failed",
        *(integer(one, counts=False) for one in ("control", "day")),
        *(serial(one, counts=False) for one in ("desk", "team")),
        integer("site", counts=False),
        integer("seconds"),
        key=["control", "day", "desk", "team", "site"],
        refers={"desk": "held_desk.number", "team": "team.id"},
        sqlite_with_rowid=False,
    )
    for name in ("day", "desk", "team"):
        index(f"ix_held_failed_{name}", "held_failed", [name])


def _desks(name: str, *columns: sa.Column[Any], key: list[str]) -> None:
    table(
        name,
        serial("desk", counts=False),
        *columns,
        key=["desk", *key],
        refers={"desk": "held_desk.number"},
        sqlite_with_rowid=False,
    )


def _key_by_site() -> None:
    """Have the sums of a team's day apart by site; SQLite can change no key, so it copies them."""
    if op.get_bind().dialect.name != "sqlite":
        op.add_column("held_day", integer("site", default="0", counts=False))
        op.drop_constraint(op.f("pk_held_day"), "held_day", type_="primary")
        key = ["control", "day", "team", "site"]
        op.create_primary_key(op.f("pk_held_day"), "held_day", key)
        return
    _copy(["control", "day", "team", "site"], "site")


def _copy(key: list[str], *more: str) -> None:
    for name in ("day", "team"):
        op.drop_index(op.f(f"ix_held_day_{name}"), "held_day")
    op.rename_table("held_day", "held_day_before")
    table(
        "held_day",
        *(integer(one, counts=False) for one in ("control", "day")),
        serial("team", counts=False),
        *(integer(one, default="0", counts=False) for one in more),
        *map(big, _OLD),
        *map(_nought, _NEW),
        integer("desks"),
        integer("failing"),
        text("mended", default=""),
        key=key,
        refers={"team": "team.id"},
        sqlite_with_rowid=False,
    )
    names = ", ".join(("control", "day", "team", *_OLD, *_NEW, "desks", "failing", "mended"))
    op.execute(
        f"INSERT INTO held_day ({names}) SELECT {names} FROM held_day_before"  # noqa: S608 - no values
    )
    op.drop_table("held_day_before")
    for name in ("day", "team"):
        index(f"ix_held_day_{name}", "held_day", [name])


def downgrade() -> None:
    """Take them away; sums of a day of several sites are those of the first."""
    for name in ("held_failed", "team_site", "held_site", "desk_locked"):
        op.drop_table(name)
    op.execute(
        "DELETE FROM held_day WHERE site > (SELECT MIN(other.site) FROM held_day AS other "
        "WHERE other.control = held_day.control AND other.day = held_day.day "
        "AND other.team = held_day.team)"
    )
    if op.get_bind().dialect.name == "sqlite":
        _copy(["control", "day", "team"])
    else:
        op.drop_constraint(op.f("pk_held_day"), "held_day", type_="primary")
        op.create_primary_key(op.f("pk_held_day"), "held_day", ["control", "day", "team"])
        op.drop_column("held_day", "site")
    for name in ("held_day", "held_org_day"):
        for column in (*_NEW, "mended"):
            op.drop_column(name, column)
    op.drop_column("in_force", "expires")
