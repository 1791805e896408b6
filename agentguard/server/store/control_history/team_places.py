"""Where each team belonged when: its site by the name that it had, and its hours.

A team that moves, and a site that is named anew or taken away, change nothing of what was before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from agentguard.model import desk_use
from agentguard.model.desk_use import Times
from agentguard.model.held import Period
from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.control_tables import held_site, team_site
from agentguard.server.store.schema.floor_tables import shift, site, team_place
from agentguard.server.store.schema.tables import team

_NOW = (
    select(team.c.id, site.c.name, site.c.zone, shift.c.begins, shift.c.ends)
    .outerjoin(team_place, team_place.c.team == team.c.id)
    .outerjoin(site, site.c.id == team_place.c.site)
    .outerjoin(shift, shift.c.id == team_place.c.shift)
)
_COLUMNS = ("site", "zone", "begins", "ends")
_NOWHERE = (0, "", None, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """From `since` until `until` a team belonged to the site of this number, 0 for none.

    `begins` and `ends` are its hours as `model.desk_use.hours` takes them, None without a shift.
    """

    since: int
    until: int
    site: int = 0
    zone: str = ""
    begins: int | None = None
    ends: int | None = None

    def hours(self, within: Period) -> list[Times] | None:
        """Return the hours of the team that touch a period; None where it has none."""
        if self.begins is None or self.ends is None:
            return None
        return desk_use.hours(within, self.begins, self.ends, self.zone)


def follow(connection: Connection, now: float) -> None:
    """Write down where teams belong that belong elsewhere than was known."""
    at = int(now)
    asked = select(team_site).where(team_site.c.until.is_(None))
    known = {row.team: row for row in connection.execute(asked)}
    rows = connection.execute(_NOW).all()
    numbers = _numbers(connection, {row.name for row in rows if row.name})
    for row in rows:
        wanted = (numbers.get(row.name, 0), row.zone or "", row.begins, row.ends)
        before = known.get(row.id)
        if wanted == (_NOWHERE if before is None else tuple(before)[3:]):
            continue
        since = at
        if before is not None:
            since = max(at, before.since)
            mine = (team_site.c.team == row.id) & (team_site.c.since == before.since)
            if since == before.since:
                connection.execute(delete(team_site).where(mine))
            else:
                connection.execute(update(team_site).where(mine).values(until=since))
        values = dict(zip(_COLUMNS, wanted, strict=True))
        connection.execute(insert(team_site).values(team=row.id, since=since, **values))


def read(connection: Connection, period: Period) -> dict[int, list[Place]]:
    """Return where teams belonged within a period, in order; a team that is not named nowhere."""
    table = team_site.c
    rows = connection.execute(
        select(team_site)
        .where(table.since < period.until, table.until.is_(None) | (table.until > period.since))
        .order_by(table.team, table.since)
    )
    found: dict[int, list[Place]] = {}
    for row in rows:
        since, until = period.of(row.since, period.until if row.until is None else row.until)
        told = {name: getattr(row, name) for name in _COLUMNS}
        found.setdefault(row.team, []).append(Place(since=since, until=until, **told))
    return found


def cut(places: Sequence[Place], since: int, until: int) -> Iterator[Place]:
    """Yield the parts of a span by where the team belonged, without a gap."""
    at = since
    for one in places:
        begin, end = max(one.since, at), min(one.until, until)
        if begin >= end:
            continue
        if begin > at:
            yield Place(since=at, until=begin)
        told = {name: getattr(one, name) for name in _COLUMNS}
        yield Place(since=begin, until=end, **told)
        at = end
    if at < until:
        yield Place(since=at, until=until)


def names(connection: Connection) -> Mapping[int, str]:
    """Return the names of sites by their numbers."""
    return {row.number: row.name for row in connection.execute(select(held_site))}


def _numbers(connection: Connection, wanted: set[str]) -> dict[str, int]:
    known = {name: number for number, name in names(connection).items()}
    if wanted - known.keys():
        made = upsert(connection, held_site).on_conflict_do_nothing(index_elements=["name"])
        connection.execute(made, [{"name": one} for one in sorted(wanted)])
        known = {name: number for number, name in names(connection).items()}
    return known
