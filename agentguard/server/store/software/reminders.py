"""Tells the outside before a vendor's or a plan's day comes, and once it is over.

Each mark of a day is told once, however often the endpoint is started and whatever becomes of the
outbox. After a long silence the nearest mark alone is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from agentguard.model.vendors import deadlines
from agentguard.server.store.engine import times
from agentguard.server.store.outbox import happenings
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.store.schema.software_tables import product_plan
from agentguard.server.store.schema.vendor_tables import vendor_reminder
from agentguard.server.store.software import plan_pages, plans, vendors
from agentguard.server.store.software.vendors import Kept

EVERY = 600.0
"""Seconds between two looks."""
MARKS = (60, 30, 7)
"""Days before a day at which it is told."""
OVER = -1
ENDPOINT = "endpoint"
"""Who tells it: no desk does."""
SEVERITY = {60: "low", 30: "low", 7: "medium", OVER: "high"}
PLAN_SEVERITY = {30: "low", 7: "medium"}


def remind_of_vendors(connection: Connection, now: float, sure: float) -> int:
    """Keep what is to be told for the feeds, and give how many; `sure` is time lived through."""
    day = times.day(min(now, sure))
    known = {tuple(row) for row in connection.execute(select(vendor_reminder))}
    every = [
        (one, what, last, mark)
        for one in vendors.list_kept(connection)
        for what, last, mark in _marks(one, day)
        if not any((one.id, what, last, m) in known for m in (*MARKS, OVER) if m <= mark)
    ]
    if every:
        connection.execute(
            insert(vendor_reminder),
            [
                {"vendor": one.id, "what": what, "day": last, "mark": mark}
                for one, what, last, mark in every
            ],
        )
        happenings.keep(connection, [_happening(*told, now) for told in every], now)
    return len(every)


def _marks(one: Kept, day: date) -> Iterator[tuple[str, str, int]]:
    """Yield each day of a vendor with the nearest mark that it has reached."""
    for what, last in deadlines(one.vendor):
        with suppress(ValueError):
            left = (date.fromisoformat(last) - day).days
            reached = [mark for mark in MARKS if left <= mark]
            if reached:
                yield what.value, last, min(reached) if left >= 0 else OVER


def _happening(one: Kept, what: str, last: str, mark: int, now: float) -> Happening:
    about = f"vendor:{one.key[:16]}:{what}"
    return Happening(
        source=f"{about}:{last}:{mark}",
        uid=about,
        what="vendor",
        state="overdue" if mark == OVER else "due",
        at=now,
        device=ENDPOINT,
        desk=ENDPOINT,
        team="",
        kind=what,
        severity=SEVERITY[mark],
        params={"vendor": one.vendor.name[:100], "day": last, "desks": one.desks},
    )


def remind_of_plans(connection: Connection, now: float, sure: float) -> int:
    """Keep what is to be told for the feeds; `sure` is the time that was lived through surely.

    Gives how many were told. Plans that have nothing more to see to are not told of.
    """
    today = times.day(min(now, sure))
    rows = [
        (row, mark)
        for row in connection.execute(select(product_plan).where(product_plan.c.target != ""))
        if (mark := plans.mark(row.target, today)) is not None
        and (row.reminded is None or mark < row.reminded)
    ]
    stand = plans.every_standing(connection, [row.product for row, _ in rows])
    told = [
        (row, mark, how)
        for row, mark in rows
        if (how := stand.get(row.product)) is not None and how.state not in plan_pages.DONE
    ]
    for row, mark, _ in told:
        connection.execute(
            update(product_plan)
            .where(product_plan.c.product == row.product, product_plan.c.target == row.target)
            .values(reminded=mark)
        )
    happenings.keep(
        connection, [_of_plan(row, mark, how.desks, now) for row, mark, how in told], now
    )
    return len(told)


def _of_plan(row: Row[Any], mark: int, desks: int, now: float) -> Happening:
    about = f"plan:{row.product}"
    return Happening(
        source=f"{about}:{row.target}:{mark}",
        uid=about,
        what="plan",
        state="due" if mark > plans.PAST else "overdue",
        at=now,
        device=ENDPOINT,
        desk=ENDPOINT,
        team="",
        kind="software",
        severity=PLAN_SEVERITY.get(mark, "high"),
        params={
            "product": row.product,
            "title": row.title,
            "target": row.target,
            "days": mark,
            "desks": desks,
        },
    )
