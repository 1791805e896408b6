"""A supervisor with one wheel, on a clock in the test's hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from agentguard.engine.supervisor import Supervisor
from agentguard.model.events import Event, SensorState
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.clock import Bell, Stop
from agentguard.ports.turns import Member, Turns

SOON = 10.0
HELD_UP = 0.2
"""Real seconds after which somebody holds the wheel, if still nobody waits on the clock."""
Begin = Callable[[Stop], Turns]


def every(seconds: float, note: Callable[[], object]) -> Begin:
    def turns(_stop: Stop) -> Turns:
        while True:
            note()
            yield seconds

    return turns


class Hanging:
    """Work whose second turn does not come back until it is let go, or a test forgets it."""

    def __init__(self) -> None:
        self.hangs, self.release = threading.Event(), threading.Event()
        self.turns_taken = 0

    def begin(self, _stop: Stop) -> Turns:
        while True:
            self.turns_taken += 1
            yield 1.0
            self.hangs.set()
            self.release.wait(SOON)


class Going:
    """A supervisor with one wheel, which a test minds as an agent's main thread does."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.told: list[Event] = []
        self.supervisor = Supervisor(
            clock=self.clock, submit=self.told.append, patience=0.2, known=self.last
        )

    def last(self, name: str) -> SensorState | None:
        states = [e for e in self.states() if e.sensor == name]
        return states[-1] if states else None

    def states(self) -> list[SensorState]:
        return [one for one in tuple(self.told) if isinstance(one, SensorState)]

    def share(self, *, bell: Bell | None = None, longest: float = 90.0, **members: Begin) -> None:
        self.supervisor.share(
            "wheel",
            [Member(name=n, begin=b, bell=bell, longest=longest) for n, b in members.items()],
        )

    def pass_(self, seconds: float, sleepers: int = 1) -> None:
        self.clock.settle(sleepers)
        self.clock.advance(seconds)
        self.clock.settle(sleepers)

    def live(self, seconds: int) -> None:
        """Let time pass second by second, with a look at the threads each second.

        Each second lasts until those that it woke wait again; where one hangs with the wheel in
        its hands, nobody waits on the clock.
        """
        for _ in range(seconds):
            self.clock.advance(1.0)
            with suppress(TimeoutError):
                self.clock.settle(within=HELD_UP)
            self.supervisor.mind()

    def names(self) -> list[str]:
        return sorted(self.supervisor.at_work())
