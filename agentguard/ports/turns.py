"""Work that is done in turns: a short look, then a wait in which the same thread serves others.

Each thread of an agent costs a desk memory of its own, and most of them would only wait for time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.sensor import Submit

Turns = Iterator[float]
"""Each step is one turn and gives the seconds until the next; the end is the end of the work."""

IDLE = 3600.0
"""Seconds between two turns of one that has nothing more to do and lives on."""
LONGEST = 90.0
"""Seconds that a turn may take before its work is said to hang, where nothing else is said."""


@runtime_checkable
class InTurns(Protocol):
    """A sensor that looks in turns, and so needs no thread of its own."""

    @property
    def name(self) -> str:
        """The id that `SensorState` and the status window use."""
        ...

    def turns(self, submit: Submit, stop: Stop) -> Turns:
        """Look and tell, turn by turn; may raise as `run` may, and is begun anew then.

        At the agent's end they are closed between two turns, as an iterator is.
        """
        ...


@runtime_checkable
class Called(Protocol):
    """Work in turns whose next turn comes at once when its bell is rung."""

    @property
    def bell(self) -> Bell:
        """The bell, which its own turns hush."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Work in turns that shares a thread; `begin` gives its turns, anew after a failure.

    `longest` is how many seconds a turn may take before it is said to hang. A ring of the `bell`
    makes the next turn due.
    """

    name: str
    begin: Callable[[Stop], Turns]
    longest: float = LONGEST
    bell: Bell | None = None


def alone(turns: Turns, clock: Clock, stop: Stop, bell: Bell | None = None) -> None:
    """Take turns in this thread until they end or `stop` is set; a ring makes the next one due."""
    if bell is not None:
        bell.attach(stop)
    try:
        for pause in turns:
            if clock.wait(bell or stop, pause) and (bell is None or stop.is_set()):
                return
    finally:
        if close := getattr(turns, "close", None):
            close()
