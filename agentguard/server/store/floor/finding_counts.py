"""How many open findings there are of each control: kept by the database, and counted again.

Triggers keep them, as those of desks by team (`migrations/versions/r0044_findings.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, literal, select, union_all

from agentguard.server.store.floor.added_sums import Sums
from agentguard.server.store.schema.place_tables import (
    finding_count,
    finding_count_change,
    open_finding,
)

DESKS = -1
"""In the place of a danger: how many desks have the control among their open findings."""
LATER = 10
"""What a danger has more that is none while it lasts; the rest is the place of its severity."""
_OPEN = open_finding.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A control that fails somewhere, as `fleet_findings.Kind`; `worst` is a severity's place."""

    check: str
    worst: int
    many: int
    desks: int
    since: float


def kept(connection: Connection) -> list[Kept] | None:
    """Return what is kept of all desks that are shown; None where it cannot be so."""
    found: dict[str, Kept] = {}
    many: dict[str, dict[int, int]] = {}
    for check, danger, number, since in connection.execute(_summed()):
        many.setdefault(check, {})[danger] = number
        dangers = [one % LATER for one in many[check] if one != DESKS]
        found[check] = Kept(
            check=check,
            worst=min(dangers, default=0),
            many=sum(n for one, n in many[check].items() if one != DESKS),
            desks=many[check].get(DESKS, 0),
            since=since or 0.0,
        )
    wrong = any(one < 0 for each in many.values() for one in each.values())
    if wrong or not all(one.many and one.desks for one in found.values()):
        return None
    return list(found.values())


def _summed() -> Select[Any]:
    """Return control, danger, how many, and since when any of the control is open."""
    each = SUMS.each()
    many = func.sum(each.c.many)
    by = (each.c.check, each.c.danger)
    sums = select(*by, many.label("many")).group_by(*by).having(many != 0).subquery("sums")
    since = select(func.min(_OPEN.opened_at)).where(_OPEN.check == sums.c.check).scalar_subquery()
    return select(sums.c.check, sums.c.danger, sums.c.many, since.label("since"))


def _counted() -> Select[Any]:
    by_danger = select(_OPEN.check, _OPEN.danger, func.count().label("many"))
    desks = func.count(_OPEN.device.distinct())
    by_desk = select(_OPEN.check, literal(DESKS), desks).group_by(_OPEN.check)
    both = union_all(by_danger.group_by(_OPEN.check, _OPEN.danger), by_desk).subquery("counted")
    return select(both.c.check, both.c.danger, both.c.many)


SUMS = Sums(counts=finding_count, changes=finding_count_change, counted=_counted)
