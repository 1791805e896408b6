"""When a card may be shown: what holds it back now, and at which times it can come back.

It is held back while the person is away, busy with somebody, or in the midst of work. What nobody
can tell (a desktop that gives no idle time, a probe without an answer) holds nothing. The times to
come back at are real ones, from the call, the breaks and the shift.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from agentguard.engine.attention_book import spent
from agentguard.engine.state import State
from agentguard.model.attention import BusySeen, Holding, Later, Why
from agentguard.model.events import Event, SessionState
from agentguard.model.local_hours import break_ends, local, seconds_to, within
from agentguard.model.machine import ScreenSharesSeen
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt, PromptKind

TYPING = 5.0
"""Seconds since the last key or movement, below which somebody is at work."""
AWAY = 300.0
"""Seconds without either, after which nobody is there to read."""
LONGEST = 2 * 3600.0
"""Seconds after which a full screen or a share is the day's work (a remote desktop, a recorder)."""
KNOWN = 180.0
"""Seconds for which what a probe told of the desktop counts; it tells once a minute."""
MOST = 3
QUARTER = timedelta(minutes=15)
SOON = 600.0
"""The least seconds until the next quarter of an hour that counts as soon."""
HOUR = 3600.0
AFTER_BREAK = 120.0
"""Seconds after a planned break: time to sit down."""
BEFORE_END = 45 * 60.0
"""Seconds before a planned end of the shift: time to do it."""
LAST = 2 * HOUR
"""Seconds before a planned end, from which on the last card is not put by any more."""
FARTHEST = 12 * HOUR
"""What is further away is another shift's."""
APART = 300.0
"""The least seconds between two times that are offered."""


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


def near_the_end(state: State, at: Moment) -> bool:
    """Check whether the shift ends within two hours by its plan."""
    left = seconds_to(state.plan.policy.shift.ends, local(at.wall))
    return left is not None and left <= LAST


def offered(state: State, prompt: Prompt, at: Moment) -> tuple[Later, ...]:
    """Return up to three times, the earliest first: none past the due time.

    None where the budget of the shift has no card left to come back with.
    """
    attention = state.attention
    promised = sum(one.until is not None for one in attention.waiting)
    if len(spent(attention.book, at)) + promised >= state.plan.policy.attention.prompts:
        return ()
    chosen: list[Later] = []
    for one in _wished(state, at):
        apart = all(abs(one.until.boot - other.until.boot) >= APART for other in chosen)
        in_time = prompt.due is None or one.until.boot <= prompt.due.boot
        if apart and in_time and len(chosen) < MOST:
            chosen.append(one)
    return tuple(sorted(chosen, key=lambda one: one.until.boot))


def _wished(state: State, at: Moment) -> list[Later]:
    """Return the times in the order in which they are wished for.

    Where no break or end is planned, two full hours are the third, or half of one where that is
    past the due time; what is past the end of the shift is none.
    """
    policy, now = state.plan.policy, local(at.wall)
    after = seconds_to(break_ends(policy.shift.breaks), now)
    end = seconds_to(policy.shift.ends, now)
    wished = [Later(why=Why.CALL, until=at)] if state.in_call else []
    if after is not None and after <= FARTHEST:
        wished.append(_in(after + AFTER_BREAK, Why.BREAK, at))
    else:
        wished.append(_in(_quarter(HOUR, at), Why.HOUR, at))
    if end is not None and end - BEFORE_END >= SOON and end <= FARTHEST:
        wished.append(_in(end - BEFORE_END, Why.END, at))
    wished.append(_in(_quarter(SOON, at), Why.SOON, at))
    hours = _quarter(2 * HOUR, at)
    if end is None or hours <= end - BEFORE_END:
        wished.append(_in(hours, Why.HOURS, at))
    return [*wished, _in(_quarter(HOUR / 2, at), Why.HALF, at)]


def _quarter(least: float, at: Moment) -> float:
    """Return the seconds to the first quarter of an hour that is no sooner than `least`."""
    now = local(at.wall)
    wanted = now + timedelta(seconds=least)
    into = timedelta(
        minutes=wanted.minute % 15, seconds=wanted.second, microseconds=wanted.microsecond
    )
    up = wanted if not into else wanted - into + QUARTER
    return (up - now).total_seconds()


def _in(seconds: float, why: Why, at: Moment) -> Later:
    return Later(why=why, until=Moment(boot=at.boot + seconds, wall=at.wall + seconds))
