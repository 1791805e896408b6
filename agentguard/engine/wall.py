"""The wall clock beside the boot clock: that it was set, or that it drifts, is written down.

Nothing else follows from it, for every decision is made on the boot clock. A step counts when the
next tick confirms it, so that a pause between two readings is none; a leap second is less than one.
A drift is told once, and again only after the clock was steady for a day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from agentguard.engine import records
from agentguard.model.moments import Moment
from agentguard.model.records import Record

STEP = 5.0  # seconds between two ticks
DRIFT = 60.0
CALM = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wall:
    """How many seconds wall time is ahead of boot time: as believed, and at the last tick.

    `stepped` tells that the last tick showed a step; `drifted` is the boot time of the last drift.
    """

    believed: float
    last: float
    stepped: bool = False
    drifted: float | None = None


def compared(wall: Wall | None, at: Moment) -> tuple[Wall, tuple[Record, ...]]:
    """Compare the two clocks at a tick; give what is known now, and what is to be written."""
    ahead = at.wall - at.boot
    if wall is None:
        return Wall(believed=ahead, last=ahead), ()
    moved = ahead - wall.believed
    if abs(ahead - wall.last) >= STEP:
        return replace(wall, last=ahead, stepped=True), ()
    now = replace(wall, last=ahead, stepped=False)
    if wall.stepped and abs(moved) >= STEP:
        return replace(now, believed=ahead), (_changed("step", moved, at),)
    if abs(moved) < DRIFT:
        return now, ()
    calm = wall.drifted is None or at.boot - wall.drifted >= CALM
    told = (_changed("drift", moved, at),) if calm else ()
    return replace(now, believed=ahead, drifted=at.boot), told


def _changed(how: str, seconds: float, at: Moment) -> Record:
    return records.plain("clock.changed", at, how=how, seconds=round(seconds))
