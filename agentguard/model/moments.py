"""When something happened: boot time for timers, wall time for evidence.

A change of the wall clock must never lock, prompt or expire anything, so every decision uses
`boot` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A point in time.

    `boot` is seconds since the machine started, suspend included; `wall` seconds since 1970 UTC.
    """

    boot: float
    wall: float

    def since(self, earlier: Moment) -> float:
        """Return the seconds that passed since `earlier`, on the boot clock."""
        return self.boot - earlier.boot

    @property
    def iso(self) -> str:
        """The wall time as ISO 8601 in UTC, to the millisecond."""
        return datetime.fromtimestamp(self.wall, UTC).isoformat(timespec="milliseconds")
