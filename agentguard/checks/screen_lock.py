"""The screen is locked when nobody has been at the desk for a while.

The agent's own idle timer is the floor; beside it stand the computer's own settings, of which the
earliest wins. What is found in settings, in a lock that was asked for, or in the rhythm of input is
told and never makes the screen lock: only idle time does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite

from agentguard.checks.base import MINUTE, Check, belong
from agentguard.model.actions import ActionKind
from agentguard.model.events import Event, Facts, SessionState
from agentguard.model.locking import (
    LockLimitsSeen,
    LockSource,
    LockTried,
    Standing,
    SteadyInput,
    all_read,
    effective,
)
from agentguard.model.messages import Message, say
from agentguard.model.verdicts import Owner, Response, Severity, Verdict, passed, unknown, wrong

SETTINGS, UNCONFIRMED, STEADY = "settings", "unconfirmed", "steady-input"
"""Subjects of what is only told."""

TOLD_ONLY = Response(kinds=(ActionKind.NOTIFY,))
SILENT = Response(kinds=())
OWN = "AgentGuard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """When the screen must be locked."""

    limit_minutes: int = field(
        default=15,
        metadata={"doc": "Minutes without keyboard or mouse until the lock.", "min": 1, "max": 60},
    )


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Judge what the session says, and tell what else is known of its lock."""
    match event:
        case SessionState():
            return replace(_session(event, facts, settings), rows=table(facts, settings))
        case LockLimitsSeen():
            return _settings(event, facts, settings)
        case LockTried():
            return _tried(event)
        case SteadyInput():
            return _steady(event)
        case _:
            return None


def _session(event: SessionState, facts: Facts, settings: Settings) -> Verdict:
    """Idle beyond the limit and not locked is wrong; only the idle timer counts, no clock.

    Where nobody tells the lock, as on a desktop that was never locked yet, the limit holds as well.
    """
    if event.locked:
        return passed("screen-lock.locked")
    if event.idle is not None and event.idle >= settings.limit_minutes * MINUTE:
        return _open(event, settings)
    if event.locked is None:
        return unknown("screen-lock.no-lock-source")
    if event.idle is None:
        return _by_system(facts, settings)
    first = _earlier(facts, settings)
    if first is None:
        return passed("screen-lock.watched", minutes=settings.limit_minutes)
    return passed("screen-lock.by-system", name=first.name, after=span(first.seconds))


def _open(event: SessionState, settings: Settings) -> Verdict:
    if event.locked is None:
        return wrong("screen-lock.open-unseen", minutes=settings.limit_minutes)
    return wrong("screen-lock.open", minutes=settings.limit_minutes)


def _by_system(facts: Facts, settings: Settings) -> Verdict:
    """Without idle time the agent cannot lock, so the computer's own settings must."""
    first = _earlier(facts, settings)
    if first is None:
        return unknown("screen-lock.no-idle-source")
    return passed("screen-lock.by-system", name=first.name, after=span(first.seconds))


def _earlier(facts: Facts, settings: Settings) -> LockSource | None:
    """Return the computer's own lock where it comes no later than the policy wants it."""
    limits = facts.get(LockLimitsSeen)
    first = effective(limits.sources) if limits else None
    if first is None or (first.seconds or 0.0) > settings.limit_minutes * MINUTE:
        return None
    return first


def _settings(event: LockLimitsSeen, facts: Facts, settings: Settings) -> Verdict | None:
    """Only where the agent cannot lock by itself are late settings wrong, if all were read."""
    session = facts.get(SessionState)
    if session is None:
        return None
    guarded = session.idle is not None and session.locked is not None
    if guarded or _earlier(facts, settings) is not None:
        return replace(passed(), subject=SETTINGS)
    if not all_read(event.sources):
        return None
    first = effective(event.sources)
    if first is None:
        found = wrong("screen-lock.never", minutes=settings.limit_minutes)
    else:
        after, minutes = span(first.seconds), settings.limit_minutes
        found = wrong("screen-lock.late", name=first.name, after=after, minutes=minutes)
    return replace(found, subject=SETTINGS, response=TOLD_ONLY)


def _tried(event: LockTried) -> Verdict:
    if event.confirmed:
        return replace(passed(), subject=UNCONFIRMED)
    found = wrong("screen-lock.unconfirmed", times=event.times)
    return replace(found, subject=UNCONFIRMED, response=TOLD_ONLY)


def _steady(event: SteadyInput) -> Verdict:
    """Advise of input that no person makes; it may have a good reason, so nothing is done."""
    if not event.times:
        return replace(passed(), subject=STEADY)
    found = wrong("screen-lock.steady-input", seconds=event.seconds, times=event.times)
    return replace(found, subject=STEADY, response=SILENT, severity=Severity.LOW)


def table(facts: Facts, settings: Settings) -> tuple[Message, ...]:
    """Return every setting with what it does, the winning one first, and the agent's own timer."""
    limits = facts.get(LockLimitsSeen)
    if limits is None:
        return ()
    own = LockSource(
        name=OWN, standing=Standing.LOCKS, seconds=settings.limit_minutes * MINUTE, managed=True
    )
    session = facts.get(SessionState)
    can = session is not None and session.idle is not None and session.locked is not None
    every = (*limits.sources, own) if can else limits.sources
    first = effective(every)
    rest = sorted((s for s in every if s is not first), key=lambda s: (s.standing, s.name))
    return (*((_first(first),) if first else ()), *(_row(s) for s in rest))


def _first(source: LockSource) -> Message:
    """Say which one wins: a person is protected by the lock that comes first."""
    id_ = "screen-lock.row-first-managed" if source.managed else "screen-lock.row-first"
    return say(id_, name=source.name, after=span(source.seconds))


def _row(source: LockSource) -> Message:
    name, after = source.name, span(source.seconds)
    match source.standing:
        case Standing.LOCKS:
            return say("screen-lock.row-locks", name=name, after=after)
        case Standing.NEVER:
            return say("screen-lock.row-never", name=name)
        case Standing.BLANKS:
            return say("screen-lock.row-blanks", name=name, after=after)
        case Standing.OVERRULED:
            return say("screen-lock.row-overruled", name=name, by=source.by)
        case _:
            return say("screen-lock.row-unread", name=name)


def span(seconds: float | None) -> str:
    """Return a time as people read it: `90 s` below two minutes, then `15 min` or `16 min 40 s`."""
    whole = int(seconds) if seconds is not None and isfinite(seconds) else 0
    minutes, rest = divmod(whole, 60)
    if rest or not minutes:
        return f"{minutes} min {rest} s" if minutes > 1 else f"{whole} s"
    return f"{minutes} min"


CHECK = Check(
    id="screen-lock",
    measure=4,
    severity=Severity.HIGH,
    on=(SessionState, LockLimitsSeen, LockTried, SteadyInput),
    settings=Settings,
    judge=judge,
    fresh=MINUTE,
    lessons=("lock-screen",),
    owners={
        **belong(Owner.PERSON, "screen-lock.open", "screen-lock.open-unseen"),
        **belong(Owner.TEAM, "screen-lock.never", "screen-lock.late", "screen-lock.unconfirmed"),
        **belong(Owner.SUPERVISOR, "screen-lock.steady-input"),
    },
)
