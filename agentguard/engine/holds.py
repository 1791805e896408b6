"""What holds a prompt back now: the person is away, busy with somebody, or in the midst of work.

What nobody can tell (a desktop that gives no idle time, a probe without an answer) holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.engine.state import State
from agentguard.model.attention import BusySeen, Holding
from agentguard.model.events import Event, SessionState
from agentguard.model.local_hours import local, within
from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.moments import Moment
from agentguard.model.prompts import PromptKind

TYPING = 5.0
"""Seconds since the last key or movement, below which somebody is at work."""
AWAY = 300.0
"""Seconds without either, after which nobody is there to read."""
LONGEST = 2 * 3600.0
"""Seconds after which a full screen or a share is the day's work (a remote desktop, a recorder)."""
KNOWN = 180.0
"""Seconds for which what a probe told of the desktop counts; it tells once a minute."""


def holding(state: State, at: Moment, *, late: bool) -> Holding | None:
    """Return what holds a prompt back, the strongest first; `late` ones wait half the wrap-up."""
    return next((why for why, holds in _all(state, at, late=late) if holds), None)


def _all(state: State, at: Moment, *, late: bool) -> Iterator[tuple[Holding, bool]]:
    """Yield what may hold it back and whether it does, each looked at when it is asked for."""
    idle = _idle(state)
    yield Holding.LOCKED, state.locked
    yield Holding.AWAY, idle is not None and idle >= AWAY
    yield Holding.SHIELD, state.shield is not None
    yield Holding.GATE, any(p.kind is PromptKind.PROOF for p in state.prompts.values())
    yield Holding.PAYMENT, state.paying.since is not None
    yield Holding.CALL, state.in_call
    yield Holding.WRAP_UP, _wraps_up(state, at, late=late)
    yield Holding.QUIET, within(state.plan.policy.attention.quiet, local(at.wall))
    yield from _busy(state, at)
    yield Holding.TYPING, idle is not None and idle < TYPING
    yield Holding.CARD, any(p.kind is not PromptKind.PROOF for p in state.prompts.values())


def _idle(state: State) -> float | None:
    session = state.facts.get(SessionState)
    return session.idle if session is not None else None


def _wraps_up(state: State, at: Moment, *, late: bool) -> bool:
    ended = state.attention.call_ended
    wrap_up = state.plan.policy.attention.wrap_up_seconds
    return ended is not None and at.boot - ended < (wrap_up / 2 if late else wrap_up)


def _busy(state: State, at: Moment) -> tuple[tuple[Holding, bool], ...]:
    attention = state.attention
    presents = _lasts(attention.presented, state.facts.get(BusySeen), at)
    shares = _lasts(attention.shared, state.facts.get(ScreenSharesSeen), at)
    seen = state.facts.get(BusySeen)
    quiet = _is_fresh(seen, at) and seen is not None and seen.do_not_disturb is True
    return ((Holding.PRESENTING, presents or shares), (Holding.DO_NOT_DISTURB, quiet))


def _lasts(since: float | None, seen: Event | None, at: Moment) -> bool:
    return since is not None and at.boot - since < LONGEST and _is_fresh(seen, at)


def _is_fresh(seen: Event | None, at: Moment) -> bool:
    return seen is not None and at.since(seen.at) < KNOWN
