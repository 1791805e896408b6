"""Which devices are keepers; one that has nothing to tell is not shown among the desks.

A device is a keeper when the code that took it in was made for keepers, and never otherwise: the
key of an agent can be read by the desk's user, who could hide the desk from the floor that way. One
that was taken in by a code of before that was said is a keeper when its first report is one's.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from agentguard.server.store.control_history import enrolments
from agentguard.server.store.desks import enrolment_codes
from agentguard.server.store.desks.devices import AGENT, KEEPER
from agentguard.server.store.schema.identity_tables import device_identity, device_run
from agentguard.server.store.schema.keeper_tables import keeper, keeper_agent
from agentguard.server.store.schema.tables import device, device_seen, enrol_code
from agentguard.wire import v1

HOURS = 0.25
A_DAY = 24 * 3600.0
MOST = 40
MANY = 100_000  # sessions of one computer
"""How long a code for an agent is good, and how many a keeper may ask for within a day."""
FRESH = 300.0
"""Seconds within which a keeper confirms that an agent ended with its session."""


def is_admitted(connection: Connection, id_: str) -> bool:
    """Check whether a device is a keeper, or may become one."""
    role = connection.scalar(select(device_identity.c.role).where(device_identity.c.device == id_))
    if role or is_keeper(connection, id_):
        return role != AGENT
    seen = select(device_seen.c.device).where(device_seen.c.device == id_)
    given = select(enrol_code.c.hash).where(
        enrol_code.c.used_by == id_, enrol_code.c.made_by.startswith(_by(""))
    )
    return connection.scalar(seen) is None and connection.scalar(given) is None


def is_keeper(connection: Connection, id_: str) -> bool:
    """Check whether a device has reported as a keeper."""
    return connection.scalar(select(keeper.c.device).where(keeper.c.device == id_)) is not None


def note(
    connection: Connection, id_: str, *, well: bool, seats: v1.Seats | None, now: float
) -> None:
    """Write down that a device is a keeper, and how its computer's sessions stand.

    Where nobody is logged on any more, what agents said as they ended is believed.
    """
    on, guarding = (-1, 0) if seats is None else (seats.on, seats.guarding)
    on, guarding = max(-1, min(on, MANY)), max(0, min(guarding, MANY))
    connection.execute(
        update(device_identity).where(device_identity.c.device == id_).values(role=KEEPER)
    )
    values = {"well": well, "seats": on, "guarding": guarding}
    mine = update(keeper).where(keeper.c.device == id_).values(**values)
    if connection.execute(mine).rowcount == 0:
        connection.execute(insert(keeper).values(device=id_, **values))
    if on == 0:
        _confirm(connection, id_, now)


def _confirm(connection: Connection, id_: str, now: float) -> None:
    run = device_run.c
    agents = select(keeper_agent.c.device).where(keeper_agent.c.keeper == id_)
    connection.execute(
        update(device_run)
        .where(run.device.in_(agents), run.claimed != "", run.claimed_at >= now - FRESH)
        .values(goodbye=run.claimed, goodbye_at=run.claimed_at, claimed="", claimed_at=None)
    )
    enrolments.believe(connection, agents, now - FRESH)


def link(connection: Connection, agent: str, id_: str) -> None:
    """Write down which keeper watches an agent's computer."""
    mine = keeper_agent.c.device == agent
    before = connection.scalar(select(keeper_agent.c.keeper).where(mine))
    if before is None:
        connection.execute(insert(keeper_agent).values(device=agent, keeper=id_))
    elif before != id_:
        connection.execute(update(keeper_agent).where(mine).values(keeper=id_))


def nobody_left(connection: Connection, agent: str) -> bool:
    """Check whether the keeper of an agent's computer says that nobody is logged on there."""
    seats = (
        select(keeper.c.seats)
        .join(keeper_agent, keeper_agent.c.keeper == keeper.c.device)
        .where(keeper_agent.c.device == agent)
    )
    return connection.scalar(seats) == 0


def code(connection: Connection, id_: str, team: str, now: float) -> str:
    """Make a code for an agent of the keeper's computer; empty when it has asked too often."""
    by = _by(id_)
    connection.execute(select(device.c.id).where(device.c.id == id_).with_for_update())
    mine = select(func.count()).where(
        enrol_code.c.made_by == by, enrol_code.c.made_at > now - A_DAY
    )
    if (connection.scalar(mine) or 0) >= MOST:
        return ""
    return enrolment_codes.make(connection, team, by, now=now, hours=HOURS)


def shown() -> ColumnElement[bool]:
    """Return the condition on `device` that leaves out keepers of computers that are guarded."""
    quiet = select(keeper.c.device).where(keeper.c.device == device.c.id, keeper.c.well)
    return ~quiet.exists()


def _by(id_: str) -> str:
    return f"keeper:{id_}"
