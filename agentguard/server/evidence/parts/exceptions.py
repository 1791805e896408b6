"""Exceptions from controls that were in force in the period: why, where, and who approved them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import func, select

from agentguard.server.evidence.base import Part, Work, at
from agentguard.server.store.schema.exception_tables import (
    exception,
    exception_act,
    exception_desk,
)

FILE, ACTS = "exceptions.csv", "exceptions-acts.csv"
COLUMNS = (
    "exception", "control", "scope", "place", "reason", "compensating", "asked", "since", "until",
    "state", "ended", "ended_why", "desks", "unguarded_seconds",
)  # fmt: skip
ACTED = ("exception", "at", "by", "act", "text")


def _cost(work: Work) -> dict[str, tuple[int, int]]:
    """Return at how many desks of the pack each was in force, and for how long together."""
    table = exception_desk.c
    asked = select(table.exception, table.device, table.since, table.until).where(
        table.since < work.cut_off, table.until > work.order.since
    )
    found: dict[str, tuple[int, int]] = {}
    for id_, device, since, until in work.connection.execute(asked):
        if device not in work.stays:
            continue
        desks, seconds = found.get(id_, (0, 0))
        begin, end = max(int(since), work.order.since), min(int(until), work.cut_off)
        found[id_] = desks + 1, seconds + max(0, end - begin)
    return found


def _rows(work: Work, cost: dict[str, tuple[int, int]]) -> Iterator[tuple[object, ...]]:
    table = exception.c
    begun = func.coalesce(table.since, table.asked_at)
    asked = select(exception).where(begun < work.order.until, table.until >= work.order.since)
    for row in work.connection.execute(asked.order_by(table.asked_at, table.id)):
        if row.control in work.controls and row.id in cost:
            what = (row.id, row.control, row.scope, row.named, row.reason, row.compensating)
            times = (at(row.asked_at), at(row.since), at(row.until))
            yield (*what, *times, row.state, at(row.ended_at), row.ended_why, *cost[row.id])


def write(work: Work) -> None:
    """Write the exceptions of desks of the pack, what they cost, and each act about them."""
    cost = _cost(work)
    rows = list(_rows(work, cost))
    work.summary.counts["exceptions"] = work.sheet(FILE, COLUMNS, rows)
    work.summary.tables["exceptions"] = [
        (work.words.title(str(row[1]), ""), str(row[3]), str(row[4]), str(row[8]), str(row[12]))
        for row in rows
    ]
    shown = {row[0] for row in rows}
    table = exception_act.c
    acts = work.connection.execute(
        select(table.exception, table.at, table.by, table.act, table.text).order_by(table.id)
    )
    work.sheet(ACTS, ACTED, (tuple(row) for row in acts if row.exception in shown))


PART = Part(name="exceptions", place=30, write=write)
