"""What desks asked their persons' attention for: kept with the posture, and added up by check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, bindparam, select, update

from agentguard.server.roles import Scope
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.schema.tables import device, posture_current
from agentguard.wire import v1

MOST = 50_000
"""Desks that are added up at most."""
SHOWN = 40
"""Checks and causes that are listed at most: more than there are."""
ENOUGH = 10
"""Cards below which nothing is said of a check."""
HALF = 0.5

_JSON = msgspec.json.Encoder()
_STORED = Stored(v1.Interruptions)
_PUT = (
    update(posture_current)
    .where(posture_current.c.device == bindparam("key"))
    .values(interruptions=bindparam("counts"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Nagging:
    """The cards of a check in 30 days at so many desks; `nags` says that half went unread."""

    check: str
    desks: int
    shown: int
    dismissed: int

    @property
    def nags(self) -> bool:
        """Whether half of enough cards were closed in less than 2 s."""
        return self.shown >= ENOUGH and self.dismissed >= HALF * self.shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What attention was asked for: in the shifts that desks told of last, and by check.

    `held_by` has what held cards back, most often first.
    """

    desks: int
    shown: int
    later: int
    dismissed: int
    held_by: tuple[tuple[str, int], ...]
    checks: tuple[Nagging, ...]


def put(connection: Connection, reports: Sequence[v1.Report]) -> None:
    """Keep what reports tell, with the postures of their desks."""
    rows = [
        {"key": one.device, "counts": _JSON.encode(one.interruptions).decode()}
        for one in reports
        if one.interruptions is not None
    ]
    if rows:
        connection.execute(_PUT, rows)


def added_up(connection: Connection, teams: Scope) -> Asked:
    """Add up what is kept of the desks of these teams: the check that nags most stands first."""
    wanted = (
        select(posture_current.c.interruptions)
        .join(device, device.c.id == posture_current.c.device)
        .where(posture_current.c.interruptions != "")
        .limit(MOST)
    )
    if teams is not None:
        wanted = wanted.where(device.c.team.in_(teams))
    every = [_STORED.decode(row.interruptions) for row in connection.execute(wanted)]
    held: Counter[str] = Counter()
    desks: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    dismissed: Counter[str] = Counter()
    for one in every:
        held.update(one.held_by)
        for each in one.checks:
            desks[each.check] += 1
            shown[each.check] += each.shown
            dismissed[each.check] += each.dismissed
    checks = [
        Nagging(check=check, desks=count, shown=shown[check], dismissed=dismissed[check])
        for check, count in desks.items()
    ]
    return Asked(
        desks=len(every),
        shown=sum(one.shown for one in every),
        later=sum(one.later for one in every),
        dismissed=sum(one.dismissed_under_2s for one in every),
        held_by=tuple(held.most_common(SHOWN)),
        checks=tuple(sorted(checks, key=_first)[:SHOWN]),
    )


def _first(one: Nagging) -> tuple[bool, int, int, str]:
    return not one.nags, -one.dismissed, -one.shown, one.check
