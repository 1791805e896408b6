"""What is counted of a shift so that a draft policy can be tried on it; never when, and of whom.

A count stands in a row at a place. Of time away from the desk the place is the whole minutes until
the person was back, or until somebody other than the agent had locked: a lock of the agent's own
hides nothing, so every limit up to an hour can be tried afterwards. Of copies the row has the kinds
and the place how many values; of a gate the row is the group and the place one of `GRACES`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from agentguard.model.moments import Moment
from agentguard.model.records import Json

AWAY, COPIES, GATE = "away.counts", "copies.counts", "gate.counts"
KINDS = (AWAY, COPIES, GATE)
"""The records of the journal that hold counts, by what they are about."""

FREE, IN_CALL, AFTER_CALL, MIXED = "free", "call", "after-call", "mixed"
"""Time away with no call, in one from beginning to end, begun in one that ended, anything else."""
LOCKED, COVERED, WATCHED, LOST = "locked", "covered", "watched", "lost"
"""Rows besides: locks by `LOCKERS`, covers, minutes that were watched, spells without an end."""
LOCKERS = ("agent", "system", "person")

LONGEST = 60
"""The last place of time away: an hour and more."""
MANY = 50
"""The last place of copies: so many values and more."""
FOUND, CLEARED, ALLOWED, MORE = "~found", "~cleared", "~allowed", "~more"
"""Rows of copies besides: findings, what was taken away or masked at once, what a rule let through,
and kinds without a row of their own."""
MOST_ROWS = 40
ASKED, CALLS = "~asked", "~call"
"""Rows of the gate besides: what was really asked, and openings while a call was live."""
GRACES = (1, 2, 5, 10, 15, 20, 30, 45, 60, 120, 240, 480, 720)
"""Minutes of grace with which each opening of a group is tried."""

Rows = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """Time away that goes on since the last input, at `left`.

    `locker` is who locked first, `until` the second of it at which that was not the agent. `began`
    and `call` say whether a call was live at its beginning and is now, `turned` how often that
    changed. Of one that is not `whole` the beginning was not seen.
    """

    left: float
    locker: str = ""
    until: float | None = None
    began: bool = False
    call: bool = False
    turned: int = 0
    whole: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftCounts:
    """What is counted since the last record: rows by kind, and what goes on; `seconds` watched.

    `proofs` has by group when each of `GRACES` would have asked last (boot time), `asks` when each
    would have asked in the last hour, since the gate spares questions beyond some an hour. `dirty`
    says that the memory lacks something, `kept` when it was written last.
    """

    rows: Mapping[str, Rows] = field(default_factory=dict)
    seconds: float = 0.0
    spell: Spell | None = None
    seen: Moment | None = None
    proofs: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    asks: tuple[tuple[float, ...], ...] = ((),) * len(GRACES)
    dirty: bool = False
    kept: float = 0.0


NO_COUNTS = ShiftCounts()
"""Nothing was counted yet."""


def counted(rows: Rows, name: str, place: int, times: int = 1) -> dict[str, tuple[int, ...]]:
    """Return the rows with so many more at a place of one."""
    row = [*rows.get(name, ())]
    row += [0] * (place + 1 - len(row))
    row[place] += times
    return {**rows, name: tuple(row)}


def added(one: Rows, other: Rows) -> dict[str, tuple[int, ...]]:
    """Return the sum of two, place by place."""
    rows = dict(one)
    for name, row in other.items():
        rows[name] = tuple(map(sum, zip_longest(rows.get(name, ()), row, fillvalue=0)))
    return rows


def from_place(rows: Rows, name: str, place: int) -> int:
    """Return how many stand at a place and beyond."""
    return sum(rows.get(name, ())[place:])


def rows_json(rows: Rows) -> dict[str, Json]:
    """Return rows as JSON."""
    return {name: list(row) for name, row in rows.items()}


def read_rows(value: object) -> dict[str, tuple[int, ...]]:
    """Return rows of their JSON; what is no row of counts is left out."""
    if not isinstance(value, Mapping):
        return {}
    return {str(name): tuple(row) for name, row in value.items() if _is_row(row)}


def _is_row(row: object) -> bool:
    if not isinstance(row, list | tuple) or len(row) > LONGEST + 1:
        return False
    return all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in row)
