"""Takes many reports in with a few statements: what is in order goes together, the rest alone.

In order is a report that begins or continues its device's epoch, whose events all come after those
that are held. It needs no look at single events, and one statement for each table serves the whole
batch. Everything else (a second epoch, a repetition, a fork, a second report of one device) goes
through `reports.take` as it is. Rows are written in the order of their keys, so that two endpoints
on one database cannot wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection

from agentguard.server.store.control_history.reports import Heard, follow
from agentguard.server.store.desks import desk_status
from agentguard.server.store.desks.devices import Known
from agentguard.server.store.engine import arrays
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
from agentguard.server.store.schema.tables import device, posture_current
from agentguard.wire import v1

_COLUMNS = ("overall", "controls", "changed_at", "digest")
_POSTURE = arrays.change(posture_current, ["device"], *_COLUMNS)
_DIGEST = arrays.change(posture_current, ["device"], "digest")
_NEW_POSTURE = arrays.new(posture_current, *_COLUMNS, "device")
_BEGIN = arrays.change(device, ["id"], "epoch")
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
    arrays.say(connection, _BEGIN, [(a.report.epoch, a.report.device) for a in first])
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
    rows = _Postures()
    for one in given:
        if one.report.device in postures:  # not findings of a desk that has not told any
            rows.add(one, postures[one.report.device])
    desk_status.put(connection, rows.stands)
    intake.put_changes(connection, rows.changes)
    arrays.say(connection, _DIGEST, rows.digests)
    arrays.say(connection, _NEW_POSTURE, rows.fresh)
    arrays.say(connection, _POSTURE, rows.other)
    findings.follow(connection, rows.told)
    for told in rows.told:
        now = rows.nows[told.device]
        control_failures.follow(connection, told.device, told.controls, told.before, now)
    return {one.device: one.controls for one in rows.stands}


@dataclass(slots=True)
class _Postures:
    """What is to be written of postures."""

    stands: list[desk_status.Stands] = field(default_factory=list)
    changes: list[arrays.Row] = field(default_factory=list)
    digests: list[arrays.Row] = field(default_factory=list)
    fresh: list[arrays.Row] = field(default_factory=list)
    other: list[arrays.Row] = field(default_factory=list)
    told: list[findings.Told] = field(default_factory=list)
    nows: dict[str, float] = field(default_factory=dict)

    def add(self, one: Arrived, posture: Whole) -> None:
        """Have a posture written that differs from what is stored."""
        id_, report, now = one.report.device, one.report, one.now
        stored, controls = posture.stored, posture.controls
        values = intake.posture_values(report, controls, now)
        if stored == values["controls"]:  # held since before there were digests, or not whole
            self.digests.append((values["digest"], id_))
            return
        before = intake.controls_of(stored) if stored else ()
        self.stands.append(
            desk_status.Stands(device=id_, overall=report.overall, controls=controls, now=now)
        )
        self.changes += intake.changes(id_, posture, now)
        self.told.append(findings.Told(id_, controls, before))
        self.nows[id_] = now
        rows = self.fresh if stored is None else self.other
        rows.append((*[values[name] for name in _COLUMNS], id_))


def _take_alone(connection: Connection, one: Arrived) -> Outcome:
    try:
        with connection.begin_nested():
            return intake.take(connection, one.report, one.now, one.cost)
    except (Forked, Missing, Full) as refused:
        return refused
