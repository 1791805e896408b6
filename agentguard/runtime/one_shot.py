"""One look at this computer, without acting on what is found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.model.events import JournalChecked, SensorsAlive
from agentguard.model.snapshot import Snapshot
from agentguard.ports.clock import Stop
from agentguard.ports.sensor import OneLook, Sensor
from agentguard.runtime.agent import Agent

SETTLE = 2.0  # seconds for the desktop's sensors to say what they see
STEP = 0.2

Progress = Callable[[str], None]


def silent(_part: str) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Lets every sensor of an agent see once; nothing is done about what is found.

    `journal` is the number of entries of the agent's journal and whether it is whole, or None.
    """

    agent: Agent
    journal: tuple[int, bool] | None
    progress: Progress = silent

    def take(self, seconds: float) -> Snapshot:
        """Look for at most `seconds`; what did not answer by then is unknown."""
        agent, clock = self.agent, self.agent.clock
        engine = agent.engine
        engine.submit(agent.first)
        if (known := agent.shipped()) is not None:
            engine.submit(known)
        if self.journal is not None:
            entries, whole = self.journal
            engine.submit(JournalChecked(at=clock.now(), entries=entries, whole=whole))
        supervisor = Supervisor(clock=clock, submit=engine.submit)
        waiting = {sensor.name for sensor in agent.sensors}
        ended = threading.Event()
        for sensor in agent.sensors:
            supervisor.start(self._once(sensor, waiting))
        limit = clock.now().boot + seconds
        while waiting and clock.now().boot < limit:
            engine.drain()
            clock.wait(ended, STEP)
        supervisor.stop()
        names = frozenset(sensor.name for sensor in agent.sensors)
        engine.submit(SensorsAlive(at=clock.now(), names=names))  # they ran until just now
        engine.drain()
        return engine.snapshot()

    def _once(self, sensor: Sensor, waiting: set[str]) -> Actor:
        def run(stop: Stop) -> None:
            try:
                self._see(sensor, stop)
            finally:  # one that fails has answered too: the supervisor tells of it
                self.progress(sensor.name)
                waiting.discard(sensor.name)

        return Actor(name=sensor.name, run=run)

    def _see(self, sensor: Sensor, stop: Stop) -> None:
        submit, clock = self.agent.engine.submit, self.agent.clock
        if isinstance(sensor, OneLook):
            sensor.look(submit, stop)
        else:
            brief = _Brief(stop=stop, until=clock.now().boot + SETTLE, look=self)
            sensor.run(submit, brief)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brief:
    """A stop that comes by itself after a moment."""

    stop: Stop
    until: float
    look: Look

    def is_set(self) -> bool:
        return self.stop.is_set() or self._left() <= 0

    def wait(self, timeout: float | None = None) -> bool:
        left = max(0.0, self._left())
        self.stop.wait(left if timeout is None else min(timeout, left))
        return self.is_set()

    def _left(self) -> float:
        return self.until - self.look.agent.clock.now().boot
