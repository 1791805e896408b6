"""Work that is done in turns: a short look, then a wait in which the same thread serves others.

Each thread of an agent costs a desk memory of its own, and most of them would only wait for time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit

Turns = Iterator[float]
"""Each step is one turn and gives the seconds until the next; the end is the end of the work."""

IDLE = 3600.0
"""Seconds between two turns of one that has nothing more to do and lives on."""


@runtime_checkable
class InTurns(Protocol):
    """A sensor that looks in turns, and so needs no thread of its own."""

    @property
    def name(self) -> str:
        """The id that `SensorState` and the status window use."""
        ...

    def turns(self, submit: Submit, stop: Stop) -> Turns:
        """Look and tell, turn by turn; may raise as `run` may, and is begun anew then."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Work in turns that shares a thread; `begin` gives its turns, anew after a failure."""

    name: str
    begin: Callable[[Stop], Turns]


def alone(turns: Turns, clock: Clock, stop: Stop) -> None:
    """Take turns in this thread until they end or `stop` is set."""
    for pause in turns:
        if clock.wait(stop, pause):
            return
