"""What changed in the fleet's programs: judged otherwise, new to it, come to desks, and gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Connection, Select, func, select

from agentguard.server.roles import Scope
from agentguard.server.store.schema.software_tables import (
    device_program,
    device_program_past,
    program,
    program_day,
)
from agentguard.server.store.schema.tables import device
from agentguard.server.store.software.fleet_pages import had, seen
from agentguard.server.store.software.product_pages import Version, version

KINDS = ("judged", "new", "came", "went")
DAY = 86_400.0
_ONE = program.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A version that changed, when, and on how many desks: that have it, got it or lost it."""

    program: Version
    at: float
    desks: int


def changed(
    connection: Connection, teams: Scope, kind: str, since: float, *, start: int, limit: int
) -> tuple[list[Change], int]:
    """Return a page of the versions that changed so, and how many there are.

    The worst come first of those that are judged otherwise or new, else those of most desks.
    """
    every = _changed(teams, kind, since).subquery()
    first = (every.c.rank, every.c.many.desc()) if kind in KINDS[:2] else (every.c.many.desc(),)
    total = func.count().over().label("total")
    asked = select(every, total).order_by(*first, every.c.id)
    rows = connection.execute(asked.offset(start).limit(limit)).all()
    found = [Change(program=version(row), at=row.happened, desks=row.many) for row in rows]
    return found, rows[0].total if rows else 0


def _changed(teams: Scope, kind: str, since: float) -> Select[Any]:
    if kind in KINDS[:2]:
        return _known(teams, kind, since)
    moved = _moved(teams, kind, since).cte("moved")
    asked = select(program, moved.c.many, moved.c.happened).join(moved, moved.c.program == _ONE.id)
    return asked.where(moved.c.many > 0, _ONE.state > "")


def _known(teams: Scope, kind: str, since: float) -> Select[Any]:
    """Return versions of which something else is said than before, or that nobody had before."""
    have: CTE = had(teams).cte("had")
    at = _ONE.since if kind == "judged" else _ONE.first_seen
    asked = select(program, have.c.desks.label("many"), at.label("happened"))
    asked = asked.join(have, have.c.program == _ONE.id).where(at >= since, _ONE.state > "")
    return asked.where(_ONE.since > _ONE.first_seen) if kind == "judged" else asked


def _moved(teams: Scope, kind: str, since: float) -> Select[Any]:
    if teams is None:
        count = program_day.c.came if kind == "came" else program_day.c.went
        return (
            select(
                program_day.c.program,
                func.sum(count).label("many"),
                func.max(program_day.c.at).label("happened"),
            )
            .where(program_day.c.at > since - DAY)
            .group_by(program_day.c.program)
        )
    table, at = device_program, device_program.c.first_seen
    if kind == "went":
        table, at = device_program_past, device_program_past.c.gone_at
    return (
        select(table.c.program, func.count().label("many"), func.max(at).label("happened"))
        .select_from(device)
        .join(table, table.c.device == device.c.id)
        .where(seen(teams), at >= since)
        .group_by(table.c.program)
    )
