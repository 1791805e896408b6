"""What one desk has, what it had lately, and which desks have not told theirs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, or_, select

from agentguard.server.roles import Scope
from agentguard.server.store.schema.software_tables import (
    device_inventory,
    device_program,
    device_program_past,
    program,
)
from agentguard.server.store.schema.tables import device, team
from agentguard.server.store.software.counting import STATES
from agentguard.server.store.software.fleet_pages import seen
from agentguard.server.store.software.product_pages import Version, version

PAST = 50
"""Programs that a desk no longer has, of which that many are listed."""
UNTOLD, PARTIAL = "untold", "partial"
_INVENTORY = device_inventory.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """A desk's newest list: how many programs, of them how many in each state.

    It was told `seen_at`, and is the same since `changed_at`; `unread` says why it is not whole.
    """

    seen_at: float
    changed_at: float
    programs: int
    counts: dict[str, int]
    unread: str

    @property
    def unjudged(self) -> int:
        """How many are parts of others, or left out by the desk's policy."""
        return max(0, self.programs - sum(self.counts.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """A version on a desk, known there since `first_seen`, and until `gone_at` if it is gone."""

    program: Version
    first_seen: float
    gone_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A desk with what is known of its programs; `inventory` is None when it told nothing yet."""

    device: str
    desk: str
    team: str
    inventory: Inventory | None


def inventory(connection: Connection, id_: str) -> Inventory | None:
    """Return a desk's list in numbers; None when it has not told any."""
    row = connection.execute(select(device_inventory).where(_INVENTORY.device == id_)).first()
    return None if row is None else _inventory(row)


def installed(
    connection: Connection, id_: str, *, state: str = "", text: str = "", start: int, limit: int
) -> list[Installed]:
    """Return a page of a desk's programs, the worst first."""
    rows = connection.execute(
        _of_desk(select(program, device_program.c.first_seen.label("here_since")), id_, state, text)
        .order_by(program.c.rank, func.lower(program.c.name), program.c.id)
        .offset(start)
        .limit(limit)
    )
    return [Installed(program=version(row), first_seen=row.here_since) for row in rows]


def how_many(connection: Connection, id_: str, *, state: str = "", text: str = "") -> int:
    """Count the programs of a desk that `installed` lists."""
    return connection.scalar(_of_desk(select(func.count()), id_, state, text)) or 0


def gone(connection: Connection, id_: str) -> list[Installed]:
    """Return what a desk had and has no more, the last to go first."""
    past = device_program_past.c
    rows = connection.execute(
        select(program, past.first_seen.label("here_since"), past.gone_at)
        .join(program, program.c.id == past.program)
        .where(past.device == id_)
        .order_by(past.gone_at.desc(), func.lower(program.c.name), program.c.id)
        .limit(PAST)
    )
    return [
        Installed(program=version(row), first_seen=row.here_since, gone_at=row.gone_at)
        for row in rows
    ]


def standing(
    connection: Connection, teams: Scope, kind: str, *, start: int, limit: int
) -> list[Standing]:
    """Return a page of desks: that told nothing, not all, or have a program in a state."""
    rows = connection.execute(
        _standing(select(device.c.id, device.c.label, team.c.name, device_inventory), teams, kind)
        .join(team, team.c.id == device.c.team)
        .order_by(team.c.name, device.c.label, device.c.id)
        .offset(start)
        .limit(limit)
    )
    return [
        Standing(
            device=row.id,
            desk=row.label,
            team=row.name,
            inventory=None if row.device is None else _inventory(row),
        )
        for row in rows
    ]


def how_many_stand(connection: Connection, teams: Scope, kind: str) -> int:
    """Count the desks that `standing` lists."""
    return connection.scalar(_standing(select(func.count()), teams, kind)) or 0


def _of_desk(asked: Select[Any], id_: str, state: str, text: str) -> Select[Any]:
    mine = asked.select_from(device_program).join(program, program.c.id == device_program.c.program)
    mine = mine.where(device_program.c.device == id_)
    if state:
        mine = mine.where(program.c.state == state)
    if text:
        columns = (program.c.name, program.c.publisher)
        mine = mine.where(or_(*(one.icontains(text, autoescape=True) for one in columns)))
    return mine


def _standing(asked: Select[Any], teams: Scope, kind: str) -> Select[Any]:
    near = asked.select_from(device).outerjoin(device_inventory, _INVENTORY.device == device.c.id)
    return near.where(seen(teams), _of_kind(kind))


def _of_kind(kind: str) -> ColumnElement[bool]:
    if kind == UNTOLD:
        return _INVENTORY.device.is_(None)
    if kind == PARTIAL:
        return _INVENTORY.unread > ""
    return _INVENTORY[kind] > 0


def _inventory(row: Row[Any]) -> Inventory:
    return Inventory(
        seen_at=row.seen_at,
        changed_at=row.changed_at,
        programs=row.programs,
        counts={name: getattr(row, name) for name in STATES},
        unread=row.unread,
    )
