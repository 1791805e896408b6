"""How long something is, as people say it: what is filled in where a sentence has `{span}`.

A message brings along its `seconds`, for machines. A sentence that is told to people names them
`{span}`, which is about so long, or `{exactly}` where every second counts: in a setting, or where
somebody has to wait. Neither has a sign; whether it was forward or back is a sentence of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

MINUTE, HOUR, DAY = 60, 3600, 86400
Say = Callable[..., str]
"""Says the sentence of an id, as `Texts.say`."""


def about(seconds: int, say: Say) -> str:
    """Return so many seconds in the largest units that are full, in whichever direction."""
    seconds = abs(seconds)
    if seconds < MINUTE:
        return say("span.seconds", count=seconds)
    if seconds < HOUR:
        return say("span.minutes", count=seconds // MINUTE)
    if seconds < DAY:
        return _hours(seconds, say)
    return say("span.days", count=seconds // DAY)


def exactly(seconds: int, say: Say) -> str:
    """Return so many seconds with none left out, in whichever direction."""
    days, rest = divmod(abs(seconds), DAY)
    parts = [say("span.days", count=days)] if days else []
    if rest >= HOUR:
        parts.append(_hours(rest, say))
    elif rest >= MINUTE:
        parts.append(say("span.minutes", count=rest // MINUTE))
    if rest % MINUTE or not parts:
        parts.append(say("span.seconds", count=rest % MINUTE))
    return " ".join(parts)


def measured(seconds: float, say: Say, decimal: Callable[[str], str] = str) -> str:
    """Return what a watch says: tenths below a minute, whole seconds from there on."""
    if seconds < MINUTE:
        return say("span.seconds", count=decimal(f"{seconds:.1f}"))
    return exactly(round(seconds), say)


def filled(params: Mapping[str, str | int], say: Say) -> Mapping[str, str | int]:
    """Return what a sentence is given, with its `seconds` as people say them beside.

    What is no number of seconds is called what it is.
    """
    some = params.get("seconds")
    if some is None:
        return params
    if not isinstance(some, int):
        return {"span": some, "exactly": some, **params}
    return {"span": about(some, say), "exactly": exactly(some, say), **params}


def _hours(seconds: int, say: Say) -> str:
    hours, rest = divmod(seconds, HOUR)
    return say("span.hours", hours=hours, minutes=f"{rest // MINUTE:02d}")
