"""Takes many reports in with a few statements: what is in order goes together, the rest alone.

In order is a report that begins or continues its device's epoch, whose events all come after those
that are held. It needs no look at single events, and one statement for each table serves the whole
batch. Everything else (a second epoch, a repetition, a fork, a second report of one device) goes
through `reports.take` as it is. Rows are written in the order of their keys, so that two endpoints
on one database cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, bindparam, insert, update

from agentguard.server.store.control_history.reports import Heard, follow
from agentguard.server.store.desks import desk_status
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.reports import (
    batch_state,
    control_failures,
    day_quota,
    drills,
    exceptions_told,
    findings,
    incidents,
    intake,
    interruptions,
    withheld,
)
from agentguard.server.store.reports.batch_state import Held
from agentguard.server.store.reports.day_quota import Full
from agentguard.server.store.reports.intake import Forked, Missing
from agentguard.server.store.reports.withheld import Whole
from agentguard.server.store.schema.tables import device, posture_change, posture_current
from agentguard.wire import v1

_POSTURE = update(posture_current).where(posture_current.c.device == bindparam("key"))
_NEW_POSTURE = insert(posture_current)
_NEW_CHANGES = insert(posture_change)
_BEGIN = update(device).where(device.c.id == bindparam("key"))
_FINDINGS = frozenset({findings.OPENED, findings.CLOSED})
_NOTABLE = (
    _FINDINGS
    | frozenset({incidents.REPORTED, incidents.STEP, *exceptions_told.KINDS})
    | (drills.KINDS)
)


Outcome = bool | Forked | Missing | Full
"""Whether a posture of the device is held, or why the report was not taken."""


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """A report and the wall time at which it came; `signer` is the device as it was known then.

    `cost` are the seconds of its day that it takes, as `day_quota` has them.
    """

    report: v1.Report
    now: float
    signer: Known | None = None
    cost: float = 0.0


def take_all(
    connection: Connection, batch: Sequence[Arrived], held: Mapping[str, Held] | None = None
) -> list[Outcome]:
    """Take reports in; tell of each whether a posture of its device is held, or why not.

    `held` is what `seen.held` gave in this transaction, when it was asked already.
    """
    if held is None:
        held = batch_state.find_held(connection, [one.report.device for one in batch])
    together: dict[str, Arrived] = {}
    alone: set[int] = set()
    met: set[str] = set()
    for place, one in enumerate(batch):
        id_ = one.report.device
        if id_ not in met and id_ in held and _in_order(one, held[id_]):
            together[id_] = one
        else:
            alone.add(place)
        met.add(id_)
    _write(connection, [together[id_] for id_ in sorted(together)], held)
    return [
        _take_alone(connection, one)
        if place in alone
        else held[one.report.device].posture or one.report.controls is not None
        for place, one in enumerate(batch)
    ]


def _in_order(arrived: Arrived, held: Held) -> bool:
    report = arrived.report
    if day_quota.full(held.stored_until, arrived.now):
        return False
    if held.seq is None and held.epoch == 0 < report.epoch:
        last = 0
    elif report.epoch == held.epoch and held.seq is not None:
        last = held.seq
    else:
        return False
    if report.seq < last or report.since > last:
        return False
    for one in report.events:
        if one.seq <= last:
            return False
        last = one.seq
    return True


def _write(connection: Connection, ordered: Sequence[Arrived], held: Mapping[str, Held]) -> None:
    if not ordered:
        return
    rows = [intake.event_row(a.report, e, a.now) for a in ordered for e in a.report.events]
    intake.put_events(connection, rows, ordered[0].now)
    for one in ordered:
        for told in one.report.events:
            if told.kind in _NOTABLE:
                findings.fold(connection, one.report.device, told, one.now)
                incidents.fold(connection, one.report.device, told, one.now)
                drills.fold(connection, one.report.device, told, one.now)
                exceptions_told.fold(connection, one.report.device, told, one.now)
    known = [a for a in ordered if held[a.report.device].seq is not None]
    first = [a for a in ordered if held[a.report.device].seq is None]
    if first:
        begun = [{"key": a.report.device, "epoch": a.report.epoch} for a in first]
        connection.execute(_BEGIN, begun)
    telling = [a for a in ordered if _differs(a.report, held[a.report.device]) or _stirs(a.report)]
    postures = withheld.whole(connection, [(a.report, a.now) for a in telling])
    batch_state.add(connection, [_seen(a, held) for a in first])
    batch_state.put(connection, [_seen(a, held) for a in known])
    others = _write_postures(connection, telling, postures)
    follow(connection, _heard(ordered, others, held))
    interruptions.put(connection, [one.report for one in ordered])


def _heard(
    ordered: Sequence[Arrived],
    others: Mapping[str, tuple[v1.Control, ...]],
    held: Mapping[str, Held],
) -> list[Heard]:
    """Return what the history of controls follows: the reports, and what was known before."""
    return [
        Heard(
            one.report,
            one.now,
            before.last_seen,
            before.run,
            before.policy,
            others.get(one.report.device),
            before.locked,
        )
        for one in ordered
        for before in (held[one.report.device],)
    ]


def _seen(one: Arrived, held: Mapping[str, Held]) -> tuple[str, batch_state.Row]:
    id_ = one.report.device
    until = day_quota.after(held[id_].stored_until, one.now, one.cost)
    return id_, intake.seen_row(one.report, one.now, until)


def _differs(report: v1.Report, held: Held) -> bool:
    return report.controls is not None and intake.posture_digest(report.controls) != held.digest


def _stirs(report: v1.Report) -> bool:
    """Check whether findings open or close, also of controls that the desk does not tell."""
    return any(one.kind in _FINDINGS for one in report.events)


def _write_postures(
    connection: Connection, given: Sequence[Arrived], postures: Mapping[str, Whole]
) -> dict[str, tuple[v1.Control, ...]]:
    """Write postures that differ from what is held, and what changed in them; give these."""
    changes: list[dict[str, object]] = []
    fresh: list[dict[str, object]] = []
    other: list[dict[str, object]] = []
    stands: list[desk_status.Stands] = []
    for one in given:
        id_ = one.report.device
        if id_ not in postures:  # findings of a desk that has not told any
            continue
        posture = postures[id_]
        before, controls = posture.stored, posture.controls
        values = intake.posture_values(one.report, controls, one.now)
        if before == values["controls"]:  # held since before there were digests, or not whole
            connection.execute(_POSTURE, {"key": id_, "digest": values["digest"]})
            continue
        stands.append(
            desk_status.Stands(
                device=id_, overall=one.report.overall, controls=controls, now=one.now
            )
        )
        changes += intake.changes(id_, posture, one.now)
        were = intake.controls_of(before) if before else ()
        findings.follow(connection, id_, controls, were)
        control_failures.follow(connection, id_, controls, were, one.now)
        if before is None:
            fresh.append({"device": id_, **values})
        else:
            other.append({"key": id_, **values})
    desk_status.put(connection, stands)
    if changes:
        connection.execute(_NEW_CHANGES, changes)
    if fresh:
        connection.execute(_NEW_POSTURE, fresh)
    if other:
        connection.execute(_POSTURE, other)
    return {one.device: one.controls for one in stands}


def _take_alone(connection: Connection, one: Arrived) -> Outcome:
    try:
        with connection.begin_nested():
            return intake.take(connection, one.report, one.now, one.cost)
    except (Forked, Missing, Full) as refused:
        return refused
