"""How teams stood in the hours of their shift: hourly sums, cut by the clock of their sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from agentguard.server.roles import Scope
from agentguard.server.store.floor.trends import DAY, HOUR, Point
from agentguard.server.store.schema.floor_tables import shift, site, team_place
from agentguard.server.store.schema.history_tables import TIERS, team_hour

MINUTES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Teams that work at the same hours of the same clock; an empty `zone` is the endpoint's own.

    `begins` and `ends` are minutes after midnight; a night shift ends before it begins, and one
    that ends when it begins lasts all day.
    """

    begins: int
    ends: int
    zone: str
    teams: frozenset[int]

    def day(self, at: float) -> date | None:
        """Return the day on which the shift began that an hour lies in; None outside of it.

        An hour belongs to where its middle lies, as some clocks differ by half hours.
        """
        moment = datetime.fromtimestamp(at + HOUR / 2, UTC)
        local = moment.astimezone(ZoneInfo(self.zone) if self.zone else None)
        minute = local.hour * MINUTES + local.minute
        if self.begins < self.ends:
            return local.date() if self.begins <= minute < self.ends else None
        if minute >= self.begins:
            return local.date()
        if minute < self.ends or self.begins == self.ends:
            return local.date() - timedelta(days=1)
        return None


def hours(connection: Connection, teams: Scope) -> list[Hours]:
    """Return the working hours of these teams; a team without a shift has none."""
    asked = (
        select(team_place.c.team, shift.c.begins, shift.c.ends, site.c.zone)
        .join(shift, shift.c.id == team_place.c.shift)
        .outerjoin(site, site.c.id == team_place.c.site)
    )
    if teams is not None:
        asked = asked.where(team_place.c.team.in_(teams))
    found: dict[tuple[int, int, str], set[int]] = defaultdict(set)
    for row in connection.execute(asked):
        found[row.begins, row.ends, row.zone or ""].add(row.team)
    return [
        Hours(begins=begins, ends=ends, zone=zone, teams=frozenset(ids))
        for (begins, ends, zone), ids in sorted(found.items())
    ]


def trend(connection: Connection, every: Iterable[Hours], days: int, now: float) -> list[Point]:
    """Return one point for each day on which a shift began, the oldest first; `at` is its midnight.

    Findings and incidents are counted by whole days and are 0 here.
    """
    whole: dict[date, dict[str, float]] = defaultdict(lambda: dict.fromkeys(TIERS, 0.0))
    for one in every:
        for day, counts in _means(connection, one, now - days * DAY).items():
            for tier in TIERS:
                whole[day][tier] += counts[tier]
    return [_point(day, whole[day]) for day in sorted(whole)]


def _point(day: date, counts: dict[str, float]) -> Point:
    return Point(
        at=datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp(),
        ok=counts["ok"],
        attention=counts["attention"],
        failing=counts["failing"],
        silent=counts["silent"],
    )


def _means(connection: Connection, one: Hours, since: float) -> dict[date, dict[str, float]]:
    """Return the mean of each tier over the looks of each shift."""
    sums = [func.sum(team_hour.c[tier]).label(tier) for tier in TIERS]
    rows = connection.execute(
        select(team_hour.c.at, func.max(team_hour.c.samples).label("samples"), *sums)
        .where(team_hour.c.team.in_(one.teams), team_hour.c.at >= since)
        .group_by(team_hour.c.at)
    )
    looks: dict[date, int] = defaultdict(int)
    counted: dict[date, dict[str, float]] = defaultdict(lambda: dict.fromkeys(TIERS, 0.0))
    for row in rows:
        day = one.day(row.at)
        if day is not None:
            looks[day] += row.samples
            for tier in TIERS:
                counted[day][tier] += float(getattr(row, tier))
    return {
        day: {tier: many / max(1, looks[day]) for tier, many in counts.items()}
        for day, counts in counted.items()
    }
