"""What stands in for a sensor whose capability this desktop does not give."""

from __future__ import annotations

from collections.abc import Callable

from agentguard.model.events import SensorState, Watching
from agentguard.model.messages import Message
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import IDLE, Turns, alone


class AbsentSensor:
    """Says once that nothing is watched, and why; then only waits for the end."""

    def __init__(self, name: str, reason: Message, clock: Clock) -> None:
        self.name = name
        self._reason = reason
        self._clock = clock

    def run(self, submit: Submit, stop: Stop) -> None:
        """Say it, and wait."""
        alone(self.turns(submit, stop), self._clock, stop)

    def turns(self, submit: Submit, _stop: Stop) -> Turns:
        """Say it, and live on."""
        submit(absent_state(self.name, self._reason, self._clock))
        while True:
            yield IDLE

    def poke(self) -> None:
        """Do nothing: there is nothing to look at again."""


def stand_in(name: str, clock: Clock) -> Callable[[Message], AbsentSensor]:
    """Return what makes a stand-in for a sensor that could not be made, given why."""
    return lambda why: AbsentSensor(name, why, clock)


def absent_state(name: str, reason: Message, clock: Clock) -> SensorState:
    """Say that this sensor cannot watch here."""
    return SensorState(at=clock.now(), sensor=name, state=Watching.ABSENT, message=reason)


def watching_state(name: str, clock: Clock) -> SensorState:
    """Say that this sensor watches."""
    return SensorState(at=clock.now(), sensor=name, state=Watching.WATCHING)
