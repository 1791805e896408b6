"""The composition root: builds the concretes and wires them; nobody else knows them all."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from agentguard import checks, lifecycle
from agentguard.catalogue import discover
from agentguard.checks.base import Check
from agentguard.desk import AgentDesk
from agentguard.engine import memory, records
from agentguard.engine.core import begin
from agentguard.engine.errands import Errands
from agentguard.engine.ledger import Ledger
from agentguard.engine.loop import Engine
from agentguard.engine.plan import Plan, make_plan
from agentguard.engine.respond import Hand, Responder
from agentguard.engine.schedule import Auditor, Ticker
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.hands import PurgeHand, VaultHand, desktop_hands
from agentguard.model.actions import ActionKind
from agentguard.model.events import PolicyInForce
from agentguard.model.facts import RetentionSeen
from agentguard.model.findings import Finding
from agentguard.model.policy import Policy
from agentguard.pii.scanner import default_scanner
from agentguard.policy.document import Shape
from agentguard.policy.keeper import Keeper
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Absent, Backend
from agentguard.ports.people import Verifier
from agentguard.ports.sensor import Sensor
from agentguard.ports.storage import Journal, Outbox
from agentguard.scan.client import ScanClient
from agentguard.sensors.desktop import desktop_sensors
from agentguard.sensors.files import FilesSensor
from agentguard.sensors.host import HostSensor
from agentguard.sensors.retention import RetentionSensor
from agentguard.sensors.training import Training
from agentguard.vault.vault import Vault

LOG = logging.getLogger(__name__)

PII_FILES = "pii-files"
RETIRE = 15.0  # seconds between two looks at an idle scan child


def catalogue() -> tuple[Check[object], ...]:
    """Give every check of the program."""
    return discover(checks, "CHECK", Check)


def shapes() -> tuple[Shape, ...]:
    """Give what a policy may say of each check."""
    return tuple(Shape(id=c.id, settings_type=c.settings, severity=c.severity) for c in catalogue())


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one agent is built of; `link` is the uplink, or what stands in its place."""

    folder: Path
    backend: Backend
    clock: Clock
    journal: Journal
    outbox: Outbox
    scan: ScanClient
    verifier: Verifier


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


def build(
    parts: Parts, make_link: MakeLink = lambda _engine: None, policy: Policy | None = None
) -> Agent:
    """Wire an agent; nothing runs before `start`. `policy` replaces the one that was kept."""
    if policy is None:
        first = Keeper(parts.folder, shapes(), parts.clock).start()
    else:
        first = PolicyInForce(at=parts.clock.now(), policy=policy)
    engine = _engine(parts, first)
    link = make_link(engine) or _no_link()
    vault = Vault(parts.folder / "vault", parts.journal, parts.clock)
    vault.recover()
    supervisor = Supervisor(clock=parts.clock, submit=engine.submit)
    errands = Errands()
    files, host, retention, training = _own_sensors(parts, engine)

    def look_again() -> None:
        files.poke()
        host.poke()
        retention.poke()

    hands: Mapping[ActionKind, Hand] = {
        **desktop_hands(parts.backend),
        ActionKind.VAULT: VaultHand(
            vault=vault,
            findings=lambda: tuple(engine.state.findings.values()),
            clock=parts.clock,
            submit=engine.submit,
        ),
        ActionKind.PURGE: PurgeHand(
            policy=engine.policy,
            old=lambda: engine.state.facts.get(RetentionSeen),
            journal=parts.journal,
            clock=parts.clock,
            look_again=retention.poke,
        ),
    }
    responder = Responder(hands=hands, clock=parts.clock, submit=engine.submit)
    engine.give = responder.give
    desk = AgentDesk(
        engine=engine,
        clock=parts.clock,
        vault=vault,
        verifier=parts.verifier,
        errands=errands,
        training=training,
        mask=default_scanner().mask,
        lock=_lock(parts.backend),
        look_again=look_again,
        report_now=link.report_now,
        reported=link.last_report,
    )
    ticker = Ticker(clock=parts.clock, submit=engine.submit)
    auditor = Auditor(clock=parts.clock, submit=engine.submit, journal=parts.journal)
    return Agent(
        parts=parts,
        engine=engine,
        desk=desk,
        supervisor=supervisor,
        engine_supervisor=Supervisor(clock=parts.clock, submit=engine.submit),
        actors=(
            Actor(name="hands", run=responder.run),
            Actor(name="errands", run=errands.run),
            Actor(name="ticker", run=ticker.run),
            Actor(name="auditor", run=auditor.run),
            Actor(name="uplink", run=link.run),
            Actor(name="scan", run=_retiring(parts)),
        ),
        sensors=(
            *desktop_sensors(parts.backend, default_scanner().scan, parts.clock),
            files,
            host,
            retention,
            training,
        ),
        first=first,
    )


def _engine(parts: Parts, first: PolicyInForce) -> Engine:
    every = catalogue()
    findings = memory.findings(parts.journal.memory(memory.FINDING))
    inbox = memory.notices(parts.journal.memory(memory.NOTICE))
    plan = make_plan(every, first.policy)

    def replan(event: PolicyInForce) -> Plan:
        return make_plan(every, event.policy)

    return Engine(
        state=begin(plan, first, findings, inbox),
        ledger=Ledger(journal=parts.journal),
        replan=replan,
        clock=parts.clock,
    )


def _own_sensors(
    parts: Parts, engine: Engine
) -> tuple[FilesSensor, HostSensor, RetentionSensor, Training]:
    policy: Callable[[], Policy] = engine.policy
    files = FilesSensor(
        parts.scan.scan,
        policy,
        parts.clock,
        known=lambda: tuple(f.subject for f in _found(engine)),
        busy=lambda: engine.state.in_call,
    )
    host = HostSensor(parts.backend.probes, policy, parts.clock)
    retention = RetentionSensor(policy, parts.clock)
    return files, host, retention, Training(journal=parts.journal, clock=parts.clock)


def _found(engine: Engine) -> tuple[Finding, ...]:
    return tuple(f for f in engine.state.findings.values() if f.check == PII_FILES)


def _lock(backend: Backend) -> Callable[[], None]:
    session = backend.session
    if isinstance(session, Absent):
        return lambda: None
    return session.lock


def _retiring(parts: Parts) -> Callable[[Stop], None]:
    """End the scan child when there has been nothing to read for a while."""

    def run(stop: Stop) -> None:
        while not parts.clock.wait(stop, RETIRE):
            parts.scan.retire_if_idle()

    return run


def _no_link() -> Link:
    def wait(stop: Stop) -> None:
        stop.wait()

    return Link(run=wait, report_now=lambda: None, last_report=lambda: "")
