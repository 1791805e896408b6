"""How much of its day a device has stored, kept as the moment until which that is worked off.

A report costs as many seconds as it is a part of what a day may hold. They are laid on that moment
in the transaction that takes the report in, so that they hold over restarts and for every process.
"""

from __future__ import annotations

DAY = 86400.0


class Full(Exception):
    """A device has stored its day; `wait` are the seconds until there is room again."""

    def __init__(self, wait: float) -> None:
        super().__init__(wait)
        self.wait = wait


def full(until: float, now: float) -> bool:
    """Check whether a device has stored its day."""
    return _owed(until, now) >= DAY


def after(until: float, now: float, cost: float) -> float:
    """Return the moment after a report of so many seconds.

    Raises:
        Full: the device has stored its day before it.

    """
    owed = _owed(until, now)
    if owed >= DAY:
        raise Full(owed - DAY)
    return now + owed + min(cost, DAY)


def _owed(until: float, now: float) -> float:
    """Return the seconds to work off.

    None when the clock was set back, since no report owes more.
    """
    owed = until - now
    return owed if 0 < owed < 2 * DAY else 0.0
