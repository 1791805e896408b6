"""Which devices are keepers; one that has nothing to tell is not shown among the desks.

A device is a keeper from its first report on. One that has reported as an agent, or was enrolled
with a code that a keeper had asked for, never becomes one: its key can be read by the desk's user,
who could hide the desk from the floor that way.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from agentguard.server.store import codes
from agentguard.server.store.keeper_tables import keeper
from agentguard.server.store.tables import device, device_seen, enrol_code

HOURS = 0.25
A_DAY = 24 * 3600.0
MOST = 40
"""How long a code for an agent is good, and how many a keeper may ask for within a day."""


def admitted(connection: Connection, id_: str) -> bool:
    """Tell whether a device is a keeper, or may become one."""
    if is_keeper(connection, id_):
        return True
    seen = select(device_seen.c.device).where(device_seen.c.device == id_)
    given = select(enrol_code.c.hash).where(
        enrol_code.c.used_by == id_, enrol_code.c.made_by.startswith(_by(""))
    )
    return connection.scalar(seen) is None and connection.scalar(given) is None


def is_keeper(connection: Connection, id_: str) -> bool:
    """Tell whether a device has reported as a keeper."""
    return connection.scalar(select(keeper.c.device).where(keeper.c.device == id_)) is not None


def note(connection: Connection, id_: str, *, well: bool) -> None:
    """Write down that a device is a keeper, and whether its computer is guarded."""
    mine = update(keeper).where(keeper.c.device == id_).values(well=well)
    if connection.execute(mine).rowcount == 0:
        connection.execute(insert(keeper).values(device=id_, well=well))


def code(connection: Connection, id_: str, team: str, now: float) -> str:
    """Make a code for an agent of the keeper's computer; empty when it has asked too often."""
    by = _by(id_)
    connection.execute(select(device.c.id).where(device.c.id == id_).with_for_update())
    mine = select(func.count()).where(
        enrol_code.c.made_by == by, enrol_code.c.made_at > now - A_DAY
    )
    if (connection.scalar(mine) or 0) >= MOST:
        return ""
    return codes.make(connection, team, by, now, HOURS)


def shown() -> ColumnElement[bool]:
    """Give the condition on `device` that leaves out the keepers of computers that are guarded."""
    quiet = select(keeper.c.device).where(keeper.c.device == device.c.id, keeper.c.well)
    return ~quiet.exists()


def _by(id_: str) -> str:
    return f"keeper:{id_}"
