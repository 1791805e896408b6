"""When something happened: boot time for timers, wall time for evidence.

A change of the wall clock must never lock, prompt or expire anything, so every decision uses
`boot` alone.

Beside it the wall clock is watched for being set and for drift. A step counts when the next
comparison confirms it, so that a pause between two readings is none; a leap second is less than
one. A drift is told once, and again only after a calm day. For a day after a step the wall time
from before is trusted as well, so that no date passes by a step alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

STEP = 5.0  # seconds between two comparisons
DRIFT = 60.0
CALM = 24 * 3600.0
EARLIEST = 1_767_225_600.0
"""2026-01-01: no desk ran this program before, so a clock that says so was never right."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """The wall clock moved by `seconds` against the boot clock, by a `step` or a `drift`."""

    how: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """How many seconds wall time is ahead of boot time: as believed, last seen, and trusted.

    `stepped` tells that the last comparison showed a step; `since` and `drifted` are the boot times
    of the last step and drift.
    """

    believed: float
    last: float
    trusted: float
    since: float
    stepped: bool = False
    drifted: float | None = None

    def trusts(self, at: Moment) -> Moment | None:
        """Return the same moment by the wall clock as it was before a step; None without one."""
        before = at.boot + self.trusted
        doubtful = abs(at.wall - before) > DRIFT and before >= EARLIEST
        return replace(at, wall=before) if doubtful else None


def compared(wall: Wall | None, at: Moment) -> tuple[Wall, Changed | None]:
    """Compare the two clocks; give what is known now, and what became of the wall clock."""
    ahead = at.wall - at.boot
    if wall is None:
        return Wall(believed=ahead, last=ahead, trusted=ahead, since=at.boot), None
    if abs(ahead - wall.last) >= STEP:
        return replace(wall, last=ahead, stepped=True), None
    moved = ahead - wall.believed
    is_settled = wall.trusted == wall.believed or not _calm(wall, at)
    if ahead == wall.last and not wall.stepped and abs(moved) < DRIFT and is_settled:
        return wall, None
    now = replace(wall, last=ahead, stepped=False)
    if wall.stepped and abs(moved) >= STEP:
        changed = Changed(how="step", seconds=moved)
        return replace(now, believed=ahead, since=at.boot), changed
    if _calm(wall, at):
        now = replace(now, trusted=now.believed)
    return _followed(now, moved, at) if abs(moved) >= DRIFT else (now, None)


def _calm(wall: Wall, at: Moment) -> bool:
    """Check whether the last step is so long ago that the clock of before it is no more trusted."""
    return at.boot - wall.since >= CALM


def _followed(wall: Wall, moved: float, at: Moment) -> tuple[Wall, Changed | None]:
    calm = wall.drifted is None or at.boot - wall.drifted >= CALM
    now = replace(
        wall, believed=wall.believed + moved, trusted=wall.trusted + moved, drifted=at.boot
    )
    return now, Changed(how="drift", seconds=moved) if calm else None
