"""Tells the outside before a plan's day comes, on that day, and once it has passed.

Each mark is told once, however often the endpoint is started and whatever becomes of the outbox:
the plan itself says which was told last. After a long silence the nearest mark alone is told.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select, update

from agentguard.server.store.engine import times
from agentguard.server.store.outbox import happenings
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.store.schema.software_tables import product_plan
from agentguard.server.store.software import plan_pages, plans

EVERY = 600.0
"""Seconds between two looks."""
ENDPOINT = "endpoint"
"""Who tells it: no desk does."""
SEVERITY = {30: "low", 7: "medium"}


def remind(connection: Connection, now: float, sure: float) -> int:
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
        connection, [_happening(row, mark, how.desks, now) for row, mark, how in told], now
    )
    return len(told)


def _happening(row: Row[Any], mark: int, desks: int, now: float) -> Happening:
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
        severity=SEVERITY.get(mark, "high"),
        params={
            "product": row.product,
            "title": row.title,
            "target": row.target,
            "days": mark,
            "desks": desks,
        },
    )
