"""When a desk was in use, as far as that can be known: nothing in here says by whom.

A desk that is watched is in use while its session is open and not locked. One that is not was
probably in use when it fell silent without a word, during its team's hours; where the team has
none, for the length of a shift at most. A desk that said that it sleeps, or that nobody is logged
on, is not in use: at night it is no gap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agentguard.model.held import Period

Times = tuple[int, int]
"""From a wall second until another, which it does not include."""
LONGEST = 8 * 3600
"""Seconds for which a desk that fell silent was probably in use, where no hours are known."""
MINUTE = 60
DAY = timedelta(days=1)


def used(
    watched: Iterable[Times],
    lost: Iterable[Times],
    away: Iterable[Times],
    hours: list[Times] | None,
) -> list[Times]:
    """Return when a desk was in use, in order: what was watched or `lost`, and not `away`.

    `lost` are the spans of a silence, from its true beginning on; `hours` are the team's, None
    where it has none.
    """
    probably: list[Times] = []
    for since, until in lost:
        if hours is None:
            probably.append((since, min(until, since + LONGEST)))
        else:
            cut = ((max(since, a), min(until, b)) for a, b in hours)
            probably += [one for one in cut if one[0] < one[1]]
    return _without(sorted([*watched, *probably]), sorted(away))


def _without(spans: list[Times], away: list[Times]) -> list[Times]:
    kept: list[Times] = []
    for since, until in spans:
        at = since
        for begin, end in away:
            if begin >= until:
                break
            if end > at:
                if begin > at:
                    kept.append((at, begin))
                at = max(at, end)
        if at < until:
            kept.append((at, until))
    return kept


def hours(period: Period, begins: int, ends: int, zone: str) -> list[Times]:
    """Return the working hours that touch a period, in order.

    `begins` and `ends` are minutes after midnight by the clock `zone`, empty for this computer's
    own; a night shift ends before it begins, and one that ends when it begins lasts all day.
    """
    return [one for one in _hours(period, begins, ends, zone) if one[1] > one[0]]


def _hours(period: Period, begins: int, ends: int, zone: str) -> Iterator[Times]:
    where = ZoneInfo(zone) if zone else None
    first = datetime.fromtimestamp(period.since, UTC).astimezone(where) - DAY
    midnight = first.replace(hour=0, minute=0, second=0, microsecond=0)
    while True:
        # An hour of the wall, not of the sun: on the day that clocks change it is still that hour.
        end = midnight + DAY if ends <= begins else midnight
        since = _at(midnight, begins)
        if since >= period.until:
            return
        until = _at(end, ends)
        if until > period.since:
            yield max(since, period.since), min(until, period.until)
        midnight += DAY


def _at(midnight: datetime, minutes: int) -> int:
    """Return the wall second at which a clock shows so many minutes after a midnight."""
    shown = midnight.replace(hour=minutes // MINUTE, minute=minutes % MINUTE)
    if midnight.tzinfo is None or isinstance(midnight.tzinfo, ZoneInfo):
        return int(shown.timestamp())
    return int(shown.replace(tzinfo=None).timestamp())  # our own clock, with that day's offset
