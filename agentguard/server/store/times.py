"""Times of the wire to seconds and back."""

from __future__ import annotations

from datetime import UTC, datetime


def seconds(iso: str, otherwise: float) -> float:
    """Give the seconds since 1970 of an ISO 8601 time; `otherwise` when it is none."""
    try:
        moment = datetime.fromisoformat(iso)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return moment.timestamp()
    except (ValueError, OverflowError, OSError):
        return otherwise


def past(iso: str, now: float) -> float:
    """Give an ISO 8601 time that is no later than now, whatever the clock that told it says.

    What is dated ahead would never grow old, and would stand last in every list.
    """
    return min(seconds(iso, now), now)


def iso(at: float) -> str:
    """Give a time as the wire writes it."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")
