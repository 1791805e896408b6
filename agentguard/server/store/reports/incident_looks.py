"""A look at the names of an incident about somebody within: a second person grants each.

A granted look is open to who asked for it, for minutes, and each is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.records import audit
from agentguard.server.store.reports import incident_sight, incident_steps
from agentguard.server.store.schema.people_tables import desk_use
from agentguard.server.store.schema.response_tables import incident_look

ASKED, GRANTED, REFUSED = "asked", "running", "refused"
SECONDS = 15 * 60
AROUND = 12 * 3600.0
"""Seconds around the beginning of an incident in which who used the desk is a part of it."""
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """That somebody wants to see the names, and what another said to it."""

    id: int
    state: str
    reason: str
    asked_by: str
    asked_at: float
    ruled_by: str
    ruled_at: float | None
    until: float | None


def of(connection: Connection, id_: int) -> list[Look]:
    """Return the looks at an incident's names, the oldest first."""
    asked = select(incident_look).where(incident_look.c.incident == id_)
    rows = connection.execute(asked.order_by(incident_look.c.id))
    names = tuple(Look.__dataclass_fields__)
    return [Look(**{name: getattr(row, name) for name in names}) for row in rows]


def ask(connection: Connection, id_: int, by: Visitor, now: float, reason: str) -> bool:
    """Ask for a look; False when the incident may not be seen, or one is asked for already."""
    one = incident_steps.one(connection, id_, by.scope, inside=incident_sight.inside(by))
    mine = [look for look in of(connection, id_) if look.asked_by == by.name]
    if one is None or not one.restricted or not reason or any(look.state == ASKED for look in mine):
        audit.note(connection, now, by.name, "look.refused", str(id_))
        return False
    values = {"state": ASKED, "reason": reason[:LONGEST_REASON], "asked_by": by.name}
    connection.execute(insert(incident_look).values(incident=id_, asked_at=now, **values))
    audit.note(connection, now, by.name, "look.asked", str(id_))
    return True


def rule(connection: Connection, look: int, by: Visitor, now: float, *, grant: bool) -> bool:
    """Grant a look or refuse it as a second person; False when that cannot be said."""
    row = connection.execute(select(incident_look).where(incident_look.c.id == look)).first()
    able = incident_sight.inside(by) and row is not None and row.state == ASKED
    if row is None or not able or by.name in {row.asked_by, ""}:
        audit.note(connection, now, by.name, "look.refused", str(look))
        return False
    values = {"state": GRANTED if grant else REFUSED, "ruled_by": by.name, "ruled_at": now}
    mine = update(incident_look).where(incident_look.c.id == look)
    connection.execute(mine.values(**values, until=now + SECONDS if grant else None))
    act = "granted" if grant else "turned-down"
    audit.note(connection, now, by.name, f"look.{act}", str(row.incident))
    return True


def is_open(connection: Connection, id_: int, by: Visitor, now: float) -> bool:
    """Check whether somebody may see the names now."""
    asked = select(incident_look.c.id).where(
        incident_look.c.incident == id_,
        incident_look.c.asked_by == by.name,
        incident_look.c.state == GRANTED,
        incident_look.c.until > now,
    )
    return connection.scalar(asked.limit(1)) is not None


def persons(connection: Connection, device: str, at: float) -> list[str]:
    """Return the pseudonyms of who used a desk around a time."""
    asked = select(desk_use.c.person).where(
        desk_use.c.device == device,
        desk_use.c.begun_at <= at + AROUND,
        desk_use.c.last_at >= at - AROUND,
    )
    return sorted(set(connection.scalars(asked)))
