"""Holds a desk's journal against its rules: its hashes, entries left out, and erased too early.

A receipt is for a head, so each head must follow from the one before it, by the rules of an
exported journal (`agentguard.trust.chain`); every report goes on where the one before it ended, and
nothing young says nothing. What differs is a sign; the report is taken anyway.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import msgspec
from sqlalchemy import Connection, func, select, update

from agentguard.server.store.desks.devices import CONFLICT
from agentguard.server.store.engine.times import past, seconds
from agentguard.server.store.reports.batch_state import Held
from agentguard.server.store.reports.batches import Arrived
from agentguard.server.store.schema.tables import device, device_seen, event
from agentguard.server.tamper import items, kinds
from agentguard.server.tamper.items import Turn
from agentguard.server.tamper.kinds import Kind
from agentguard.trust.chain import told
from agentguard.trust.chain.erasure import DAYS, ERASED_KIND, day_of, old_enough
from agentguard.wire import v1

MILLISECOND = 0.0015
"""Seconds by which the time of an event may differ from its entry's: it has milliseconds."""
NEW_EPOCH = "journal.epoch"
NEWS = frozenset({"lost", "damaged"})
"""Why an epoch was begun that is a sign: of a conflict the endpoint knows itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """`linked` is the entry from which on the chain is verified, None when it is not."""

    linked: int | None = None
    sign: Kind | None = None
    params: Mapping[str, str | int] = field(default_factory=dict)


def judge(report: v1.Report, held: Held | None) -> Judged:
    """Return whether a report's head follows from what is held; `held` is None for nothing."""
    known = held if held is not None and held.seq is not None else None
    linked = known.linked if known is not None else None
    if not report.links and (linked is None or report.events):
        return Judged() if linked is None else _differs("untold", report.seq)
    if known is None:
        return _within(report, None)
    if report.epoch != known.epoch and not _explained(report, known):
        return Judged(sign=kinds.JOURNAL_NEW)
    return _within(report, known) if report.events else _unmoved(report, known)


def _explained(report: v1.Report, held: Held) -> bool:
    """Check whether a new epoch is a sign of its own, or was asked for by the endpoint."""
    return held.status == CONFLICT or _tells_epoch(report)


def _tells_epoch(report: v1.Report) -> bool:
    begun = (one for one in report.events if one.kind == told.EPOCH_KIND)
    return any(one.params.get("reason") in NEWS for one in begun)


def _unmoved(report: v1.Report, held: Held) -> Judged:
    """Judge a report without entries: its head is the one that was receipted."""
    if report.epoch != held.epoch or report.seq < (held.seq or 0):
        return Judged(linked=held.linked if report.epoch == held.epoch else None)
    if (report.seq, report.hash) != (held.seq, held.hash):
        return _differs("head", report.seq)
    return Judged(linked=held.linked)


def _within(report: v1.Report, held: Held | None) -> Judged:
    entries = _entries(report)
    if entries is None:
        return _differs("entry", report.events[0].seq if report.events else report.seq)
    found = told.hashes(_hex(report.previous), entries)
    if len(found) < len(entries):
        return _differs("entry", entries[len(found)].seq)
    if (entries[-1].seq, found[-1].hex()) != (report.seq, report.hash):
        return _differs("head", report.seq)
    begun = _unbroken(entries)
    if begun != entries[0].seq and not missing(report) and not _tells_epoch(report):
        return _differs("entry", begun)
    if held is None or held.epoch != report.epoch or not held.hash:
        return Judged(linked=begun)
    at = {one.seq: digest.hex() for one, digest in zip(entries, found, strict=True)}
    return _joined(report, held, {**at, entries[0].seq - 1: report.previous}, begun)


def _unbroken(entries: Sequence[told.Told]) -> int:
    """Return the number from which on no number is passed over."""
    jumps = [after.seq for one, after in pairwise(entries) if after.seq != one.seq + 1]
    return jumps[-1] if jumps else entries[0].seq


def _joined(report: v1.Report, held: Held, at: Mapping[int, str], begun: int) -> Judged:
    """Judge where a report meets what is held; `at` are its hashes by number."""
    last = held.seq or 0
    if report.seq < last:  # told again, and held already
        return Judged(linked=held.linked)
    if last in at:
        if at[last] != held.hash:
            return _differs("start", last)
        whole = held.linked is not None and begun <= last + 1
        return Judged(linked=held.linked if whole else begun)
    if missing(report):  # let go: that is a sign of its own
        return Judged(linked=begun)
    return _differs("start", last)


def _differs(how: str, entry: int) -> Judged:
    return Judged(sign=kinds.JOURNAL_CHAIN, params={"how": how, "entry": entry})


def _entries(report: v1.Report) -> list[told.Told] | None:
    """Return what is told of the entries; None when the events tell something else."""
    if not report.events or len(report.links) != len(report.events):
        return None
    found: list[told.Told] = []
    for one, link in zip(report.events, report.links, strict=True):
        if abs(seconds(one.at, 0.0) - link.wall) > MILLISECOND:
            return None
        found.append(
            told.Told(
                seq=one.seq,
                epoch=link.epoch or report.epoch,
                boot=link.boot,
                wall=link.wall,
                kind=one.kind,
                commitment=_base64(link.commitment),
                previous=_hex(link.previous),
            )
        )
    return found


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return b""


@dataclass(slots=True)
class Chains:
    """The chains of the desks of one batch; `held` is what is known of each before it."""

    held: dict[str, Held]

    def look(self, connection: Connection, one: Arrived) -> Turn | None:
        """Judge a report that was taken in, and write down from where on its chain is verified."""
        report, id_ = one.report, one.report.device
        held = self.held.get(id_)
        found = judge(report, held)
        if held is not None:
            if found.linked != held.linked:
                mine = device_seen.c.device == id_
                connection.execute(update(device_seen).where(mine).values(linked=found.linked))
            self.held[id_] = _after(held, report, found)
            if held.status == CONFLICT and report.epoch != held.epoch:
                items.settle(connection, [id_])
        if found.sign is None:
            return None
        return items.raise_(connection, id_, found.sign, one.now, params=found.params)


def _after(held: Held, report: v1.Report, found: Judged) -> Held:
    if report.epoch == held.epoch and report.seq < (held.seq or 0):
        return held
    return msgspec.structs.replace(
        held, epoch=report.epoch, seq=report.seq, hash=report.hash, linked=found.linked
    )


def missing(report: v1.Report) -> int:
    """Count the entries that a report passes over; an agent that tells no `since` is not judged.

    A new epoch may begin at another number, and is an item of its own.
    """
    if report.since < 0 or not report.events:
        return 0
    if any(_elsewhere(report, one) for one in report.events):
        return 0
    numbers = {one.seq for one in report.events if one.seq > report.since}
    return max(numbers) - report.since - len(numbers) if numbers else 0


def _elsewhere(report: v1.Report, one: v1.Event) -> bool:
    """Check whether an epoch begins that is an item; an agent that tells no links is believed."""
    return one.kind == NEW_EPOCH and (not report.links or one.params.get("reason") in NEWS)


def too_early(connection: Connection, device_id: str, told: v1.Event, now: float) -> bool:
    """Check whether an entry says nothing though it is young, or a word for erasing comes too soon.

    When an entry came the endpoint knows itself; what it holds no longer is as old as it keeps
    events, and then the desk must have been there for so long.
    """
    today = day_of(now)
    if told.erased:
        return not old_enough(day_of(past(told.at, now)), today, DAYS)
    last = told.params.get("last")
    if told.kind != ERASED_KIND or not isinstance(last, int):
        return False
    came = connection.scalar(
        select(func.min(event.c.received_at)).where(
            event.c.device == device_id, event.c.seq == last
        )
    )
    if came is None:
        came = connection.scalar(select(device.c.enrolled_at).where(device.c.id == device_id))
    return not old_enough(day_of(float(came or now)), today, DAYS)
