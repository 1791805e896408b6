"""Which exceptions hold, and what a person asks for, as events."""

from __future__ import annotations

from dataclasses import dataclass

from agentguard.model.events import Event
from agentguard.model.exceptions import Excepted, Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionsHeld(Event):
    """Which exceptions hold now; `over` says by id why others are over: `until` or `withdrawn`.

    `ruled` is what became of requests that no exception tells of.
    """

    items: tuple[Excepted, ...]
    over: tuple[tuple[str, str], ...] = ()
    ruled: tuple[Ruling, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionAsked(Event):
    """The person asks for an exception; personal data in its words is masked before.

    `until` is its end in wall seconds, `hours` how long that is from now, rounded up.
    """

    id: str
    control: str
    hours: int
    until: float
    reason: str
    instead: str
