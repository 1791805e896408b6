"""Times of the wire to seconds and back."""

from __future__ import annotations

from datetime import UTC, date, datetime

FIRST, LAST = -62_135_596_800.0, 253_402_300_799.0
"""The seconds since 1970 with which the years 1 to 9999 of UTC begin and end."""

LATELY = 90 * 86400.0
"""Seconds for which a desk may have been away before the date of what it tells is doubted."""


def seconds(iso: str, otherwise: float) -> float:
    """Return the seconds since 1970 of an ISO 8601 time; `otherwise` when it is none.

    Nor is one that lies in the years 1 to 9999 by its own offset alone, and not in UTC.
    """
    try:
        moment = datetime.fromisoformat(iso)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        at = moment.timestamp()
    except (ValueError, OverflowError, OSError):
        return otherwise
    return at if FIRST <= at <= LAST else otherwise


def past(iso: str, now: float) -> float:
    """Return an ISO 8601 time that is no later than now, whatever the clock that told it says.

    What is dated ahead would never grow old, and would stand last in every list.
    """
    return min(seconds(iso, now), now)


def lately(iso: str, now: float) -> float:
    """Return a time as `past` does, and now for one that is older than what is still reported.

    A desk whose clock stands years behind would tell what is old, and gone, as soon as it is told.
    """
    at = past(iso, now)
    return at if now - at <= LATELY else now


def day(at: float) -> date:
    """Return the day in UTC, by which the days of contracts, plans and support are counted."""
    return datetime.fromtimestamp(at, UTC).date()


def iso(at: float) -> str:
    """Return a time as the wire writes it; the first or the last of all for one that it cannot."""
    return _moment(at).isoformat(timespec="milliseconds")


def to_the_second(at: float) -> str:
    """Return a time as an operator reads it, in UTC, likewise."""
    return _moment(at).isoformat(timespec="seconds")


def _moment(at: float) -> datetime:
    return datetime.fromtimestamp(max(FIRST, min(at, LAST)), UTC)
