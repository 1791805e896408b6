"""How much time was surely lived through since a wall clock showed a time, whatever it shows now.

The axis is lived seconds: boot time, added up over the computer's starts. A time when it was off is
added only when two clocks that know nothing of each other, this computer's and the endpoint's, both
saw it go by; of the two the shorter counts. Beside the axis stands what the wall clock showed at
each place of it, stretch by stretch. A stamp of the wall clock (of a file, of an item of the vault)
stands at the *last* place of the axis where the clock can have shown it: so its age is never more
than what it has truly lived, wherever the clock was set meanwhile, before a start or after it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from agentguard.model.moments import Moment
from agentguard.model.records import Json

DAY = 86_400.0
HOUR = 3_600.0
STEP = 5.0
"""Seconds between two readings by which the wall clock was set, and not merely read late."""
DRIFT = 60.0
"""Seconds that the two clocks may differ within one stretch."""
SLACK = 180.0
"""Seconds by which an age is told shorter: for a drift, and what a kill kept from the record."""
AGREE = 120.0
"""Seconds by which this computer's clock and the endpoint's may differ and still agree."""
WATCHED = 10.0
"""Seconds between two looks within which the wall clock is not set twice."""
BACK = 120.0
LONGEST_OFF = 35 * DAY
"""After a start a wall clock that is further back, or further ahead, than this is news: a computer
that is off over the longest holiday is none."""
MOST = 400
"""Stretches that are kept: more than a year of starts without an endpoint, day by day."""
KEY = "clock/lived"
"""What is written stands under this key of the journal's memory."""

Age = Callable[[float], float]
"""Gives the seconds that were surely lived through since a stamp of the wall clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From `begin` to `end` (lived seconds) it was seen that the wall clock ran along from `first`.

    `low` is what it can have shown before it was seen, if it was as it is since the last look.
    `anew` says that the computer started before it: how long after the last look is not known.
    """

    begin: float
    end: float
    first: float
    low: float
    anew: bool = False

    @property
    def last(self) -> float:
        """What the wall clock showed at the end."""
        return self.first + (self.end - self.begin)


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """At `lived` the endpoint said `said`, and the wall clock here, which agreed, `wall`."""

    lived: float
    said: float
    wall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What is known: the newest reading of the clocks, and all that was lived through.

    `floor` is the earliest wall time that it can have been when the axis began.
    """

    boot_id: str
    boot: float
    wall: float
    now: float
    floor: float
    stretches: tuple[Stretch, ...]
    witness: Witness | None = None

    def age(self, stamp: float) -> float:
        """Return the seconds that were surely lived through since a stamp of the wall clock."""
        after, anew = math.inf, False
        for one in reversed(self.stretches):
            watched = not anew and after - one.end <= WATCHED and stamp > one.last + WATCHED
            if stamp >= one.low and not watched:
                inside = one.begin + max(0.0, stamp - one.first)
                return max(0.0, self.now - (after if stamp > one.last else inside) - SLACK)
            after, anew = one.begin, one.anew
        return max(0.0, self.now - SLACK, self._earliest - stamp)

    def before(self, seconds: float) -> float:
        """Return the latest wall time before which every stamp is surely that many seconds old."""
        edge, after, shown = self.now - seconds - SLACK, self.now, []
        for one in reversed(self.stretches):
            if after <= edge:
                break
            place = min(edge, one.end) - one.begin
            shown.append(one.first + place if place >= 0 else one.low)
            after = one.begin
        if edge < 0:
            shown.append(self._earliest - seconds)
        return min(shown)

    @property
    def _earliest(self) -> float:
        """The earliest time that it can be, for stamps from before the axis began."""
        return min(self.floor + self.now, self.wall)


def begun(boot_id: str, at: Moment, floor: float) -> Lived:
    """Return what is known at the very first start; `floor` is a time that is surely over."""
    return Lived(
        boot_id=boot_id,
        boot=at.boot,
        wall=at.wall,
        now=0.0,
        floor=floor,
        stretches=(Stretch(begin=0.0, end=0.0, first=at.wall, low=at.wall - at.boot),),
    )


def went(lived: Lived, boot_id: str, at: Moment) -> float:
    """Return the seconds that surely went by since the newest reading.

    After another start it is the time since that start; without ids the lesser of both.
    """
    if boot_id != lived.boot_id:
        return at.boot
    if at.boot >= lived.boot:
        return at.boot - lived.boot
    return 0.0 if boot_id else at.boot


def leapt(lived: Lived, boot_id: str, at: Moment) -> float:
    """Return by how many seconds the wall clock of a start is off from all that is plausible, or 0.

    Within one start of the computer nothing explains a step; after another it may have been off.
    """
    moved = at.wall - lived.wall - went(lived, boot_id, at)
    same = bool(boot_id) and boot_id == lived.boot_id
    ahead = DRIFT if same else LONGEST_OFF
    return moved if moved < -BACK or moved > ahead else 0.0


def seen(lived: Lived, boot_id: str, at: Moment) -> Lived:
    """Take a reading of the clocks."""
    passed = went(lived, boot_id, at)
    now, last = lived.now + passed, lived.stretches[-1]
    moved = at.wall - lived.wall - passed
    apart = (at.wall - last.first) - (now - last.begin)
    fresh = replace(lived, boot_id=boot_id, boot=at.boot, wall=at.wall, now=now)
    if boot_id == lived.boot_id and abs(moved) < STEP and abs(apart) < DRIFT:
        return replace(fresh, stretches=(*lived.stretches[:-1], replace(last, end=now)))
    same = bool(boot_id) and boot_id == lived.boot_id and at.boot >= lived.boot
    another = Stretch(begin=now, end=now, first=at.wall, low=at.wall - passed, anew=not same)
    return replace(fresh, stretches=_fewer((*lived.stretches, another)))


def heard(lived: Lived, said: float) -> Lived:
    """Take a time that the endpoint has signed, seconds since 1970, at the newest reading.

    It counts from where both clocks last agreed: at most one of them was wrong there, so neither.
    """
    known = lived.witness
    if known is not None:
        both = min(said - known.said, lived.wall - known.wall)
        lived = _later(lived, known.lived, both - (lived.now - known.lived))
    lived = replace(lived, floor=max(lived.floor, min(said, lived.wall) - lived.now))
    if abs(lived.wall - said) > AGREE:
        return lived
    return replace(lived, witness=Witness(lived=lived.now, said=said, wall=lived.wall))


def _later(lived: Lived, since: float, away: float) -> Lived:
    """Put a time that was not lived here, yet went by, before the first stretch after `since`.

    Whatever was stamped after that gains nothing, wherever within it the time really went by. A
    start takes no lived time when nothing is seen of its boot: of stretches that begin at `since`
    the first alone is surely of before.
    """
    stays = sum(s.begin <= since for s in lived.stretches)
    stays = next((n for n, s in enumerate(lived.stretches, 1) if s.end >= since), stays)
    if away <= 0 or stays == len(lived.stretches):
        return lived
    moved = tuple(
        replace(s, begin=s.begin + away, end=s.end + away) if n > stays else s
        for n, s in enumerate(lived.stretches, 1)
    )
    return replace(lived, now=lived.now + away, stretches=_joined(moved))


def _joined(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Make one of neighbours in which the wall clock went on as before."""
    kept = [stretches[0]]
    for one in stretches[1:]:
        last = kept[-1]
        apart = (one.first - last.first) - (one.begin - last.begin)
        if abs(apart) < STEP and last.low < last.first:
            kept[-1] = replace(last, end=one.end)
        else:
            kept.append(one)
    return tuple(kept)


def _fewer(stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    """Blur the shortest two neighbours of the older half into one place, at their end."""
    if len(stretches) <= MOST:
        return stretches

    def spread(n: int) -> float:
        return stretches[n + 1].end - (stretches[n - 1].end if n else 0.0)

    one = min(range(len(stretches) // 2), key=spread)
    a, b = stretches[one : one + 2]
    low = min(a.low, b.low)
    blurred = Stretch(begin=b.end, end=b.end, first=low, low=low, anew=a.anew or b.anew)
    return (*stretches[:one], blurred, *stretches[one + 2 :])


def written(lived: Lived) -> dict[str, Json]:
    """Return it as JSON."""
    known = lived.witness
    return {
        "boot_id": lived.boot_id,
        "at": [lived.boot, lived.wall, lived.now, lived.floor],
        "witness": [known.lived, known.said, known.wall] if known is not None else [],
        "stretches": [[s.begin, s.end, s.first, s.low, int(s.anew)] for s in lived.stretches],
    }


def read(value: Json) -> Lived | None:
    """Read it back; None when nothing was written, or it is damaged."""
    match value:
        case {
            "boot_id": str(boot_id),
            "at": [*at],
            "witness": [*witness],
            "stretches": [*stretches],
        } if stretches:
            try:
                boot, wall, now, floor = map(_number, at)
                said = [_number(each) for each in witness]
                rows = [_row(each) for each in stretches]
            except (TypeError, ValueError, OverflowError):
                return None
            known = Witness(lived=said[0], said=said[1], wall=said[2]) if len(said) == 3 else None  # noqa: PLR2004 - as written
            return Lived(
                boot_id=boot_id,
                boot=boot,
                wall=wall,
                now=now,
                floor=floor,
                stretches=tuple(rows),
                witness=known,
            )
        case _:
            return None


def _row(value: Json) -> Stretch:
    if not isinstance(value, list):
        raise TypeError
    begin, end, first, low, *anew = map(_number, value)
    if len(anew) > 1:
        raise ValueError
    return Stretch(begin=begin, end=end, first=first, low=low, anew=anew != [0.0])


def _number(value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError
    if not math.isfinite(number := float(value)):
        raise ValueError
    return number
