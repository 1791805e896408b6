"""Sites and shifts, and which teams belong to them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from agentguard.server import zoned
from agentguard.server.roles import Scope
from agentguard.server.store.control_history import team_places
from agentguard.server.store.schema.floor_tables import shift, site, team_place
from agentguard.server.store.schema.tables import device, team

DAY = 24 * 60
"""Minutes of a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A building, or wherever teams sit together; `zone` names its clock, empty for ours."""

    id: int
    name: str
    zone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Working hours in minutes after midnight; a night shift ends before it begins."""

    id: int
    name: str
    begins: int
    ends: int

    @property
    def hours(self) -> str:
        """The hours as people write them."""
        return f"{_clock(self.begins)}–{_clock(self.ends)}"  # noqa: RUF001 - a span of time


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A team with the site and the shift that it belongs to, if any."""

    id: int
    name: str
    site: int | None
    shift: int | None


def sites(connection: Connection) -> list[Site]:
    """Return all sites by name."""
    rows = connection.execute(select(site).order_by(site.c.name))
    return [Site(id=row.id, name=row.name, zone=row.zone) for row in rows]


def shifts(connection: Connection) -> list[Shift]:
    """Return all shifts by their beginning."""
    rows = connection.execute(select(shift).order_by(shift.c.begins, shift.c.name))
    return [Shift(id=r.id, name=r.name, begins=r.begins, ends=r.ends) for r in rows]


def list_placed(connection: Connection, scope: Scope = None) -> list[Placed]:
    """Return the teams that may be seen, with their places, by name."""
    asked = (
        select(team.c.id, team.c.name, team_place.c.site, team_place.c.shift)
        .outerjoin(team_place, team_place.c.team == team.c.id)
        .order_by(team.c.name)
    )
    if scope is not None:
        asked = asked.where(team.c.id.in_(scope))
    rows = connection.execute(asked)
    return [Placed(id=r.id, name=r.name, site=r.site, shift=r.shift) for r in rows]


def near(connection: Connection, scope: Scope, kind: str, id_: int) -> frozenset[int]:
    """Return the teams that may be seen of a `site` or a `shift`; of a `team`, this one."""
    column = team.c.id if kind == "team" else team_place.c[kind]
    asked = select(team.c.id).outerjoin(team_place, team_place.c.team == team.c.id)
    asked = asked if scope is None else asked.where(team.c.id.in_(scope))
    return frozenset(connection.scalars(asked.where(column == id_)))


def used(connection: Connection, scope: Scope) -> tuple[list[Site], list[Shift]]:
    """Return the sites and shifts to which teams belong that may be seen."""
    asked = select(team_place.c.site, team_place.c.shift).distinct()
    asked = asked if scope is None else asked.where(team_place.c.team.in_(scope))
    rows = connection.execute(asked).all()
    at, when = {row.site for row in rows}, {row.shift for row in rows}
    return (
        [one for one in sites(connection) if one.id in at],
        [one for one in shifts(connection) if one.id in when],
    )


def name(connection: Connection, team_id: int | None) -> str:
    """Return the name of a team, empty for none."""
    return connection.scalar(select(team.c.name).where(team.c.id == team_id)) or ""


def put_site(connection: Connection, name: str, zone: str = "") -> bool:
    """Add a site by its clock; False when there is one of the name, or no such clock."""
    if zone and zone not in zones():
        return False
    return _add(connection, site, {"name": name, "zone": zone})


def zones() -> frozenset[str]:
    """Return the names of all clocks, such as Europe/Lisbon."""
    return zoned.zones()


def put_shift(connection: Connection, name: str, begins: int, ends: int) -> bool:
    """Add a shift by its hours in minutes after midnight; False when the name is taken."""
    return _add(connection, shift, {"name": name, "begins": begins % DAY, "ends": ends % DAY})


def drop(connection: Connection, kind: str, id_: int, now: float) -> bool:
    """Take a `site` or a `shift` away; its teams stay, without it. False when there is none."""
    table, column = (site, team_place.c.site) if kind == "site" else (shift, team_place.c.shift)
    connection.execute(update(team_place).where(column == id_).values({column.name: None}))
    team_places.follow(connection, now)
    return connection.execute(delete(table).where(table.c.id == id_)).rowcount == 1


def place(
    connection: Connection, team_id: int, site_id: int | None, shift_id: int | None, now: float
) -> bool:
    """Say where a team belongs from now on; False when one of them is not there."""
    asked = ((team, team_id), (site, site_id), (shift, shift_id))
    if not all(id_ is None or _there(connection, table, id_) for table, id_ in asked):
        return False
    connection.execute(delete(team_place).where(team_place.c.team == team_id))
    connection.execute(insert(team_place).values(team=team_id, site=site_id, shift=shift_id))
    team_places.follow(connection, now)
    return True


def put_team(connection: Connection, name: str) -> bool:
    """Add a team; False when there is one of the name."""
    return _add(connection, team, {"name": name})


def sizes(connection: Connection) -> dict[int, int]:
    """Count the desks of each team, whatever their state."""
    rows = connection.execute(select(device.c.team, func.count()).group_by(device.c.team))
    return {int(id_): int(many) for id_, many in rows}


def _add(connection: Connection, table: Table, values: dict[str, object]) -> bool:
    if connection.scalar(select(table.c.id).where(table.c.name == values["name"])) is not None:
        return False
    connection.execute(insert(table).values(values))
    return True


def _there(connection: Connection, table: Table, id_: int) -> bool:
    return connection.scalar(select(table.c.id).where(table.c.id == id_)) is not None


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
