"""What the floor and a desk's page show, read in one go each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, case, select

from agentguard.server.store.accounts.people import Scope
from agentguard.server.store.desks import goodbyes, keepers
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.reports.intake import controls_of
from agentguard.server.store.schema.place_tables import desk_place
from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    event,
    posture_current,
    team,
)
from agentguard.wire import v1

_EVENT = Stored(v1.Event)
EVENTS = 50  # of a desk, the newest
QUIET = frozenset({"good"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A workstation as it was last heard of; `overall` is empty before the first posture.

    `linked` is the entry of its journal from which on the chain is verified, None when it is not.
    `goodbye` says why it is silent, as its last report did: `asleep` or `stopped`; empty otherwise.
    """

    id: str
    label: str
    team: str
    team_id: int
    system: str
    status: str
    enrolled_at: float
    last_seen: float | None
    skew: float
    locked: bool
    in_call: bool
    waiting: int
    agent: str
    policy: str
    overall: str
    controls: tuple[v1.Control, ...]
    goodbye: str = ""
    goodbye_at: float = 0.0
    linked: int | None = None


def desks(connection: Connection, scope: Scope = None) -> list[Desk]:
    """Return the desks that may be seen, with controls where something is to be said."""
    asked = _scoped(_query(), scope).where(
        device.c.status.in_(("active", "conflict")), keepers.shown()
    )
    rows = connection.execute(asked)
    return [_desk(row, whole=row.overall not in QUIET) for row in rows]


def desk(connection: Connection, id_: str, scope: Scope = None) -> Desk | None:
    """Return one desk with all its controls; None when it is not there or may not be seen."""
    row = connection.execute(_scoped(_query(), scope).where(device.c.id == id_)).first()
    return None if row is None else _desk(row, whole=True)


def among(connection: Connection, ids: Sequence[str]) -> list[Desk]:
    """Return these desks in this order, with controls where something is to be said."""
    rows = connection.execute(_query().where(device.c.id.in_(ids)))
    found = {row.id: _desk(row, whole=row.overall not in QUIET) for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def newest_events(connection: Connection, id_: str, limit: int = EVENTS) -> list[v1.Event]:
    """Return a desk's newest events."""
    rows = connection.scalars(
        select(event.c.body)
        .where(event.c.device == id_)
        .order_by(event.c.received_at.desc(), event.c.seq.desc())
        .limit(limit)
    )
    return [_EVENT.decode(body) for body in rows]


def events_around(
    connection: Connection, id_: str, at: float, span: float, limit: int = 100
) -> list[v1.Event]:
    """Return a desk's events of `span` seconds before and after a time."""
    rows = connection.scalars(
        select(event.c.body)
        .where(event.c.device == id_, event.c.at.between(at - span, at + span))
        .order_by(event.c.at)
        .limit(limit)
    )
    return [_EVENT.decode(body) for body in rows]


def _scoped(asked: Select[tuple[object, ...]], scope: Scope) -> Select[tuple[object, ...]]:
    return asked if scope is None else asked.where(device.c.team.in_(scope))


def _query() -> Select[tuple[object, ...]]:
    seen, posture = device_seen.c, posture_current.c
    return (
        select(
            device.c.id,
            device.c.label,
            device.c.team.label("team_id"),
            device.c.system,
            device.c.status,
            device.c.enrolled_at,
            team.c.name.label("team"),
            seen.last_seen,
            seen.skew,
            seen.locked,
            seen.in_call,
            seen.waiting,
            seen.agent,
            seen.policy,
            seen.linked,
            posture.overall,
            posture.controls,
            case((desk_place.c.gone_at.is_not(None), goodbyes.said())).label("goodbye"),
            desk_place.c.gone_at.label("goodbye_at"),
        )
        .join(team, team.c.id == device.c.team)
        .outerjoin(device_seen, seen.device == device.c.id)
        .outerjoin(posture_current, posture.device == device.c.id)
        .outerjoin(desk_place, desk_place.c.device == device.c.id)
        .order_by(team.c.name, device.c.label)
    )


def _desk(row: Row[tuple[object, ...]], *, whole: bool) -> Desk:
    return Desk(
        id=row.id,
        label=row.label,
        team=row.team,
        team_id=row.team_id,
        system=row.system,
        status=row.status,
        enrolled_at=row.enrolled_at,
        last_seen=row.last_seen,
        skew=row.skew or 0.0,
        locked=bool(row.locked),
        in_call=bool(row.in_call),
        waiting=row.waiting or 0,
        agent=row.agent or "",
        policy=row.policy or "",
        overall=row.overall or "",
        controls=controls_of(row.controls) if whole and row.controls else (),
        goodbye=row.goodbye or "",
        goodbye_at=row.goodbye_at or 0.0,
        linked=row.linked,
    )
