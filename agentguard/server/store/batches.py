"""Takes many reports in with a few statements: what is in order goes together, the rest alone.

In order is a report that continues its device's epoch, whose events all come after those that are
held. It needs no look at single events, and one statement for each table serves the whole batch.
Everything else (a new epoch, a repetition, a fork, a second report of one device) goes through
`reports.take` as it is. Rows are written in the order of their keys, so that two endpoints on one
database cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, select, update

from agentguard.server.store import findings, incidents, reports
from agentguard.server.store.reports import Forked
from agentguard.server.store.tables import (
    device,
    device_seen,
    event,
    posture_change,
    posture_current,
)
from agentguard.wire import v1

_HELD = (
    select(device.c.id, device.c.epoch, device_seen.c.seq, posture_current.c.device.label("seen"))
    .join(device_seen, device_seen.c.device == device.c.id)
    .outerjoin(posture_current, posture_current.c.device == device.c.id)
    .where(device.c.id.in_(bindparam("ids", expanding=True)))
)
_POSTURES = select(posture_current.c.device, posture_current.c.controls).where(
    posture_current.c.device.in_(bindparam("ids", expanding=True))
)
_SEE = update(device_seen).where(device_seen.c.device == bindparam("key"))
_POSTURE = update(posture_current).where(posture_current.c.device == bindparam("key"))
_NEW_POSTURE = insert(posture_current)
_NEW_CHANGES = insert(posture_change)
_NEW_EVENTS = insert(event)
_NOTABLE = frozenset({findings.OPENED, findings.CLOSED, incidents.REPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A report and the wall time at which it came."""

    report: v1.Report
    now: float


def take_all(connection: Connection, batch: Sequence[Arrived]) -> list[bool | Forked]:
    """Take reports in; tell of each whether a posture of its device is held, or that it forks."""
    held = _held(connection, batch)
    together: dict[str, Arrived] = {}
    alone: list[int] = []
    met: set[str] = set()
    for place, one in enumerate(batch):
        id_ = one.report.device
        first = id_ not in met
        met.add(id_)
        if first and id_ in held and _in_order(one.report, *held[id_][:2]):
            together[id_] = one
        else:
            alone.append(place)
    ordered = [together[id_] for id_ in sorted(together)]
    _write(connection, ordered)
    left = set(alone)
    outcomes: list[bool | Forked] = []
    for place, one in enumerate(batch):
        if place in left:
            outcomes.append(_take_alone(connection, one))
        else:
            outcomes.append(held[one.report.device][2] or one.report.controls is not None)
    return outcomes


def _held(connection: Connection, batch: Sequence[Arrived]) -> dict[str, tuple[int, int, bool]]:
    """Give (epoch, seq, whether a posture is held) of the devices that have reported before."""
    ids = sorted({one.report.device for one in batch})
    rows = connection.execute(_HELD, {"ids": ids})
    return {id_: (epoch, seq, posture is not None) for id_, epoch, seq, posture in rows}


def _in_order(report: v1.Report, epoch: int, seq: int) -> bool:
    if report.epoch != epoch or report.seq < seq:
        return False
    last = seq
    for one in report.events:
        if one.seq <= last:
            return False
        last = one.seq
    return True


def _write(connection: Connection, ordered: Sequence[Arrived]) -> None:
    if not ordered:
        return
    rows = [reports.event_row(a.report, e, a.now) for a in ordered for e in a.report.events]
    if rows:
        connection.execute(_NEW_EVENTS, rows)
    for one in ordered:
        for told in one.report.events:
            if told.kind in _NOTABLE:
                findings.fold(connection, one.report.device, told, one.now)
                incidents.fold(connection, one.report.device, told, one.now)
    seen = [{"key": a.report.device, **reports.seen_values(a.report, a.now)} for a in ordered]
    connection.execute(_SEE, seen)
    _write_postures(connection, [a for a in ordered if a.report.controls is not None])


def _write_postures(connection: Connection, given: Sequence[Arrived]) -> None:
    """Write the postures that differ from what is held, and what changed in them."""
    if not given:
        return
    rows = connection.execute(_POSTURES, {"ids": [a.report.device for a in given]})
    stored: dict[str, str] = {row.device: row.controls for row in rows}
    changes: list[dict[str, object]] = []
    fresh: list[dict[str, object]] = []
    other: list[dict[str, object]] = []
    for one in given:
        id_ = one.report.device
        before = stored.get(id_)
        values = reports.posture_values(one.report, one.report.controls or (), one.now)
        if before == values["controls"]:
            continue
        changes += reports.changes(one.report, before, one.now)
        if before is None:
            fresh.append({"device": id_, **values})
        else:
            other.append({"key": id_, **values})
    if changes:
        connection.execute(_NEW_CHANGES, changes)
    if fresh:
        connection.execute(_NEW_POSTURE, fresh)
    if other:
        connection.execute(_POSTURE, other)


def _take_alone(connection: Connection, one: Arrived) -> bool | Forked:
    try:
        with connection.begin_nested():
            return reports.take(connection, one.report, one.now)
    except Forked as forked:
        return forked
