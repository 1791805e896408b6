"""The keeper's answers as they stand in the registry: raw rows of two questions, and nothing else.

What Windows tells administrators alone is asked by the keeper, which is the system, and read by the
agents of every session (docs/adr/0105). An answer has the fields that are named here: letters of
drives, names of firewall profiles and states. It names nobody, and says nothing that an agent asks
for: there is no way to ask.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

FIELDS: Mapping[str, tuple[str, ...]] = {
    "disks": ("DriveLetter", "ProtectionStatus"),
    "firewall": ("Name", "Enabled"),
}
"""The questions with the fields of their rows."""
EVERY: Mapping[str, float] = {"disks": 1800.0, "firewall": 300.0}
"""Seconds between two questions of a kind."""
LATE = 120.0
"""Seconds that an answer may be late, after twice its pace, before it says nothing any more."""
MOST = 64
LONGEST = 16384
"""Rows, and signs, that an answer may have: no computer comes near."""


def written(rows: Sequence[Mapping[str, object]], question: str, ticks: int) -> str:
    """Return what is written down; `ticks` are milliseconds since the computer's start."""
    names = FIELDS[question]
    kept = [[row.get(name) for name in names] for row in rows]
    return json.dumps({"at": ticks, "rows": kept})


def read(text: object, question: str, ticks: int) -> tuple[Mapping[str, object], ...] | None:
    """Return the rows of an answer that is fresh and whole; None for any other."""
    if not isinstance(text, str) or len(text) > LONGEST:
        return None
    try:
        told = json.loads(text)
        at, rows = told["at"], told["rows"]
        age = (ticks - at) / 1000
        fresh = 0 <= age <= 2 * EVERY[question] + LATE
        if not fresh or not isinstance(rows, list) or not 0 < len(rows) <= MOST:
            return None
        return tuple(_row(row, FIELDS[question]) for row in rows)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _row(row: object, names: tuple[str, ...]) -> Mapping[str, object]:
    if not isinstance(row, list) or len(row) != len(names):
        raise ValueError("a row of another shape")
    name, state = row
    if not isinstance(name, str) or not (state is None or type(state) is int):
        raise ValueError("a value of another kind")
    return dict(zip(names, (name, state), strict=True))
