"""Reads the sums of days for pages: seconds of each state, use, and what failed for how long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Table,
    func,
    literal,
    select,
    union_all,
)

from agentguard.model.held import ORDER, State
from agentguard.server.store.control_history.days import PACK
from agentguard.server.store.schema.control_tables import (
    STATES,
    USED,
    held_control,
    held_day,
    held_desk,
    held_failed,
    held_org_day,
    held_site,
)
from agentguard.server.store.schema.tables import device

WEEK = 7
THURSDAY = 3
"""1 January 1970 was one; weeks begin on Mondays."""
_ADDED = (*STATES, *USED)
By = tuple[str, ...]
"""By what places are told apart: team, site, both or neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which days (the last not included), teams (None is all), site and checks are asked about.

    A site is meant by the name that it had at the time.
    """

    days: tuple[int, int]
    checks: Collection[str]
    teams: Collection[int] | None = None
    site: str | None = None

    def rows(self, table: Table) -> tuple[ColumnElement[bool], ...]:
        """Return what chooses the rows of a table of sums."""
        numbers = select(held_control.c.number).where(held_control.c.check.in_(self.checks))
        chosen = [
            table.c.day >= self.days[0],
            table.c.day < self.days[1],
            table.c.control.in_(numbers),
        ]
        if self.teams is not None:
            chosen.append(table.c.team.in_(self.teams))
        if self.site is not None:
            named = select(held_site.c.number).where(held_site.c.name == self.site)
            chosen.append(table.c.site.in_(named))
        return tuple(chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """Seconds of each state of a control; team, site (0 for none) and day only where asked for.

    `used` are the seconds in which desks were in use: all, those in which they were not watched,
    failed and held. `desks` and `failing` are the most on one day in one team and site that were
    there, and that failed. `longest` has the seconds of the longest failure and the number of its
    desk, `mended` the lengths of all that were mended.
    """

    check: str
    seconds: dict[State, int]
    used: dict[str, int]
    team: int = 0
    site: int = 0
    day: int = 0
    desks: int = 0
    failing: int = 0
    longest: tuple[int, int] = (0, 0)
    mended: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Worst:
    """The desk at which a control failed for the longest time in all, of a team and site.

    `team_now` is where it is now, since it may have moved.
    """

    check: str
    team: int
    site: int
    device: str
    label: str
    team_now: int
    seconds: int


def read(
    connection: Connection, wanted: Wanted, by: Collection[str] = ("team", "site", "day")
) -> list[Sum]:
    """Return the sums of what is wanted, told apart by team, site, day or week (its Monday)."""
    whole = wanted.teams is None and wanted.site is None and not {"team", "site"} & {*by}
    table = held_org_day if whole else held_day
    keys = [_key(table, name) for name in by]
    told = func.aggregate_strings(func.nullif(table.c.mended, ""), ",")
    sums = (
        select(
            table.c.control,
            *keys,
            *(func.sum(table.c[name]).label(name) for name in _ADDED),
            *(func.max(table.c[name]).label(name) for name in ("longest", "desks", "failing")),
            told.label("mended"),
        )
        .where(*wanted.rows(table))
        .group_by(table.c.control, *keys)
    )
    names = _names(connection)
    found = [_sum(row, names, by) for row in connection.execute(sums)]
    return sorted(found, key=lambda one: (one.check, one.team, one.site, one.day))


def _key(table: Table, name: str) -> ColumnElement[Any]:
    if name == "week":
        return (table.c.day - (table.c.day + THURSDAY) % WEEK).label("week")
    return table.c[name]


def _names(connection: Connection) -> dict[int, str]:
    return {row.number: row.check for row in connection.execute(select(held_control))}


def _sum(row: Any, names: dict[int, str], by: Collection[str]) -> Sum:
    told = row._asdict()
    return Sum(
        check=names[row.control],
        team=told["team"] if "team" in by else 0,
        site=told["site"] if "site" in by else 0,
        day=told["day"] if "day" in by else told["week"] if "week" in by else 0,
        seconds={state: int(told[name]) for state, name in zip(ORDER, STATES, strict=True)},
        used={name: int(told[name]) for name in USED},
        desks=row.desks,
        failing=row.failing,
        longest=divmod(row.longest, PACK),
        mended=tuple(map(int, filter(None, (row.mended or "").split(",")))),
    )


def worst(connection: Connection, wanted: Wanted, bys: Sequence[By]) -> dict[By, list[Worst]]:
    """Return the desk that failed most of each control, by each of the ways to tell places apart.

    A way is some of team and site. What is read of the days is read once for all of them.
    """
    table = held_failed.c
    keys = (table.control, table.desk, table.team, table.site)
    each = (
        select(*keys, func.sum(table.seconds).label("seconds"))
        .where(*wanted.rows(held_failed))
        .group_by(*keys)
        .cte("each")
    )
    ranked = union_all(*(_ranked(each, way, by) for way, by in enumerate(bys))).subquery()
    rows = connection.execute(
        select(ranked, held_desk.c.device, device.c.label, device.c.team.label("team_now"))
        .join(held_desk, held_desk.c.number == ranked.c.desk)
        .join(device, device.c.id == held_desk.c.device)
        .where(ranked.c.place == 1)
    )
    names = _names(connection)
    found: dict[By, list[Worst]] = {by: [] for by in bys}
    for row in rows:
        one = Worst(
            check=names[row.control],
            team=row.team,
            site=row.site,
            device=row.device,
            label=row.label,
            team_now=row.team_now,
            seconds=int(row.seconds),
        )
        found[bys[row.way]].append(one)
    return found


def _ranked(each: CTE, way: int, by: By) -> Select[Any]:
    """Return the desks of each control with their place among those of the same team and site."""
    keys = [each.c[name] if name in by else literal(0).label(name) for name in ("team", "site")]
    summed = (
        select(each.c.control, each.c.desk, *keys, func.sum(each.c.seconds).label("seconds"))
        .group_by(each.c.control, each.c.desk, *(each.c[name] for name in by))
        .subquery()
    )
    place = func.row_number().over(
        partition_by=[summed.c.control, summed.c.team, summed.c.site],
        order_by=[summed.c.seconds.desc(), summed.c.desk],
    )
    return select(literal(way).label("way"), summed, place.label("place"))


def labels(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[str, str, int]]:
    """Return the device, the label and the team of desks by their numbers, as they are now."""
    asked = (
        select(held_desk.c.number, held_desk.c.device, device.c.label, device.c.team)
        .join(device, device.c.id == held_desk.c.device)
        .where(held_desk.c.number.in_(sorted({*numbers})))
    )
    return {row.number: (row.device, row.label, row.team) for row in connection.execute(asked)}
