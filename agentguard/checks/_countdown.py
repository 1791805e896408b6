"""Sentences about days that are to come: each tells how many are left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from agentguard.checks.base import few
from agentguard.model.messages import Message, say
from agentguard.model.software import Match, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Countdown:
    """The ids of three sentences: `days` are left, or the day is tomorrow, or today."""

    days: str
    tomorrow: str
    today: str

    def say(self, left: int, **params: str) -> Message:
        """Return the one for so many days."""
        if left > 1:
            return say(self.days, days=left, **params)
        return say(self.tomorrow if left == 1 else self.today, **params)


WHOLE = {
    State.EXPLOITED: Countdown(
        days="software.attacked-grace",
        tomorrow="software.attacked-grace-tomorrow",
        today="software.attacked-grace-today",
    ),
    State.ENDED: Countdown(
        days="software.grace", tomorrow="software.grace-tomorrow", today="software.grace-today"
    ),
    State.ALLOWED: Countdown(
        days="software.allowed",
        tomorrow="software.allowed-tomorrow",
        today="software.allowed-today",
    ),
    State.ENDING: Countdown(
        days="software.ending", tomorrow="software.ending-tomorrow", today="software.ending-today"
    ),
}
"""What is told where nothing is wrong yet, the gravest first."""
GRACE = Countdown(
    days="software.row-grace",
    tomorrow="software.row-grace-tomorrow",
    today="software.row-grace-today",
)
ROWS = {
    State.EXPLOITED: GRACE,
    State.ENDED: GRACE,
    State.ALLOWED: Countdown(
        days="software.row-allowed",
        tomorrow="software.row-allowed-tomorrow",
        today="software.row-allowed-today",
    ),
    State.ENDING: Countdown(
        days="software.row-ending",
        tomorrow="software.row-ending-tomorrow",
        today="software.row-ending-today",
    ),
}


def labels(found: Iterable[Match]) -> frozenset[str]:
    """Return the products with the day that is told of each, where there is one."""
    return frozenset(f"{one.shown} ({_due(one)})" if _due(one) else one.shown for one in found)


def pending(found: Iterable[Match], today: date) -> Message | None:
    """Return the gravest of what is to be told although nothing is wrong; None for nothing."""
    right = [one for one in found if not one.wrong]
    for state, words in WHOLE.items():
        told = [one for one in right if one.state is state]
        days = [due for one in told if (due := _due(one)) is not None]
        if days:
            return words.say((min(days) - today).days, products=few(labels(told)))
    return None


def rows(found: Iterable[Match], today: date) -> tuple[Message, ...]:
    """Return a line for each product of which a day counts, each once: first what is wrong now."""
    told = {(not one.wrong, _due(one) or today, one.shown, one.state) for one in found}
    return tuple(_rows(sorted(told), today))


def _rows(told: list[tuple[bool, date, str, State]], today: date) -> Iterator[Message]:
    for right, due, product, state in told:
        if right and state in ROWS:
            yield ROWS[state].say((due - today).days, product=product, date=due.isoformat())
        elif not right and state is State.EXPLOITED:
            yield say("software.row-attacked", product=product)
        elif not right and due < today:
            yield say("software.row-ended", product=product, date=due.isoformat())


def _due(one: Match) -> date | None:
    """Return the day that counts; the end of the support is none of an attack."""
    return one.grace or (None if one.state is State.EXPLOITED else one.date)
