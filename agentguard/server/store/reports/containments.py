"""Containment: what AgentGuard does at a desk for an incident, until when, and who granted it.

What keeps somebody from working needs a second person; all of it ends by itself. What is in force
is told to the desk with each report, and the desk tells what it does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from agentguard.server.playbooks.playbook import BITES, Act
from agentguard.server.store.accounts.people import Scope, Visitor
from agentguard.server.store.desks.devices import ACTIVE, CONFLICT, RETIRED
from agentguard.server.store.outbox import happenings
from agentguard.server.store.records import audit
from agentguard.server.store.reports import incident_sight, incident_steps
from agentguard.server.store.reports.incident_steps import Step
from agentguard.server.store.reports.incidents import CLOSED
from agentguard.server.store.schema.response_tables import containment
from agentguard.server.store.schema.tables import device, incident

ASKED, RUNNING, REFUSED, WITHDRAWN, ENDED = "asked", "running", "refused", "withdrawn", "ended"
HOUR = 3600
SPANS = (HOUR, 4 * HOUR, 8 * HOUR, 24 * HOUR, 72 * HOUR)
"""Seconds that it may hold."""
AT_ONCE = {Act.LOCK: 15 * 60, Act.ENROL_AGAIN: 10 * 60}
"""Acts that are done once: seconds in which the desk has to hear of it. A desk that does not hear
that it has to be enrolled anew is not believed any more then."""
NO_REASON, NO_SPAN, THERE, GONE = "no-reason", "no-span", "there", "gone"
"""Why it is not asked for."""
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be done at a desk, for so many seconds, and why."""

    device: str
    act: Act
    seconds: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Containment:
    """What was asked for: `told` is what the desk says of it."""

    id: int
    incident: int
    device: str
    desk: str
    act: str
    state: str
    seconds: int
    reason: str
    asked_by: str
    asked_at: float
    ruled_by: str
    ruled_at: float | None
    until: float | None
    told: str
    told_at: float | None
    ended_by: str
    ended_at: float | None


def of(connection: Connection, id_: int) -> list[Containment]:
    """Return the containment of an incident, the oldest first."""
    rows = connection.execute(
        select(containment, device.c.label)
        .join(device, device.c.id == containment.c.device)
        .where(containment.c.incident == id_)
        .order_by(containment.c.id)
    )
    return [_made(row) for row in rows]


def ask(connection: Connection, id_: int, by: Visitor, now: float, wanted: Wanted) -> str:
    """Ask for it; what bites waits for a second person. Why it cannot be asked for, else empty."""
    one = incident_steps.one(connection, id_, by.scope, inside=incident_sight.inside(by))
    desk = connection.execute(
        select(device.c.team, device.c.status).where(device.c.id == wanted.device)
    ).first()
    if one is None or one.state == CLOSED or not _within(desk, by.scope):
        audit.note(connection, now, by.name, "containment.refused", str(id_))
        return GONE
    if not wanted.reason:
        return NO_REASON
    if wanted.act not in AT_ONCE and wanted.seconds not in SPANS:
        return NO_SPAN
    mine = (containment.c.device == wanted.device) & (containment.c.act == wanted.act.value)
    there = select(containment.c.id).where(mine, containment.c.state.in_((ASKED, RUNNING)))
    if connection.scalar(there) is not None:
        return THERE
    made = connection.execute(
        insert(containment).values(
            incident=id_,
            device=wanted.device,
            act=wanted.act.value,
            state=ASKED,
            seconds=AT_ONCE.get(wanted.act, wanted.seconds),
            reason=wanted.reason[:LONGEST_REASON],
            asked_by=by.name,
            asked_at=now,
        )
    )
    key = made.inserted_primary_key
    _noted(connection, id_, by.name, now, "asked", wanted.act.value)
    if wanted.act not in BITES and key is not None:
        _begin(connection, int(key[0]), by.name, now)
    return ""


def rule(connection: Connection, id_: int, by: Visitor, now: float, *, grant: bool) -> bool:
    """Grant or refuse it as a second person; False when that cannot be said."""
    one = _found(connection, id_, by)
    if one is None or one.state != ASKED or by.name in {one.asked_by, ""}:
        audit.note(connection, now, by.name, "containment.refused", str(id_))
        return False
    if grant:
        _begin(connection, id_, by.name, now)
        return True
    values = {"state": REFUSED, "ruled_by": by.name, "ruled_at": now}
    _change(connection, id_, values)
    _noted(connection, one.incident, by.name, now, "refused", one.act)
    return True


def end(connection: Connection, id_: int, by: Visitor, now: float) -> bool:
    """End it before its time, or take back what was asked for; False when there is none."""
    one = _found(connection, id_, by)
    if one is None or one.state not in {ASKED, RUNNING}:
        audit.note(connection, now, by.name, "containment.refused", str(id_))
        return False
    _over(connection, one, by.name, now, WITHDRAWN if one.state == ASKED else ENDED)
    return True


def end_all(connection: Connection, incident_id: int, by: str, now: float) -> None:
    """End what an incident has in force, as it is closed."""
    for one in of(connection, incident_id):
        if one.state in {ASKED, RUNNING} and one.act != Act.ENROL_AGAIN:
            _over(connection, one, by, now, WITHDRAWN if one.state == ASKED else ENDED)


def end_due(connection: Connection, now: float, sure: float) -> int:
    """End what is past its time, by time that was lived through; give how many."""
    due = select(containment, device.c.label).join(device, device.c.id == containment.c.device)
    over = due.where(containment.c.state == RUNNING, containment.c.until <= min(now, sure))
    every = [_made(row) for row in connection.execute(over)]
    for one in every:
        if one.act == Act.ENROL_AGAIN:
            _retire(connection, one.device, now)
        _over(connection, one, "", now, ENDED)
    return len(every)


def running(connection: Connection, device_id: str) -> list[Containment]:
    """Return what is in force at a desk, the oldest first."""
    rows = connection.execute(
        select(containment, device.c.label)
        .join(device, device.c.id == containment.c.device)
        .where(containment.c.device == device_id, containment.c.state == RUNNING)
        .order_by(containment.c.id)
    )
    return [_made(row) for row in rows]


def contained(connection: Connection) -> frozenset[str]:
    """Return the desks at which anything is in force."""
    asked = select(containment.c.device).where(containment.c.state == RUNNING)
    return frozenset(connection.scalars(asked.distinct()))


def turned_away(connection: Connection, device_id: str) -> bool:
    """Check whether nobody is to be let in from a desk."""
    acts = (Act.TURN_AWAY.value, Act.ENROL_AGAIN.value)
    asked = select(containment.c.id).where(
        containment.c.device == device_id,
        containment.c.state == RUNNING,
        containment.c.act.in_(acts),
    )
    return connection.scalar(asked.limit(1)) is not None


def hear(connection: Connection, device_id: str, told: Mapping[int, str], now: float) -> None:
    """Take what a desk says of what is in force there; what is done once is over with that."""
    for one in running(connection, device_id):
        said = told.get(one.id, "")[:10]
        if not said or said == one.told:
            continue
        _change(connection, one.id, {"told": said, "told_at": now})
        _noted(connection, one.incident, "", now, f"told-{said}", one.act)
        if one.act in AT_ONCE:
            if one.act == Act.ENROL_AGAIN:
                _retire(connection, device_id, now)
            _over(connection, one, "", now, ENDED)


def _begin(connection: Connection, id_: int, by: str, now: float) -> None:
    one = connection.execute(select(containment).where(containment.c.id == id_)).one()
    values = {"state": RUNNING, "ruled_by": by, "ruled_at": now, "until": now + one.seconds}
    _change(connection, id_, values)
    _noted(connection, one.incident, by, now, "began", one.act)


def _over(connection: Connection, one: Containment, by: str, now: float, state: str) -> None:
    _change(connection, one.id, {"state": state, "ended_by": by, "ended_at": now})
    _noted(connection, one.incident, by, now, state, one.act)


def _retire(connection: Connection, device_id: str, now: float) -> None:
    able = device.c.status.in_((ACTIVE, CONFLICT))
    mine = update(device).where(device.c.id == device_id, able).values(status=RETIRED)
    if connection.execute(mine).rowcount:
        happenings.of_device(connection, device_id, "turned-away", now)


def _change(connection: Connection, id_: int, values: Mapping[str, object]) -> None:
    connection.execute(update(containment).where(containment.c.id == id_).values(**values))


def _noted(
    connection: Connection, incident_id: int, by: str, now: float, word: str, act: str
) -> None:
    step = Step(at=now, by=by, kind=f"hold-{word}", text=act)
    incident_steps.write(connection, step, incident_id)
    audit.note(connection, now, by or "endpoint", f"containment.{word}", f"{incident_id} {act}")


def _found(connection: Connection, id_: int, by: Visitor) -> Containment | None:
    asked = (
        select(containment, device.c.label)
        .join(device, device.c.id == containment.c.device)
        .join(incident, incident.c.id == containment.c.incident)
        .where(containment.c.id == id_, incident_sight.of(by))
    )
    row = connection.execute(asked).first()
    return None if row is None else _made(row)


def _within(desk: Any, scope: Scope) -> bool:
    return desk is not None and desk.status != RETIRED and (scope is None or desk.team in scope)


def _made(row: Row[Any]) -> Containment:
    plain: Iterable[str] = set(Containment.__dataclass_fields__) - {"desk"}
    return Containment(desk=row.label, **{name: getattr(row, name) for name in plain})
