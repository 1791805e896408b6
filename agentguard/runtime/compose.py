"""The composition root: builds the concretes and wires them; nobody else knows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from agentguard import checks
from agentguard.base.plugins import discover
from agentguard.base.startup import Starting
from agentguard.checks import clipboard, reauth, watched_files
from agentguard.checks.base import Check, named
from agentguard.detect.recognition.custom_kinds import Following
from agentguard.detect.rules import rules_version
from agentguard.detect.sandbox.client import ScanClient, Scanned
from agentguard.engine import memory
from agentguard.engine.action_runner import ActionQueue, Hand, Responder
from agentguard.engine.core import begin
from agentguard.engine.gate import MEMORY
from agentguard.engine.ledger import Ledger
from agentguard.engine.loop import Engine, EventQueue, Give
from agentguard.engine.payment import RECORDER
from agentguard.engine.plan import Plan, make_plan
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.engine.work_queue import Errands
from agentguard.model.actions import Action, ActionKind
from agentguard.model.events import PolicyInForce
from agentguard.model.facts import LifecyclesKnown
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.policy.document import Shape
from agentguard.policy.last_good import Keeper
from agentguard.policy.succession import BUILT
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Backend, Spared
from agentguard.ports.sensor import PolicySource, Sensor, Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import Member
from agentguard.retention.lived_clock import LivedClock
from agentguard.runtime import compose_vault, status
from agentguard.runtime.actuators import Farewell, RecorderHand, desktop_hands
from agentguard.runtime.agent import (
    QUEUE,
    SENSES,
    Add,
    Agent,
    Computer,
    Link,
    Parts,
    nothing_more,
)
from agentguard.runtime.catalogue_service import Catalogues, packs
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
    computer, storage, clock = parts.computer, parts.storage, parts.computer.clock
    govern = governor or Governor(Keeper(storage.folder, shapes(), clock), clock)
    orders = _Orders.waiting(clock, parts.events.submit)
    engine = _engine(storage.journal, clock, first, orders.give, parts.events)
    lived = _lived(computer, storage.journal, govern)
    own = _own_sensors(parts, engine, lived, govern)
    kept = _kept(parts, engine, own, lived)
    desktop = _desktop_sensors(computer, engine, signals := CallSignals())
    recorder = RecorderHand(folder=storage.folder, policy=engine.policy, clock=clock)
    errands, more = Errands(), add(engine, kept.vault)
    catalogues = Catalogues(packs(storage.folder, clock), clock)
    door = _door(storage.folder, signals, clock, engine)
    return Agent(
        parts=parts,
        backend=computer.backend,
        clock=clock,
        scan=parts.scan,
        engine=engine,
        desk=_desk(parts, engine, kept, own, more.link, errands),
        supervisor=Supervisor(clock=clock, submit=engine.submit, patience=SENSES),
        engine_supervisor=Supervisor(clock=clock, submit=engine.submit, patience=QUEUE),
        actors=(
            *orders.taken_by({**_given_hands(computer, engine, desktop), **kept.hands}, recorder),
            *(Actor(name="errands", run=errands.run), Actor(name="uplink", run=more.link.run)),
            *_watchers(computer.starting, engine, door, govern, kept, lived),
            *more.actors,
        ),
        members=(*_shared(parts, engine, kept), catalogues.member(engine.submit), *more.members),
        sensors=(*desktop, *own.all, *more.sensors),
        first=first,
        recover=partial(computer.starting.room, "vault", kept.vault.recover, lambda _why: 0),
        shipped=partial(_known, computer, catalogues),
        farewell=Farewell(backend=computer.backend, engine=engine, recorder=recorder),
        news=more.news,
        anew=more.anew,
    )


def _shared(parts: Parts, engine: Engine, kept: Kept) -> tuple[Member, ...]:
    clock, journal = parts.computer.clock, parts.storage.journal
    return (*by_time(clock, engine.submit, journal, parts.scan), *_keeping(kept))


def _keeping(kept: Kept) -> tuple[Member, ...]:
    holds = Member(name="holds", begin=lambda _stop: kept.holds.turns())
    return (holds, Member(name="renewing", begin=kept.renewing.turns))


def _kept(parts: Parts, engine: Engine, own: OwnSensors, lived: LivedClock) -> Kept:
    return compose_vault.keep(
        compose_vault.Needs(
            computer=parts.computer,
            storage=parts.storage,
            verifier=parts.person.verifier,
            scan=parts.scan,
            engine=engine,
            lived=lived,
            ages=own.retention,
        )
    )


def _known(computer: Computer, catalogues: Catalogues) -> LifecyclesKnown | None:
    return computer.starting.room("catalogue", catalogues.first, lambda _why: None)


def _lived(computer: Computer, journal: Journal, governor: Governor) -> LivedClock:
    lived = LivedClock(journal, computer.clock, boot_id=computer.boot_id, floor=BUILT)
    governor.hear(lived.told)
    return lived


def _given_hands(
    computer: Computer, engine: Engine, sensors: tuple[Sensor, ...]
) -> Mapping[ActionKind, Hand]:
    return computer.starting.room(
        "desktop-hands", lambda: _desktop_hands(computer.backend, engine, sensors), lambda _why: {}
    )


def _watchers(
    starting: Starting,
    engine: Engine,
    door: Callable[[], LocalDoor],
    governor: Governor,
    kept: Kept,
    lived: LivedClock,
) -> tuple[Actor, ...]:
    def one(name: str, make: Callable[[], Callable[[Stop], None]]) -> Actor:
        return Actor(name=name, run=starting.room(name, make, lambda _why: _rest))

    return (
        one("local", lambda: partial(door().run, engine.submit)),
        one("lived", lambda: partial(lived.run, engine.submit)),
        one("policy", lambda: partial(governor.run, engine)),
        one("self-test", lambda: partial(kept.self_test.run, engine.submit)),
    )


def _door(
    folder: Path, signals: CallSignals, clock: Clock, engine: Engine
) -> Callable[[], LocalDoor]:
    tell = partial(status.told, engine.snapshot)
    return partial(LocalDoor, folder=folder, signals=signals, clock=clock, status=tell)


def _rest(stop: Stop) -> None:
    """Stand in for an actor that could not be made."""
    stop.wait()


def _engine(
    journal: Journal, clock: Clock, first: PolicyInForce, give: Give, events: EventQueue
) -> Engine:
    every = catalogue()
    findings = memory.findings(journal.memory(memory.FINDING))
    inbox = memory.notices(journal.memory(memory.NOTICE))
    plan = make_plan(every, first.policy)

    def replan(event: PolicyInForce) -> Plan:
        return make_plan(every, event.policy)

    return Engine(
        state=begin(plan, first, findings, inbox, broken=bool(journal.memory(MEMORY))),
        ledger=Ledger(journal=journal),
        replan=replan,
        clock=clock,
        events=events,
        give=give,
    )


@dataclass(frozen=True, slots=True)
class FilesReader:
    """Reads files in the scan's child by the policy in force, and tells the policy's trial how."""

    child: ScanClient
    policy: PolicySource
    governor: Governor

    def scan(self, path: str) -> Scanned:
        """Return what a file holds."""
        self.child.use(self.policy().detection)
        scanned = self.child.scan(path)
        self.governor.scanned(path, scanned.reason)
        return scanned

    def rules(self) -> str:
        """Return the version of the rules by which it is read."""
        return rules_version(self.policy().detection)


def _own_sensors(parts: Parts, engine: Engine, lived: LivedClock, govern: Governor) -> OwnSensors:
    computer, storage, policy = parts.computer, parts.storage, engine.policy
    backend, clock, journal = computer.backend, computer.clock, storage.journal
    known, afar = engine.known(), backend.network_drives
    files = FilesReader(parts.scan, policy, govern)
    circumstances = Circumstances(
        busy=known.in_call, crowded=engine.crowded, on_battery=backend.on_battery
    )

    def one(name: str, make: Callable[[], T]) -> T | AbsentSensor:
        return computer.starting.room(name, make, stand_in(name, clock))

    return OwnSensors(
        files=one(
            "files",
            lambda: FilesSensor(
                files.scan,
                policy,
                clock,
                known=known.files,
                circumstances=circumstances,
                seen=storage.seen,
                rules=files.rules,
                drives=afar,
            ),
        ),
        host=one(
            "host",
            lambda: HostSensor(backend.probes, policy, clock, lived.before(), Waits(journal)),
        ),
        retention=one(
            "retention",
            lambda: RetentionSensor(
                policy, clock, circumstances, afar, kinds_of=known.kinds, age=lived.age
            ),
        ),
        training=Training(journal=journal, clock=clock),
        changes=one("changes", lambda: ChangesSensor(lambda: _watched(policy()), journal, clock)),
        shift=one("shift", lambda: ShiftSensor(policy, clock, circumstances.busy)),
    )


def _watched(policy: Policy) -> Rules:
    said = policy.controls[watched_files.CHECK.id].settings
    assert isinstance(said, watched_files.Settings)  # noqa: S101 - the policy room made them
    return Rules(files=said.files, accepted=said.accepted, own=own_folder())


def _desktop_sensors(
    computer: Computer, engine: Engine, signals: CallSignals
) -> tuple[Sensor, ...]:
    told = Told(signals=signals, rules=lambda: engine.policy().calls)
    titles = Titles(lambda: reauth.rules(engine.policy()).groups)
    scan, known = _following(engine).scan, engine.known()
    return desktop_sensors(
        computer.backend,
        scan,
        computer.clock,
        known.hits,
        told,
        sort=titles.sort,
        spared=_managers(engine),
        starting=computer.starting,
    )


def _managers(engine: Engine) -> Spared:
    """Return what knows the password managers of the policy in force."""

    def spared(program: str) -> bool:
        said = engine.policy().controls[clipboard.CHECK.id].settings
        return isinstance(said, clipboard.Settings) and named(program, said.password_managers)

    return spared


def _desktop_hands(
    backend: Backend, engine: Engine, sensors: tuple[Sensor, ...]
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
    return desktop_hands(backend, mask, newer, _managers(engine), leaving)


def _desk(
    parts: Parts, engine: Engine, kept: Kept, own: OwnSensors, link: Link, errands: Errands
) -> AgentDesk:
    return AgentDesk(
        engine=engine,
        clock=parts.computer.clock,
        vault=kept.vault,
        release=kept.release,
        gate=gate(parts.computer, parts.storage, parts.person, engine, errands),
        training=own.training,
        mask=_following(engine).mask,
        look_again=own.look_again,
        report_now=link.report_now,
        reported=link.last_report,
        held_there=link.held,
    )


def _following(engine: Engine) -> Following:
    return Following(lambda: engine.policy().detection)
