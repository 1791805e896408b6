"""Takes one report in: events once, the newest posture, the folded findings and incidents.

A report is idempotent by (device, epoch, seq). What is held already is answered with the same
receipt; a seq that comes again with another content is a fork, and nothing of it is taken.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import msgspec
from sqlalchemy import Connection, insert, select, update

from agentguard.server.store.control_history.reports import Heard, follow
from agentguard.server.store.desks import desk_status
from agentguard.server.store.engine import arrays
from agentguard.server.store.engine.partitions import Ready
from agentguard.server.store.engine.stored_values import Stored
from agentguard.server.store.engine.times import seconds
from agentguard.server.store.reports import (
    batch_state,
    control_failures,
    day_quota,
    drills,
    exceptions_told,
    findings,
    incidents,
    interruptions,
    withheld,
)
from agentguard.server.store.schema.tables import (
    device,
    device_seen,
    event,
    posture_change,
    posture_current,
)
from agentguard.wire import v1

_JSON = msgspec.json.Encoder()
_CONTROLS = Stored(tuple[v1.Control, ...])
_MONTHS = Ready()
_EVENTS = arrays.new(event, "device", "epoch", "seq", "kind", "at", "received_at", "digest", "body")
_CHANGES = arrays.new(posture_change, "device", "at", "check", "before", "after")
SHOWN_HASH = 64


class Forked(Exception):
    """Two histories of one device: it was cloned, restored, or its key is used twice."""


class Missing(Exception):
    """The endpoint lacks entries after `held` that it once receipted: it was restored."""

    def __init__(self, held: int) -> None:
        super().__init__(held)
        self.held = held


def take(connection: Connection, report: v1.Report, now: float, cost: float = 0.0) -> bool:
    """Take a report in, of a `cost` as `day_quota` has it; tell whether a posture is held.

    Raises:
        Forked: it contradicts what is held; the device is marked.
        Missing: entries before it are not held any more.
        day_quota.Full: the device has stored its day.

    """
    held = _held(connection, report, now)
    until = day_quota.after(_until(connection, report.device), now, cost)
    fresh = _not_held(connection, report)
    put_events(connection, [event_row(report, one, now) for one in fresh], now)
    for one in fresh:
        if one.seq > held:  # a late one must not open again what was closed since
            findings.fold(connection, report.device, one, now)
        incidents.fold(connection, report.device, one, now)
        drills.fold(connection, report.device, one, now)
        exceptions_told.fold(connection, report.device, one, now)
    if report.seq >= held:
        posture = withheld.whole(connection, [(report, now)]).get(report.device)
        other = None if posture is None else _other(posture)
        heard = _heard(connection, report, now, other)
        _see(connection, report, now, until)
        if posture is not None and other is not None:
            _fold_posture(connection, report, posture, now)
        follow(connection, [heard])
        interruptions.put(connection, [report])
    else:
        mine = device_seen.c.device == report.device
        connection.execute(update(device_seen).where(mine).values(stored_until=until))
    held_one = connection.scalar(
        select(posture_current.c.device).where(posture_current.c.device == report.device)
    )
    return held_one is not None


def mark_fork(connection: Connection, device_id: str) -> int:
    """Mark a device whose history has forked, for a person to look at; give its newest epoch."""
    connection.execute(update(device).where(device.c.id == device_id).values(status="conflict"))
    return int(connection.scalar(select(device.c.epoch).where(device.c.id == device_id)) or 0)


def controls_of(stored: str) -> tuple[v1.Control, ...]:
    """Return the controls as they were stored."""
    return _CONTROLS.decode(stored)


def _held(connection: Connection, report: v1.Report, now: float) -> int:
    """Return the seq up to which the report's epoch is held; a new epoch begins at none."""
    known = connection.scalars(  # nobody else takes in what this device says meanwhile
        select(device.c.epoch).where(device.c.id == report.device).with_for_update(key_share=True)
    ).one()
    if report.epoch < known:
        raise Forked
    seq = connection.scalar(select(device_seen.c.seq).where(device_seen.c.device == report.device))
    if seq is not None and report.since > seq:
        raise Missing(seq)
    if report.epoch == known:
        return seq or 0
    if known:
        findings.close_all(connection, report.device, now)
    connection.execute(
        update(device).where(device.c.id == report.device).values(epoch=report.epoch)
    )
    connection.execute(
        update(device_seen).where(device_seen.c.device == report.device).values(seq=0)
    )
    return 0


def _until(connection: Connection, device_id: str) -> float:
    mine = device_seen.c.device == device_id
    return connection.scalar(select(device_seen.c.stored_until).where(mine)) or 0.0


def _not_held(connection: Connection, report: v1.Report) -> list[v1.Event]:
    """Return the events that are new, in order; one that is held must be the same."""
    once = sorted({e.seq: e for e in report.events}.values(), key=lambda e: e.seq)
    rows = connection.execute(
        select(event.c.seq, event.c.digest).where(
            event.c.device == report.device,
            event.c.epoch == report.epoch,
            event.c.seq.in_([e.seq for e in once]),
        )
    )
    known = {row.seq: row.digest for row in rows}
    if any(known.get(e.seq, _digest(e)) != _digest(e) for e in report.events):
        raise Forked
    return [e for e in once if e.seq not in known]


def _digest(one: v1.Event) -> bytes:
    return hashlib.sha256(_JSON.encode(one)).digest()[:16]


def put_events(connection: Connection, rows: Sequence[Mapping[str, object]], now: float) -> None:
    """Write new events; `now` is when they came."""
    if rows:
        _MONTHS.be(connection, now)
        arrays.say(connection, _EVENTS, [tuple(row.values()) for row in rows])


def event_row(report: v1.Report, one: v1.Event, now: float) -> dict[str, object]:
    """Return the row of an event, in the order in which rows are written."""
    body = _JSON.encode(one)
    return {
        "device": report.device,
        "epoch": report.epoch,
        "seq": one.seq,
        "kind": one.kind[:100],
        "at": seconds(one.at, now),
        "received_at": now,
        "digest": hashlib.sha256(body).digest()[:16],
        "body": body.decode(),
    }


def seen_row(report: v1.Report, now: float, until: float) -> batch_state.Row:
    """Return what is written of a device each time that it reports."""
    return (
        report.seq,
        report.hash[:SHOWN_HASH],
        now,
        now - seconds(report.sent_at, now),
        report.locked,
        report.in_call,
        min(max(report.waiting, 0), 2**31 - 1),
        report.agent[:50],
        report.policy[:200],
        report.policy_digest[:128],
        until,
    )


def posture_values(
    report: v1.Report, controls: tuple[v1.Control, ...], now: float
) -> dict[str, object]:
    """Return the row of a posture, without its device.

    One with controls that its desk does not tell has a digest that none is the same as: it is
    looked at anew each time that the desk tells its posture.
    """
    text = _JSON.encode(controls)
    partial = any(withheld.is_put_in(one) for one in controls)
    return {
        "overall": desk_status.overall(report.overall, controls)[:20],
        "controls": text.decode(),
        "changed_at": now,
        "digest": b"" if partial else _posture_digest(text),
    }


def posture_digest(controls: tuple[v1.Control, ...]) -> bytes:
    """Return what tells whether a posture is another one."""
    return _posture_digest(_JSON.encode(controls))


def _posture_digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()[:16]


def changes(device_id: str, posture: withheld.Whole, now: float) -> list[arrays.Row]:
    """Return a row for each control whose state differs from what is stored."""
    before = {c.check: c.state for c in controls_of(posture.stored)} if posture.stored else {}
    return [
        (device_id, now, c.check[:100], before.get(c.check, "")[:20], c.state[:20])
        for c in posture.controls
        if before.get(c.check) != c.state
    ]


def put_changes(connection: Connection, rows: Sequence[arrays.Row]) -> None:
    """Write what changed in postures."""
    arrays.say(connection, _CHANGES, rows)


def _other(posture: withheld.Whole) -> tuple[v1.Control, ...] | None:
    """Return the controls of a posture that is another one than what is stored."""
    same = posture.stored == _JSON.encode(posture.controls).decode()
    return None if same else posture.controls


def _heard(
    connection: Connection, report: v1.Report, now: float, other: tuple[v1.Control, ...] | None
) -> Heard:
    """Return what the history of controls follows; the posture is compared with that itself."""
    seen = device_seen.c
    asked = select(seen.last_seen, seen.run, seen.policy_digest, seen.locked)
    row = connection.execute(asked.where(seen.device == report.device)).first()
    last, run, policy, locked = (None, "", None, False) if row is None else row
    return Heard(report, now, last, run, policy, other, bool(locked))


def _see(connection: Connection, report: v1.Report, now: float, until: float) -> None:
    known = select(device_seen.c.device).where(device_seen.c.device == report.device)
    write = batch_state.add if connection.scalar(known) is None else batch_state.put
    write(connection, [(report.device, seen_row(report, now, until))])


def _fold_posture(
    connection: Connection, report: v1.Report, posture: withheld.Whole, now: float
) -> None:
    table, controls, stored = posture_current, posture.controls, posture.stored
    values = posture_values(report, controls, now)
    before = controls_of(stored) if stored else ()
    put_changes(connection, changes(report.device, posture, now))
    stands = desk_status.Stands(
        device=report.device, overall=report.overall, controls=controls, now=now
    )
    desk_status.put(connection, [stands])
    findings.follow(connection, [findings.Told(report.device, controls, before)])
    control_failures.follow(connection, report.device, controls, before, now)
    if stored is None:
        connection.execute(insert(table).values(device=report.device, **values))
    else:
        connection.execute(update(table).where(table.c.device == report.device).values(**values))
