"""The workstations that were enrolled, each known by its key alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from agentguard.server.store.tables import device, team

ACTIVE, RETIRED = "active", "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An enrolled device: its id, its raw public key and its team; `retired` may not speak."""

    id: str
    public_key: bytes
    team: str
    retired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a device says of itself when it is enrolled; `team` is the team's id."""

    team: int
    label: str
    system: str


def id_of(connection: Connection, key: bytes) -> str:
    """Give the id of the device with this key; a new one when there is none."""
    known_id = connection.scalar(select(device.c.id).where(device.c.public_key == key))
    return known_id or secrets.token_hex(12)


def put(connection: Connection, id_: str, key: bytes, about: About, now: float) -> None:
    """Write down a device that was enrolled, or enrolled again with the same key."""
    values = {"team": about.team, "label": about.label[:200], "system": about.system[:200]}
    again = connection.execute(
        update(device).where(device.c.id == id_).values(status=ACTIVE, **values)
    )
    if again.rowcount == 0:
        connection.execute(insert(device).values(id=id_, public_key=key, enrolled_at=now, **values))


def known(connection: Connection, id_: str) -> Known | None:
    """Give an enrolled device; None when it is unknown."""
    row = connection.execute(
        select(device.c.id, device.c.public_key, device.c.status, team.c.name)
        .join(team)
        .where(device.c.id == id_)
    ).first()
    if row is None:
        return None
    return Known(id=row.id, public_key=row.public_key, team=row.name, retired=row.status == RETIRED)
