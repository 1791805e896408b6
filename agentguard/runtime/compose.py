"""The composition root: builds the concretes and wires them; nobody else knows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from agentguard import checks
from agentguard.base.plugins import discover
from agentguard.checks import clipboard, watched_files
from agentguard.checks.base import Check, named
from agentguard.checks.reauth import rules as gate_rules
from agentguard.detect.recognition.custom_kinds import Following
from agentguard.detect.rules import rules_version
from agentguard.detect.sandbox.client import Scanned
from agentguard.engine import memory
from agentguard.engine.action_runner import ActionQueue, Hand, Responder
from agentguard.engine.core import begin
from agentguard.engine.gate import MEMORY
from agentguard.engine.ledger import Ledger
from agentguard.engine.loop import Engine, Give
from agentguard.engine.payment import RECORDER
from agentguard.engine.plan import Plan, make_plan
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.engine.work_queue import Errands
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import PolicyInForce
from agentguard.model.hits import Hit
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.policy.document import Shape
from agentguard.policy.last_good import Keeper
from agentguard.policy.succession import BUILT
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Spared
from agentguard.ports.sensor import Sensor, Submit
from agentguard.retention.lived_clock import LivedClock
from agentguard.runtime import compose_vault
from agentguard.runtime.actuators import Farewell, RecorderHand, desktop_hands
from agentguard.runtime.agent import QUEUE, SENSES, Add, Agent, Link, Parts, nothing_more
from agentguard.runtime.compose_mfa import gate
from agentguard.runtime.compose_vault import Kept
from agentguard.runtime.desktop_api import AgentDesk
from agentguard.runtime.policy_service import Governor
from agentguard.runtime.timers import by_time
from agentguard.sensors.absent_sensor import AbsentSensor, stand_in
from agentguard.sensors.call import Told
from agentguard.sensors.clipboard import ClipboardSensor
from agentguard.sensors.clipboard_history import HistorySensor
from agentguard.sensors.desktop import desktop_sensors
from agentguard.sensors.file_changes import ChangesSensor, Rules, own_folder
from agentguard.sensors.files import FilesSensor
from agentguard.sensors.host import HostSensor
from agentguard.sensors.local_door import LocalDoor
from agentguard.sensors.machine_sensors import OwnSensors
from agentguard.sensors.retention import RetentionSensor
from agentguard.sensors.shift import ShiftSensor
from agentguard.sensors.softphone_calls import CallSignals
from agentguard.sensors.sweep_pacing import Circumstances
from agentguard.sensors.training import Training
from agentguard.sensors.update_waits import Waits
from agentguard.sensors.window_titles import Titles

PII_FILES = "pii-files"

T = TypeVar("T")


def catalogue() -> tuple[Check[object], ...]:
    """Return every check of the program."""
    return discover(checks, "CHECK", Check)


def shapes() -> tuple[Shape, ...]:
    """Return what a policy may say of each check."""
    return tuple(Shape(id=c.id, settings_type=c.settings, severity=c.severity) for c in catalogue())


@dataclass(frozen=True, slots=True)
class _Orders:
    """What the engine has done: a recorder that does not answer keeps no hand waiting."""

    hands: ActionQueue
    recorder: ActionQueue

    @classmethod
    def waiting(cls, clock: Clock, submit: Submit) -> _Orders:
        """Return them with nothing to do yet."""
        return cls(*(ActionQueue(clock=clock, submit=submit) for _ in range(2)))

    def give(self, action: Action) -> None:
        """Have an action done by those who do its kind."""
        (self.recorder if action.kind in RECORDER else self.hands).give(action)

    def taken_by(self, hands: Mapping[ActionKind, Hand], recorder: Hand) -> tuple[Actor, ...]:
        """Return the actors that do what waits."""
        calls = dict.fromkeys(RECORDER, recorder)
        return (
            Actor(name="hands", run=Responder(hands=hands, queue=self.hands).run),
            Actor(name="recorder", run=Responder(hands=calls, queue=self.recorder).run),
        )


def build(
    parts: Parts, first: PolicyInForce, add: Add = nothing_more, governor: Governor | None = None
) -> Agent:
    """Wire an agent that begins with the policy `first`, and what is added; it touches nothing."""
    clock = parts.clock
    govern = governor or Governor(Keeper(parts.folder, shapes(), clock), clock)
    orders = _Orders.waiting(clock, parts.events.submit)
    engine = _engine(parts, first, orders.give)
    lived = _lived(parts, govern)
    own = _own_sensors(parts, engine, govern, lived)
    kept = compose_vault.keep(parts, engine, own.retention, lived)
    signals = CallSignals()
    desktop = _desktop_sensors(parts, engine, signals)
    hands = {**_given_hands(parts, engine, desktop), **kept.hands}
    recorder = RecorderHand(folder=parts.folder, policy=engine.policy, clock=clock)
    errands, more = Errands(), add(engine, kept.vault)
    return Agent(
        parts=parts,
        engine=engine,
        desk=_desk(parts, engine, kept, own, more.link, errands),
        supervisor=Supervisor(clock=clock, submit=engine.submit, patience=SENSES),
        engine_supervisor=Supervisor(clock=clock, submit=engine.submit, patience=QUEUE),
        actors=(
            *orders.taken_by(hands, recorder),
            *(Actor(name="errands", run=errands.run), Actor(name="uplink", run=more.link.run)),
            *by_time(clock, engine.submit, parts.journal, parts.scan),
            *_watchers(parts, engine, signals, govern, kept, lived),
            *more.actors,
        ),
        sensors=(*desktop, *own.all, *more.sensors),
        first=first,
        recover=lambda: parts.starting.room("vault", kept.vault.recover, lambda _why: 0),
        farewell=Farewell(backend=parts.backend, engine=engine, recorder=recorder),
        news=more.news,
        anew=more.anew,
    )


def _lived(parts: Parts, governor: Governor) -> LivedClock:
    lived = LivedClock(parts.journal, parts.clock, boot_id=parts.boot_id, floor=BUILT)
    governor.hear(lived.told)
    return lived


def _given_hands(
    parts: Parts, engine: Engine, sensors: tuple[Sensor, ...]
) -> Mapping[ActionKind, Hand]:
    return parts.starting.room(
        "desktop-hands", lambda: _desktop_hands(parts, engine, sensors), lambda _why: {}
    )


def _watchers(
    parts: Parts,
    engine: Engine,
    signals: CallSignals,
    governor: Governor,
    kept: Kept,
    lived: LivedClock,
) -> tuple[Actor, ...]:
    def one(name: str, make: Callable[[], Callable[[Stop], None]]) -> Actor:
        return Actor(name=name, run=parts.starting.room(name, make, lambda _why: _rest))

    door = partial(LocalDoor, folder=parts.folder, signals=signals, clock=parts.clock)
    return (
        one("local", lambda: partial(door().run, engine.submit)),
        one("lived", lambda: partial(lived.run, engine.submit)),
        one("policy", lambda: partial(governor.run, engine)),
        one("holds", lambda: kept.holds.run),
        one("renewing", lambda: kept.renewing.run),
        one("self-test", lambda: partial(kept.self_test.run, engine.submit)),
    )


def _rest(stop: Stop) -> None:
    """Stand in for an actor that could not be made."""
    stop.wait()


def _engine(parts: Parts, first: PolicyInForce, give: Give) -> Engine:
    every = catalogue()
    findings = memory.findings(parts.journal.memory(memory.FINDING))
    inbox = memory.notices(parts.journal.memory(memory.NOTICE))
    plan = make_plan(every, first.policy)

    def replan(event: PolicyInForce) -> Plan:
        return make_plan(every, event.policy)

    return Engine(
        state=begin(plan, first, findings, inbox, broken=bool(parts.journal.memory(MEMORY))),
        ledger=Ledger(journal=parts.journal),
        replan=replan,
        clock=parts.clock,
        events=parts.events,
        give=give,
    )


def _host(parts: Parts, engine: Engine, lived: LivedClock) -> HostSensor:
    waits = Waits(parts.journal)
    return HostSensor(parts.backend.probes, engine.policy, parts.clock, lived.before(), waits)


def _files(
    parts: Parts, engine: Engine, governor: Governor, circumstances: Circumstances
) -> FilesSensor:
    def with_findings() -> tuple[str, ...]:
        return tuple(f.subject for f in engine.state.findings.values() if f.check == PII_FILES)

    def scan(path: str) -> Scanned:
        parts.scan.use(engine.policy().detection)
        scanned = parts.scan.scan(path)
        governor.scanned(path, scanned.reason)
        return scanned

    return FilesSensor(
        scan,
        engine.policy,
        parts.clock,
        known=with_findings,
        circumstances=circumstances,
        seen=parts.seen,
        rules=lambda: rules_version(engine.policy().detection),
        drives=parts.backend.network_drives,
    )


def _own_sensors(parts: Parts, engine: Engine, governor: Governor, lived: LivedClock) -> OwnSensors:
    def kinds_of(path: str) -> frozenset[str]:
        finding = engine.state.findings.get((PII_FILES, path))
        return frozenset(hit.kind for hit in finding.hits) if finding else frozenset()

    afar = parts.backend.network_drives
    circumstances = Circumstances(
        busy=lambda: engine.state.in_call,
        crowded=engine.crowded,
        on_battery=parts.backend.on_battery,
    )
    clock, policy = parts.clock, engine.policy

    def retention() -> RetentionSensor:
        return RetentionSensor(policy, clock, circumstances, afar, kinds_of=kinds_of, age=lived.age)

    def one(name: str, make: Callable[[], T]) -> T | AbsentSensor:
        return parts.starting.room(name, make, stand_in(name, clock))

    return OwnSensors(
        files=one("files", lambda: _files(parts, engine, governor, circumstances)),
        host=one("host", lambda: _host(parts, engine, lived)),
        retention=one("retention", retention),
        training=Training(journal=parts.journal, clock=clock),
        changes=one(
            "changes", lambda: ChangesSensor(lambda: _watched(policy()), parts.journal, clock)
        ),
        shift=one("shift", lambda: ShiftSensor(policy, clock, circumstances.busy)),
    )


def _watched(policy: Policy) -> Rules:
    said = policy.controls[watched_files.CHECK.id].settings
    assert isinstance(said, watched_files.Settings)  # noqa: S101 - the policy room made them
    return Rules(files=said.files, accepted=said.accepted, own=own_folder())


def _desktop_sensors(parts: Parts, engine: Engine, signals: CallSignals) -> tuple[Sensor, ...]:
    def known(path: str) -> tuple[Hit, ...]:
        finding = engine.state.findings.get((PII_FILES, path))
        return finding.hits if finding else ()

    told = Told(signals=signals, rules=lambda: engine.policy().calls)
    titles = Titles(lambda: gate_rules(engine.policy()).groups)
    scan = _following(engine).scan
    return desktop_sensors(
        parts.backend,
        scan,
        parts.clock,
        known,
        told,
        sort=titles.sort,
        spared=_managers(engine),
        starting=parts.starting,
    )


def _managers(engine: Engine) -> Spared:
    """Return what knows the password managers of the policy in force."""

    def spared(program: str) -> bool:
        said = engine.policy().controls[clipboard.CHECK.id].settings
        return isinstance(said, clipboard.Settings) and named(program, said.password_managers)

    return spared


def _desktop_hands(
    parts: Parts, engine: Engine, sensors: tuple[Sensor, ...]
) -> Mapping[ActionKind, Hand]:
    reads = [sensor for sensor in sensors if isinstance(sensor, ClipboardSensor)]
    histories = [sensor for sensor in sensors if isinstance(sensor, HistorySensor)]

    def newer(selection: str, than: Moment) -> bool:
        return any(sensor.newer(selection, than) for sensor in reads)

    def leaving(selection: str) -> Callable[[], None]:
        leaks = [leak for sensor in reads if (leak := sensor.leaks.of(selection))]

        def gone() -> None:
            for history in histories:
                for leak in leaks:
                    history.take_out(leak)

        return gone

    mask = _following(engine).mask
    return desktop_hands(parts.backend, mask, newer, _managers(engine), leaving)


def _desk(
    parts: Parts, engine: Engine, kept: Kept, own: OwnSensors, link: Link, errands: Errands
) -> AgentDesk:
    return AgentDesk(
        engine=engine,
        clock=parts.clock,
        vault=kept.vault,
        release=kept.release,
        gate=gate(parts, engine, errands),
        training=own.training,
        mask=_following(engine).mask,
        look_again=own.look_again,
        report_now=link.report_now,
        reported=link.last_report,
        held_there=link.held,
    )


def _following(engine: Engine) -> Following:
    return Following(lambda: engine.policy().detection)
