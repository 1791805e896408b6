"""The times at which a card can come back: real ones, from the call, the breaks and the shift."""

from __future__ import annotations

from datetime import timedelta

from agentguard.engine.attention_book import spent
from agentguard.engine.state import State
from agentguard.model.attention import Later, Why
from agentguard.model.local_hours import break_ends, local, seconds_to
from agentguard.model.moments import Moment
from agentguard.model.prompts import Prompt

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
LONGEST = 12 * HOUR
"""What is further away is another shift's."""
APART = 300.0
"""The least seconds between two times that are offered."""


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
    if after is not None and after <= LONGEST:
        wished.append(_in(after + AFTER_BREAK, Why.BREAK, at))
    else:
        wished.append(_in(_quarter(HOUR, at), Why.HOUR, at))
    if end is not None and end - BEFORE_END >= SOON and end <= LONGEST:
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
