"""The workstations that were enrolled, each known by its key alone."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from agentguard.server.store.control_history import enrolments
from agentguard.server.store.schema.identity_tables import device_identity, device_key
from agentguard.server.store.schema.tables import device, team

ACTIVE, RETIRED = "active", "retired"
PENDING = "pending"
"""Waits until a person has compared its words."""
CLONED = "cloned"
"""Two computers use its key; each is told to ask for an identity of its own."""
CONFLICT = "conflict"
"""Its history has two versions; it reports on, and a person has to look at it."""
SILENCED = frozenset({RETIRED, PENDING, CLONED})
"""Who may not report."""
BOTH_KEYS = 24 * 3600
"""Seconds for which the key before is accepted beside the new one."""


AGENT, KEEPER = "agent", "keeper"
"""What a device is from its enrolment on; empty for one of before that has not reported yet."""


class KeyRefused(Exception):
    """The new key is used already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An enrolled device: id, raw public key, team and status; `before` is good until `until`.

    `followed_at` is when the key after `before` was first used, 0.0 for never. `team_id` is the
    team's number. `by_before` says that the key before signed the request, `role`
    is AGENT, KEEPER or empty.
    """

    id: str
    public_key: bytes
    team: str
    status: str
    team_id: int = 0
    before: bytes = b""
    until: float = 0.0
    followed_at: float = 0.0
    key_since: float = 0.0
    by_before: bool = False
    role: str = ""

    @property
    def retired(self) -> bool:
        """Whether it may not speak any more."""
        return self.status == RETIRED


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a device says of itself when it is enrolled; `team` is the team's id."""

    team: int
    label: str
    system: str
    asset: str = ""
    key_place: str = ""
    replaces: str | None = None
    role: str = AGENT


def id_of(connection: Connection, key: bytes) -> str:
    """Return the id of the device with this key; a new one when there is none.

    Raises:
        KeyRefused: a device has given this key up.

    """
    known_id = connection.scalar(select(device.c.id).where(device.c.public_key == key))
    if known_id is None and _given_up(connection, key):
        raise KeyRefused
    return known_id or secrets.token_hex(12)


def status(connection: Connection, id_: str) -> str:
    """Return a device's status; empty when it is unknown."""
    return connection.scalar(select(device.c.status).where(device.c.id == id_)) or ""


def put(
    connection: Connection, id_: str, key: bytes, about: About, now: float, state: str = ACTIVE
) -> None:
    """Write down a device that was enrolled, or enrolled again with the same key."""
    values = {
        "team": about.team,
        "label": about.label[:200],
        "system": about.system[:200],
        "status": state,
    }
    again = connection.execute(update(device).where(device.c.id == id_).values(**values))
    if again.rowcount == 0:
        connection.execute(insert(device).values(id=id_, public_key=key, enrolled_at=now, **values))
    known_as = {
        "key_place": about.key_place[:40],
        "asset": about.asset[:100],
        "asked_at": now,
        "replaces": about.replaces,
        "decided_by": None,
        "decided_at": None,
        "role": about.role or None,
    }
    mine = update(device_identity).where(device_identity.c.device == id_)
    if connection.execute(mine.values(**known_as)).rowcount == 0:
        connection.execute(insert(device_identity).values(device=id_, key_since=now, **known_as))
    enrolments.follow(connection, id_, now)


def known(connection: Connection, ids: Collection[str]) -> dict[str, Known]:
    """Return those of the devices that are enrolled, by their ids."""
    keys = select(device_key.c.device, device_key.c.public_key, device_key.c.until)
    keys = keys.add_columns(device_key.c.followed_at).where(device_key.c.device.in_(ids))
    before = {one.device: one for one in connection.execute(keys.order_by(device_key.c.until))}
    rows = connection.execute(
        select(
            device.c.id,
            device.c.public_key,
            device.c.status,
            team.c.name,
            device.c.team,
            device.c.enrolled_at,
            device_identity.c.key_since,
            device_identity.c.role,
        )
        .join(team, team.c.id == device.c.team)
        .outerjoin(device_identity, device_identity.c.device == device.c.id)
        .where(device.c.id.in_(ids))
    )
    return {row.id: _known(row, before.get(row.id)) for row in rows}


def _known(row: Row[*tuple[Any, ...]], before: Row[*tuple[Any, ...]] | None) -> Known:
    return Known(
        id=row.id,
        public_key=row.public_key,
        team=row.name,
        status=row.status,
        team_id=row.team,
        before=before.public_key if before else b"",
        until=before.until if before else 0.0,
        followed_at=(before.followed_at or 0.0) if before else 0.0,
        key_since=row.enrolled_at if row.key_since is None else row.key_since,
        role=row.role or "",
    )


def followed(connection: Connection, id_: str, now: float) -> None:
    """Write down that a device uses the key that it was given last."""
    open_ = (device_key.c.device == id_, device_key.c.followed_at.is_(None))
    connection.execute(update(device_key).where(*open_).values(followed_at=now))


def rotate(connection: Connection, id_: str, new: bytes, place: str, now: float) -> None:
    """Give a device another key; the one before is good for a day more.

    Raises:
        KeyRefused: the new key is, or was, that of a device.

    """
    old = connection.scalar(select(device.c.public_key).where(device.c.id == id_))
    if old == new:  # the answer got lost
        return
    _must_be_new(connection, new)
    connection.execute(insert(device_key).values(public_key=old, device=id_, until=now + BOTH_KEYS))
    connection.execute(update(device).where(device.c.id == id_).values(public_key=new))
    values = {"key_since": now, "key_place": place[:40]}
    mine = update(device_identity).where(device_identity.c.device == id_)
    if connection.execute(mine.values(**values)).rowcount == 0:
        connection.execute(
            insert(device_identity).values(device=id_, asset="", asked_at=now, **values)
        )


def split(connection: Connection, id_: str, new: bytes, place: str, now: float) -> str:
    """Return one of two computers with one key an identity of its own, which waits; give its id.

    Raises:
        KeyRefused: the new key is, or was, that of another device.

    """
    mine = connection.execute(
        select(device.c.id, device_identity.c.replaces)
        .join(device_identity, device_identity.c.device == device.c.id)
        .where(device.c.public_key == new)
    ).first()
    if mine is not None and mine.replaces == id_:  # the answer got lost
        return str(mine.id)
    _must_be_new(connection, new)
    row = connection.execute(
        select(device, device_identity.c.role)
        .outerjoin(device_identity, device_identity.c.device == device.c.id)
        .where(device.c.id == id_)
    ).one()
    about = About(
        team=row.team,
        label=row.label,
        system=row.system,
        key_place=place,
        replaces=id_,
        role=row.role or "",
    )
    made = secrets.token_hex(12)
    put(connection, made, new, about, now, PENDING)
    return made


def copies(connection: Connection, id_: str) -> int:
    """Count the identities that were split off from a device."""
    rows = connection.scalars(
        select(device_identity.c.device).where(device_identity.c.replaces == id_)
    )
    return len(rows.all())


def _must_be_new(connection: Connection, key: bytes) -> None:
    used = connection.scalar(select(device.c.id).where(device.c.public_key == key))
    if used is not None or _given_up(connection, key):
        raise KeyRefused


def _given_up(connection: Connection, key: bytes) -> bool:
    asked = select(device_key.c.device).where(device_key.c.public_key == key)
    return connection.scalar(asked) is not None
