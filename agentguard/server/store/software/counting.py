"""Keeps how many desks have what, in the transaction in which that changes.

On PostgreSQL several processes count: who takes lists in shares a lock with the others of its kind,
who judges anew holds it alone, and rows are written in one order, so that none waits in a ring.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, bindparam, delete, func, select

from agentguard.server.store.engine.upserts import upsert
from agentguard.server.store.schema.software_tables import (
    product_count,
    program_count,
    program_day,
)
from agentguard.software.ranks import PART, UNKNOWN, WORST

TURN = 0x41477371  # the advisory lock of those who count programs
DAY = 86400.0
Rows = list[dict[str, Any]]
STATES = tuple(state.value for state in WORST)
"""The states of a program by their ranks, the worst first; `device_inventory` counts each."""
OF_ANOTHER = "-"
"""What stands for the product of a part of another program."""
UNNAMED = ("", OF_ANOTHER)
"""What stands for a product that no rule knows, and for a part of another program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A version that a desk has: its number, its rank and its product."""

    program: int
    rank: int
    product: str


@dataclass(slots=True)
class Changes:
    """What came and went on many desks, to be counted at once."""

    desks: Counter[int] = field(default_factory=Counter)
    products: Counter[tuple[str, int]] = field(default_factory=Counter)
    came: Counter[tuple[float, int]] = field(default_factory=Counter)
    went: Counter[tuple[float, int]] = field(default_factory=Counter)

    def note(self, before: Mapping[int, Listed], after: Mapping[int, Listed], now: float) -> None:
        """Take in that a desk had the one and now has the other."""
        day = now - now % DAY
        for one in after.keys() - before.keys():
            self.desks[one] += 1
            self.came[day, one] += 1
        for one in before.keys() - after.keys():
            self.desks[one] -= 1
            self.went[day, one] += 1
        for product, rank in worst_of(after.values()).items():
            self.products[product, rank] += 1
        for product, rank in worst_of(before.values()).items():
            self.products[product, rank] -= 1

    def write(self, connection: Connection) -> None:
        """Add them to what is counted."""
        desks: Rows = [{"program": k, "desks": n} for k, n in sorted(self.desks.items()) if n]
        add(connection, program_count, desks, "desks")
        rows = sorted((key, n) for key, n in self.products.items() if n)
        products: Rows = [{"product": p, "rank": r, "desks": n} for (p, r), n in rows]
        add(connection, product_count, products, "desks")
        moved = sorted(self.came.keys() | self.went.keys())
        days: Rows = [
            {"at": at, "program": one, "came": self.came[at, one], "went": self.went[at, one]}
            for at, one in moved
        ]
        add(connection, program_day, days, "came", "went")
        _none_left(connection, program_count, [one for one in desks if one["desks"] < 0])
        _none_left(connection, product_count, [one for one in products if one["desks"] < 0])


def worst_of(listed: Iterable[Listed]) -> dict[str, int]:
    """Return the worst rank of each product on a desk; a version that no rule knows is of none."""
    found: dict[str, int] = {}
    for one in listed:
        if one.product and one.rank < PART:
            found[one.product] = min(one.rank, found.get(one.product, one.rank))
    return found


def states(listed: Iterable[Listed]) -> dict[str, int]:
    """Return how many programs of a desk are in each state."""
    found = Counter(one.rank for one in listed)
    return {name: found[rank] for rank, name in enumerate(STATES)}


def overall(counts: Mapping[str, int], unread: str) -> int:
    """Return a desk's rank: that of its worst, no good one where the list is empty or not whole."""
    worst = next((rank for rank, name in enumerate(STATES) if counts[name]), UNKNOWN)
    return min(worst, UNKNOWN) if unread else worst


def add(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *sums: str
) -> None:
    """Add to the counts of rows, which are made where they are not there; in the rows' order."""
    if not rows:
        return
    made = upsert(connection, table)
    told = {name: table.c[name] + made.excluded[name] for name in sums}
    key = [column.name for column in table.primary_key]
    connection.execute(made.on_conflict_do_update(index_elements=key, set_=told), rows)


def _none_left(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Take the rows away whose count has come down to nothing."""
    if rows:
        keys = list(table.primary_key)
        mine = (column == bindparam(f"key_{column.name}") for column in keys)
        told = [{f"key_{one.name}": row[one.name] for one in keys} for row in rows]
        connection.execute(delete(table).where(*mine, table.c.desks <= 0), told)


def beside_others(connection: Connection) -> None:
    """Have nobody judge programs anew until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(TURN)))


def alone(connection: Connection) -> None:
    """Have nobody take lists in until the transaction ends."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(TURN)))
