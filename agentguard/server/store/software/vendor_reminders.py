"""Tells the outside before a vendor's contract or review comes to its day, and once it is over.

Each mark of a day is told once, whatever becomes of the outbox. After a long silence the nearest
mark alone is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import date

from sqlalchemy import Connection, insert, select

from agentguard.model.vendors import deadlines
from agentguard.server.store.engine import times
from agentguard.server.store.outbox import happenings
from agentguard.server.store.outbox.happenings import Happening
from agentguard.server.store.schema.vendor_tables import vendor_reminder
from agentguard.server.store.software import vendors
from agentguard.server.store.software.vendors import Kept

EVERY = 600.0
"""Seconds between two looks."""
MARKS = (60, 30, 7)
"""Days before a day at which it is told."""
OVER = -1
ENDPOINT = "endpoint"
"""Who tells it: no desk does."""
SEVERITY = {60: "low", 30: "low", 7: "medium", OVER: "high"}


def remind(connection: Connection, now: float, sure: float) -> int:
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
