"""For how many weeks a newer version than that of a program has been out, by the catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from agentguard.model.facts import Channel, LifecyclesKnown
from agentguard.model.machine import Updater
from agentguard.model.software import Match, State, Today

WEEK = 7
FRESH = timedelta(days=90)
"""The age up to which a catalogue shows that nothing newer is out."""
MONTH = timedelta(days=45)
"""The same of Office's builds, which come every month."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """At least so many weeks; `shown` tells that the catalogue is new enough to say no more."""

    weeks: int
    shown: bool


def behind(updater: Updater, known: LifecyclesKnown, day: date) -> Behind | None:
    """Return for how long a program has had a newer version; None where nothing tells it."""
    if not updater.version:
        return None
    if updater.channel:
        rows = next((c for c in known.office if c.name == updater.channel), None)
        return None if rows is None else _of_office(updater.version, rows, day)
    if known.programs is None:
        return None
    now = Today(day=day, compiled=known.programs.compiled)
    found = known.programs.match(updater.program, updater.version, updater.maker, now=now)
    return _of(found, now)


def _of(found: Match, now: Today) -> Behind | None:
    told = found.why.params
    weeks, shown = int(told.get("weeks", 0)), now.age <= FRESH
    if found.state is State.ENDED and found.date is not None:
        since = found.date - timedelta(weeks=int(told.get("limit", 0)))
        return Behind(weeks=max(weeks, (now.day - since).days // WEEK), shown=shown)
    if weeks:
        return Behind(weeks=weeks, shown=shown)
    if found.state not in {State.SUPPORTED, State.ENDING} or found.line.startswith("esr-"):
        return None  # a version of a line that lives for a year may be as old as the line
    return Behind(weeks=0, shown=shown)


def _of_office(version: str, channel: Channel, day: date) -> Behind | None:
    """Date a build by its channel's releases; a branch of its own is compared with itself."""
    mine = _numbers(version)[-2:]
    rows = [(_numbers(build), released) for build, released in channel.releases]
    same = [row for row in rows if row[0][:1] == mine[:1]] or rows
    released = max((at for build, at in same if build <= mine), default=None)
    if released is None:
        return None
    later = min((at for _, at in rows if at > released), default=None)
    weeks = (day - later).days // WEEK if later else 0
    return Behind(weeks=max(weeks, 0), shown=day - rows[-1][1] <= MONTH)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isascii() and part.isdecimal())
