"""One session's agent: what it is built of, and how it starts and stops."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from agentguard import lifecycle
from agentguard.desk import AgentDesk
from agentguard.engine import records
from agentguard.engine.loop import Engine
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.model.events import PolicyInForce
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Backend
from agentguard.ports.people import Verifier
from agentguard.ports.seen import SeenFiles
from agentguard.ports.sensor import Sensor
from agentguard.ports.storage import Journal, Outbox
from agentguard.scan.client import ScanClient

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one agent is built of; `seen` keeps which files were looked at, None for nowhere."""

    folder: Path
    backend: Backend
    clock: Clock
    journal: Journal
    outbox: Outbox
    scan: ScanClient
    verifier: Verifier
    seen: SeenFiles | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The way to the endpoint: an actor, and what the desk asks of it."""

    run: Callable[[Stop], None]
    report_now: Callable[[], None]
    last_report: Callable[[], str]


MakeLink = Callable[[Engine], Link | None]


@dataclass(slots=True, kw_only=True)
class Agent:
    """One session's agent, wired and ready to start."""

    parts: Parts
    engine: Engine
    desk: AgentDesk
    supervisor: Supervisor
    engine_supervisor: Supervisor
    actors: tuple[Actor, ...]
    sensors: tuple[Sensor, ...]
    first: PolicyInForce
    farewell: Callable[[], None] = field(default=lambda: None)
    _started: bool = field(default=False)

    def start(self) -> None:
        """Start the engine, then the hands, then the senses."""
        clock = self.parts.clock
        noted = records.plain("agent.started", clock.now())
        self.engine.ledger.write((noted,), {}, clock.now())
        self.engine.submit(self.first)
        self.engine.submit(lifecycle.known(clock.now()))
        self.engine_supervisor.start(Actor(name="engine", run=self.engine.run))
        for actor in self.actors:
            self.supervisor.start(actor)
        for sensor in self.sensors:
            self.supervisor.start(_watching(sensor, self.engine))
        self._started = True

    def stop(self) -> tuple[str, ...]:
        """Stop the senses, let the engine finish its queue, end the child; give the stragglers."""
        if self._started:
            self.farewell()
        late = (*self.supervisor.stop(), *self.engine_supervisor.stop())
        self.parts.scan.close()
        if self._started:
            at = self.parts.clock.now()
            self.engine.ledger.write((records.plain("agent.stopped", at),), {}, at)
        if late:
            LOG.warning("not stopped in time: %s", ", ".join(late))
        return late


def _watching(sensor: Sensor, engine: Engine) -> Actor:
    return Actor(name=sensor.name, run=lambda stop: sensor.run(engine.submit, stop))
