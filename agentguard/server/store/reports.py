"""Takes one report in: events once, the newest posture, the folded findings and incidents.

A report is idempotent by (device, epoch, seq). What is held already is answered with the same
receipt; a seq that comes again with another content is a fork, and nothing of it is taken.
"""

from __future__ import annotations

import hashlib

import msgspec
from sqlalchemy import Connection, func, insert, select, update

from agentguard.server.store import findings, incidents
from agentguard.server.store.tables import (
    device,
    device_seen,
    event,
    posture_change,
    posture_current,
)
from agentguard.server.store.times import seconds
from agentguard.wire import v1

_JSON = msgspec.json.Encoder()
_CONTROLS = msgspec.json.Decoder(tuple[v1.Control, ...])
SHOWN_HASH = 64


class Forked(Exception):
    """Two histories of one device: it was cloned, restored, or its key is used twice."""


def take(connection: Connection, report: v1.Report, now: float) -> bool:
    """Take a report in; tell whether a posture of the device is held.

    Raises:
        Forked: it contradicts what is held; the device is marked.

    """
    held = _held(connection, report, now)
    fresh = _not_held(connection, report)
    if fresh:
        connection.execute(insert(event), [event_row(report, one, now) for one in fresh])
    for one in fresh:
        if one.seq > held:  # a late one must not open again what was closed since
            findings.fold(connection, report.device, one, now)
        incidents.fold(connection, report.device, one, now)
    if report.seq >= held:
        _see(connection, report, now)
        if report.controls is not None:
            _fold_posture(connection, report, report.controls, now)
    posture = connection.scalar(
        select(posture_current.c.device).where(posture_current.c.device == report.device)
    )
    return posture is not None


def mark_fork(connection: Connection, device_id: str) -> int:
    """Mark a device whose history has forked, for a person to look at; give its newest epoch."""
    connection.execute(update(device).where(device.c.id == device_id).values(status="conflict"))
    return int(connection.scalar(select(device.c.epoch).where(device.c.id == device_id)) or 0)


def controls_of(stored: str) -> tuple[v1.Control, ...]:
    """Give the controls as they were stored."""
    return _CONTROLS.decode(stored)


def _held(connection: Connection, report: v1.Report, now: float) -> int:
    """Give the seq up to which the report's epoch is held; a new epoch begins at none."""
    row = connection.execute(
        select(device.c.epoch, func.coalesce(device_seen.c.seq, 0).label("seq"))
        .outerjoin(device_seen, device_seen.c.device == device.c.id)
        .where(device.c.id == report.device)
    ).one()
    if report.epoch < row.epoch:
        raise Forked
    if report.epoch == row.epoch:
        return int(row.seq)
    if row.epoch:
        findings.close_all(connection, report.device, now)
    connection.execute(
        update(device).where(device.c.id == report.device).values(epoch=report.epoch)
    )
    connection.execute(
        update(device_seen).where(device_seen.c.device == report.device).values(seq=0)
    )
    return 0


def _not_held(connection: Connection, report: v1.Report) -> list[v1.Event]:
    """Give the events that are new, in order; one that is held must be the same."""
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


def event_row(report: v1.Report, one: v1.Event, now: float) -> dict[str, object]:
    """Give the row of an event."""
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


def seen_values(report: v1.Report, now: float) -> dict[str, object]:
    """Give what is written of a device each time that it reports."""
    return {
        "seq": report.seq,
        "hash": report.hash[:SHOWN_HASH],
        "last_seen": now,
        "skew": now - seconds(report.sent_at, now),
        "locked": report.locked,
        "in_call": report.in_call,
        "waiting": min(max(report.waiting, 0), 2**31 - 1),
        "agent": report.agent[:50],
        "policy": report.policy[:200],
        "policy_digest": report.policy_digest[:128],
    }


def posture_values(
    report: v1.Report, controls: tuple[v1.Control, ...], now: float
) -> dict[str, object]:
    """Give the row of a posture, without its device."""
    return {
        "overall": report.overall[:20],
        "controls": _JSON.encode(controls).decode(),
        "changed_at": now,
    }


def changes(report: v1.Report, stored: str | None, now: float) -> list[dict[str, object]]:
    """Give a row for each control whose state differs from what is stored."""
    before = {c.check: c.state for c in controls_of(stored)} if stored else {}
    return [
        {
            "device": report.device,
            "at": now,
            "check": c.check[:100],
            "before": before.get(c.check, "")[:20],
            "after": c.state[:20],
        }
        for c in report.controls or ()
        if before.get(c.check) != c.state
    ]


def _see(connection: Connection, report: v1.Report, now: float) -> None:
    values = seen_values(report, now)
    changed = connection.execute(
        update(device_seen).where(device_seen.c.device == report.device).values(values)
    )
    if changed.rowcount == 0:
        connection.execute(insert(device_seen).values(device=report.device, **values))


def _fold_posture(
    connection: Connection, report: v1.Report, controls: tuple[v1.Control, ...], now: float
) -> None:
    table = posture_current
    stored = connection.scalar(select(table.c.controls).where(table.c.device == report.device))
    values = posture_values(report, controls, now)
    if stored == values["controls"]:
        return
    changed = changes(report, stored, now)
    if changed:
        connection.execute(insert(posture_change), changed)
    if stored is None:
        connection.execute(insert(table).values(device=report.device, **values))
    else:
        connection.execute(update(table).where(table.c.device == report.device).values(**values))
