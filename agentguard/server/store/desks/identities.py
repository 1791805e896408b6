"""Who the desks are, as a person judges it: by words, and confirmed or turned away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, true, update

from agentguard.server.roles import Scope
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.control_history import enrolments
from agentguard.server.store.desks import devices
from agentguard.server.store.outbox import happenings
from agentguard.server.store.records import audit
from agentguard.server.store.schema.identity_tables import device_identity
from agentguard.server.store.schema.tables import WAITS, device, device_seen, team
from agentguard.wire import fingerprint

SHOWN = 100
MAY_WAIT = (devices.PENDING,)
MAY_SPEAK = (devices.ACTIVE, devices.CONFLICT)
TURNED_AWAY = (devices.RETIRED, devices.CLONED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A desk's key and where it stands; `copy_of` names the desk whose key it shared."""

    id: str
    label: str
    team: str
    system: str
    status: str
    words: str
    asset: str
    key_place: str
    key_since: float
    asked_at: float
    last_seen: float | None
    copy_of: str
    decided_by: str
    role: str


def list_identities(
    connection: Connection, states: Sequence[str], scope: Scope = None, find: str = ""
) -> list[Identity]:
    """Return the desks of these states, the newest first, at most SHOWN and one more."""
    wanted = device.c.label.icontains(find, autoescape=True) if find else true()
    rows = connection.execute(
        _query()
        .where(device.c.status.in_(states), _seen(scope), wanted)
        .order_by(func.coalesce(device_identity.c.asked_at, device.c.enrolled_at).desc())
        .limit(SHOWN + 1)
    )
    return [_identity(row) for row in rows]


def one(connection: Connection, id_: str) -> Identity | None:
    """Return one desk's identity; None when it is unknown."""
    row = connection.execute(_query().where(device.c.id == id_)).first()
    return None if row is None else _identity(row)


def waiting(connection: Connection, scope: Scope = None) -> int:
    """Count the desks that wait to be confirmed."""
    asked = select(func.count()).select_from(device)
    held = connection.scalar(asked.where(WAITS, _seen(scope)))
    return int(held or 0)


def confirm(connection: Connection, id_: str, by: Visitor, now: float) -> bool:
    """Let a desk that waits report; False when it does not wait or may not be seen."""
    return _decide(connection, id_, by, now, MAY_WAIT, devices.ACTIVE)


def refuse(connection: Connection, id_: str, by: Visitor, now: float) -> bool:
    """Turn a desk away that waits; False when it does not wait or may not be seen."""
    return _decide(connection, id_, by, now, MAY_WAIT, devices.RETIRED)


def turn_away(connection: Connection, id_: str, by: Visitor, now: float) -> bool:
    """Take nothing more of a desk; False when that was so already, or it may not be seen."""
    before = (*MAY_WAIT, *MAY_SPEAK, devices.CLONED)
    return _decide(connection, id_, by, now, before, devices.RETIRED)


def _decide(
    connection: Connection, id_: str, by: Visitor, now: float, before: Sequence[str], after: str
) -> bool:
    done = connection.execute(
        update(device)
        .where(device.c.id == id_, device.c.status.in_(before), _seen(by.scope))
        .values(status=after)
    )
    decided = done.rowcount == 1
    if decided:
        connection.execute(
            update(device_identity)
            .where(device_identity.c.device == id_)
            .values(decided_by=by.name, decided_at=now)
        )
        enrolments.follow(connection, id_, now)
    act = "confirmed" if after == devices.ACTIVE else "turned-away"
    if decided:
        happenings.of_device(connection, id_, act, now)
    audit.note(connection, now, by.name, f"device.{act if decided else 'refused'}", id_[:64])
    return decided


def _query() -> Select[tuple[object, ...]]:
    other = device.alias("other")
    return (
        select(
            device.c.id,
            device.c.label,
            device.c.system,
            device.c.status,
            device.c.public_key,
            device.c.enrolled_at,
            team.c.name.label("team"),
            device_identity.c.asset,
            device_identity.c.key_place,
            device_identity.c.key_since,
            device_identity.c.asked_at,
            device_identity.c.decided_by,
            device_identity.c.role,
            device_seen.c.last_seen,
            other.c.label.label("copy_of"),
        )
        .join(team, team.c.id == device.c.team)
        .outerjoin(device_identity, device_identity.c.device == device.c.id)
        .outerjoin(device_seen, device_seen.c.device == device.c.id)
        .outerjoin(other, other.c.id == device_identity.c.replaces)
    )


def _identity(row: Row[tuple[object, ...]]) -> Identity:
    return Identity(
        id=row.id,
        label=row.label,
        team=row.team,
        system=row.system,
        status=row.status,
        words=fingerprint.words(row.public_key),
        asset=row.asset or "",
        key_place=row.key_place or "",
        key_since=row.key_since or row.enrolled_at,
        asked_at=row.asked_at or row.enrolled_at,
        last_seen=row.last_seen,
        copy_of=row.copy_of or "",
        decided_by=row.decided_by or "",
        role=row.role or "",
    )


def _seen(scope: Scope) -> ColumnElement[bool]:
    return true() if scope is None else device.c.team.in_(scope)
