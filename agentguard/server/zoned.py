"""Moments by the clock of a place, and what that clock is called at each of them.

Whatever is written here can be read back: when a clock is put back, an hour comes twice, and the
clock's mark (`CEST`, then `CET`) says which of them is meant.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

SHORTEST = 3  # letters of a mark
LONGEST_NAME = 64


@cache
def zones() -> frozenset[str]:
    """Return the names of every clock that is known here, such as `Asia/Manila`."""
    return frozenset(available_timezones())


def clock(name: str) -> tzinfo:
    """Return the clock of a name; UTC for one that nobody knows."""
    return ZoneInfo(name) if name in zones() else UTC


def name_of(zone: tzinfo) -> str:
    """Return what a clock is called, such as `Asia/Manila` or `UTC`."""
    return zone.key if isinstance(zone, ZoneInfo) else "UTC"


def moment(at: float, zone: tzinfo = UTC) -> datetime:
    """Return a moment, in seconds since 1970, by a clock; 1970 for one that no calendar has."""
    try:
        return datetime.fromtimestamp(at, zone)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC).astimezone(zone)


def mark(then: datetime) -> str:
    """Return what the clock is called at a moment: `CET`, else how far from UTC it is: `UTC+5:30`.

    Two hours of one reading are never called the same.
    """
    name, other = then.tzname() or "", then.replace(fold=1 - then.fold)
    told_apart = other.utcoffset() == then.utcoffset() or other.tzname() != name
    if len(name) >= SHORTEST and name.isascii() and name.isalpha() and told_apart:
        return name
    return f"UTC{_offset(then.utcoffset() or timedelta())}"


def on_paper(at: float, zone: tzinfo = UTC) -> str:
    """Return a moment as a paper writes it, as in `2026-11-30 14:05 CET`."""
    then = moment(at, zone)
    return f"{then:%Y-%m-%d %H:%M} {mark(then)}"


def _offset(away: timedelta) -> str:
    minutes, seconds = divmod(abs(round(away.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    sign = "-" if away < timedelta() else "+"
    rest = f":{minutes:02d}" if minutes or seconds else ""
    return f"{sign}{hours}{rest}{f':{seconds:02d}' if seconds else ''}"
