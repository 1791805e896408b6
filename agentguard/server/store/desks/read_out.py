"""How desks stand, for other systems: by what they told last, and never better than that proves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from agentguard.server.roles import Scope
from agentguard.server.store.desks import desk_status, devices, keepers
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.engine.times import iso
from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    finding,
    posture_current,
    team,
)
from agentguard.wire import reading, v1

GOOD, ATTENTION, FAILING, BLIND = "good", "attention", "failing", "blind"
_WORDS = {GOOD: "pass", ATTENTION: "attention", FAILING: "fail", devices.RETIRED: "fail"}
_CONTROLS = Stored(tuple[v1.Control, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """How a desk stands; `why` is what decides, `seen` its last report (wall seconds, 0: never)."""

    device: str
    name: str
    team: str
    why: str
    failing: tuple[str, ...]
    seen: float
    policy: str
    agent: str

    @property
    def verdict(self) -> str:
        """Return pass, attention, fail or unknown."""
        return _WORDS.get(self.why, "unknown")


def one(connection: Connection, id_: str, teams: Scope, cutoff: float) -> Stand | None:
    """Return how a desk of these teams stands; None when there is none."""
    row = connection.execute(_desks(teams).where(device.c.id == id_)).first()
    return None if row is None else _stand(row, cutoff)


def page(
    connection: Connection, teams: Scope, cutoff: float, *, after: str, limit: int
) -> Sequence[Stand]:
    """Return a page of desks of these teams by their ids, from the one after `after`."""
    asked = _desks(teams).where(device.c.id > after, device.c.status != devices.RETIRED)
    rows = connection.execute(asked.order_by(device.c.id).limit(limit))
    return [_stand(row, cutoff) for row in rows]


def findings(
    connection: Connection, teams: Scope, *, after: int, limit: int
) -> Sequence[tuple[int, reading.FindingRead]]:
    """Return a page of open findings of these teams by their numbers."""
    asked = (
        select(finding, team.c.name.label("team_name"))
        .join(device, device.c.id == finding.c.device)
        .join(team, team.c.id == device.c.team)
        .where(finding.c.closed_at.is_(None), finding.c.id > after)
        .order_by(finding.c.id)
        .limit(limit)
    )
    if teams is not None:
        asked = asked.where(device.c.team.in_(teams))
    return [
        (
            row.id,
            reading.FindingRead(
                device=row.device,
                team=row.team_name,
                check=row.check,
                severity=row.severity,
                since=iso(row.opened_at),
            ),
        )
        for row in connection.execute(asked)
    ]


def _desks(teams: Scope) -> Select[Any]:
    asked = (
        select(
            device.c.id,
            device.c.label,
            device.c.status,
            team.c.name.label("team_name"),
            device_seen.c.last_seen,
            device_seen.c.policy,
            device_seen.c.agent,
            posture_current.c.overall,
            posture_current.c.controls,
        )
        .join(team, team.c.id == device.c.team)
        .outerjoin(device_seen, device_seen.c.device == device.c.id)
        .outerjoin(posture_current, posture_current.c.device == device.c.id)
    )
    asked = asked.where(keepers.shown())
    return asked if teams is None else asked.where(device.c.team.in_(teams))


def _stand(row: Row[Any], cutoff: float) -> Stand:
    controls = _CONTROLS.decode(row.controls) if row.controls else ()
    worst = [c for c in desk_status.worst_first(controls) if c.state == "fail"]
    return Stand(
        device=row.id,
        name=row.label,
        team=row.team_name,
        why=_why(row, controls, cutoff),
        failing=tuple(c.check for c in worst),
        seen=row.last_seen or 0.0,
        policy=row.policy or "",
        agent=row.agent or "",
    )


def _why(row: Row[Any], controls: tuple[v1.Control, ...], cutoff: float) -> str:
    if row.status != devices.ACTIVE:
        return str(row.status)
    if row.last_seen is None or row.last_seen < cutoff:
        return "silent"
    if not controls:
        return "no-posture"
    overall = desk_status.overall(row.overall, controls)
    return {GOOD: GOOD, "act": FAILING, BLIND: BLIND}.get(overall, ATTENTION)
