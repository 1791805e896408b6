"""Hours on the wall of this computer: whether one is in a span of them, and when the next comes."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

DAY = timedelta(days=1)


def local(wall: float) -> datetime:
    """Return the time on the wall, without its zone."""
    return datetime.fromtimestamp(wall, UTC).astimezone().replace(tzinfo=None)


def within(spans: tuple[str, ...], now: datetime) -> bool:
    """Check whether a time lies in one of the spans HH:MM-HH:MM, which may pass midnight."""
    return any(_inside(*_ends(span), now.time()) for span in spans)


def _inside(begin: time, end: time, now: time) -> bool:
    if begin <= end:
        return begin <= now < end
    return now >= begin or now < end


def _ends(span: str) -> tuple[time, time]:
    begin, _, end = span.partition("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def break_ends(spans: tuple[str, ...]) -> tuple[str, ...]:
    """Return when spans end, as HH:MM."""
    return tuple(span.partition("-")[2] for span in spans)


def seconds_to(hours: tuple[str, ...], now: datetime) -> float | None:
    """Return the seconds until the next of the times HH:MM; None where there is none."""
    return min((_to(time.fromisoformat(hour), now) for hour in hours), default=None)


def _to(hour: time, now: datetime) -> float:
    today = datetime.combine(now.date(), hour)
    return ((today if today > now else today + DAY) - now).total_seconds()
