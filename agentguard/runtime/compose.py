"""The composition root: builds the concretes and wires them; nobody else knows them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from agentguard.base.startup import Starting
from agentguard.checks import clipboard, reauth, watched_files
from agentguard.checks.base import named
from agentguard.engine import attention_memory, before, memory
from agentguard.engine.action_runner import ActionQueue, Errands, Hand, Responder
from agentguard.engine.core import begin
from agentguard.engine.gate import MEMORY
from agentguard.engine.loop import Engine, EventQueue, Give, Ledger
from agentguard.engine.payment import RECORDER
from agentguard.engine.plan import Plan, make_plan
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.model.actions import Act, Action, ActionKind
from agentguard.model.events import PolicyInForce
from agentguard.model.facts import LifecyclesKnown
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms import network
from agentguard.policy.last_good import Keeper
from agentguard.policy.succession import BUILT
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Backend, Spared
from agentguard.ports.sensor import PolicySource, Sensor, Submit
from agentguard.ports.storage import Journal
from agentguard.runtime import compose_drills, compose_time, compose_vault, status
from agentguard.runtime.actuators import Farewell, desktop_hands
from agentguard.runtime.agent import (
    QUEUE,
    SENSES,
    Add,
    Agent,
    Computer,
    Link,
    Parts,
    Storage,
    nothing_more,
)
from agentguard.runtime.catalogue_service import Catalogues, packs
from agentguard.runtime.compose_desk import all_hands, desk_of, following
from agentguard.runtime.compose_vault import Kept
from agentguard.runtime.desktop_api import AgentDesk
from agentguard.runtime.drills._runner import FOLDER, Drills
from agentguard.runtime.exception_book import Exceptions
from agentguard.runtime.files_reader import FilesReader
from agentguard.runtime.known_checks import catalogue, shapes
from agentguard.runtime.policy_service import Governor
from agentguard.runtime.recorder_hand import RecorderHand
from agentguard.sensors.absent_sensor import AbsentSensor, stand_in
from agentguard.sensors.call import CallSignals, Told
from agentguard.sensors.clipboard import ClipboardSensor
from agentguard.sensors.clipboard_history import HistorySensor
from agentguard.sensors.desktop import desktop_sensors
from agentguard.sensors.file_changes import ChangesSensor, Rules, own_folder
from agentguard.sensors.files import FilesSensor
from agentguard.sensors.host import HostSensor
from agentguard.sensors.lived_clock import LivedClock
from agentguard.sensors.local_door import LocalDoor
from agentguard.sensors.machine_sensors import OwnSensors
from agentguard.sensors.retention import RetentionSensor
from agentguard.sensors.shift import CleanDeskDraw, ShiftSensor
from agentguard.sensors.sweep_pacing import Circumstances
from agentguard.sensors.training import Training
from agentguard.sensors.update_waits import Waits
from agentguard.sensors.window_titles import Titles
from agentguard.vault.vault import Vault

T = TypeVar("T")


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

    def taken_by(self, hands: Mapping[Act, Hand], recorder: Hand) -> tuple[Actor, ...]:
        """Return the actors that do what waits.

        The hands keep their thread: they guard on where no more threads can be had.
        """
        calls: dict[Act, Hand] = dict.fromkeys(RECORDER, recorder)
        return (
            Actor(name="hands", run=Responder(hands=hands, queue=self.hands).run),
            _on_demand("recorder", Responder(hands=calls, queue=self.recorder).run, self.recorder),
        )


def _on_demand(name: str, run: Callable[[Stop], None], waiting: ActionQueue | Errands) -> Actor:
    """Return who has a thread only while something waits."""
    return Actor(name=name, run=run, when=waiting.when_needed)


def build(
    parts: Parts, first: PolicyInForce, add: Add = nothing_more, governor: Governor | None = None
) -> Agent:
    """Wire an agent that begins with the policy `first`, and what is added; it touches nothing."""
    computer, storage, clock = parts.computer, parts.storage, parts.computer.clock
    govern = governor or Governor(Keeper(storage.folder, shapes(), clock), clock)
    orders = _Orders.waiting(clock, parts.events.submit)
    engine = _engine(storage.journal, clock, first, orders.give, parts.events)
    lived, files, own, kept = _rooms(parts, engine, govern)
    desktop = _desktop_sensors(computer, engine, signals := CallSignals())
    hands = all_hands(parts, engine, own, kept, _given_hands(computer, engine, desktop))
    recorder, more = _recorder(storage, engine, clock), add(engine, kept.vault)
    errands, threads = Errands(), compose_time.supervisor(engine, SENSES)
    drills = compose_drills.drills_of(parts, engine, files.labels, kept, lived, more.link)
    catalogues = Catalogues(storage.packs or packs(storage.folder, clock), clock)
    desk = desk_of(parts, engine, kept, own, more.link, errands)
    door = _door(storage.folder, signals, threads, desk, drills)
    exceptions = Exceptions(storage.journal, clock, lived)
    by_clock = compose_time.members(parts, engine, govern, kept, lived, drills)
    looks = (exceptions.member(engine.submit), catalogues.member(engine.submit))
    return Agent(
        parts=parts, backend=computer.backend, clock=clock, scan=parts.scan, engine=engine,
        desk=desk, drills=drills,
        supervisor=threads,
        engine_supervisor=compose_time.supervisor(engine, QUEUE),
        actors=(
            *(*orders.taken_by(hands, recorder), _on_demand("errands", errands.run, errands)),
            *(*_reaching(computer.starting, engine, door, more.link), *more.actors),
        ),
        members=(*by_clock, *looks, *more.members),
        exceptions=exceptions,
        sensors=(*desktop, *own.all, *more.sensors),
        first=first,
        recover=partial(_recovered, computer.starting, kept.vault, drills),
        shipped=partial(_known, computer, catalogues),
        farewell=Farewell(backend=computer.backend, engine=engine, recorder=recorder),
        news=more.news,
        anew=more.anew,
        looked=more.looked,
    )  # fmt: skip


def _rooms(
    parts: Parts, engine: Engine, govern: Governor
) -> tuple[LivedClock, FilesReader, OwnSensors, Kept]:
    """Return the clock of what was lived through, who reads files, the own sensors, the vault."""
    lived = _lived(parts.computer, parts.storage.journal, govern)
    files = FilesReader(parts.scan, engine.policy, govern)
    own = _own_sensors(parts, engine, lived, files)
    return lived, files, own, _kept(parts, engine, own, lived)


def _recovered(starting: Starting, vault: Vault, drills: Drills) -> None:
    """Mend what a crash has left: of moves into the vault, and of drills."""
    starting.room("vault", vault.recover, lambda _why: 0)
    starting.room("drills", drills.begin, lambda _why: None)


def _recorder(storage: Storage, engine: Engine, clock: Clock) -> RecorderHand:
    return RecorderHand(
        folder=storage.folder,
        policy=engine.policy,
        clock=clock,
        places=storage.secrets.device,
        network=partial(network, storage.folder),
    )


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


def _reaching(
    starting: Starting, engine: Engine, door: Callable[[], LocalDoor], link: Link
) -> tuple[Actor, ...]:
    run = starting.room("local", lambda: partial(door().run, engine.submit), lambda _why: _rest)
    return (Actor(name="uplink", run=link.run), Actor(name="local", run=run))


def _door(
    folder: Path, signals: CallSignals, threads: Supervisor, desk: AgentDesk, drills: Drills
) -> Callable[[], LocalDoor]:
    tell = partial(status.told, desk.snapshot, threads.at_work)
    return partial(
        LocalDoor,
        folder=folder,
        signals=signals,
        clock=threads.clock,
        status=tell,
        drills=partial(status.drills, drills),
        drill=drills.ask,
        exception=desk.ask_exception,
    )


def _rest(stop: Stop) -> None:
    """Stand in for an actor that could not be made."""
    stop.wait()


def _engine(
    journal: Journal, clock: Clock, first: PolicyInForce, give: Give, events: EventQueue
) -> Engine:
    every = catalogue()
    findings = memory.findings(journal.memory(memory.FINDING))
    inbox = memory.notices(journal.memory(memory.NOTICE))
    done = memory.history(journal.memory(memory.DONE))
    plan = make_plan(every, first.policy)
    attended = attention_memory.remembered(journal, first.at)

    def replan(event: PolicyInForce) -> Plan:
        return make_plan(every, event.policy)

    return Engine(
        state=begin(
            plan,
            first,
            findings,
            inbox,
            done,
            broken=bool(journal.memory(MEMORY)),
            attended=attended,
            before=before.read_back(journal.memory),
        ),
        ledger=Ledger(journal=journal),
        replan=replan,
        clock=clock,
        events=events,
        give=give,
    )


def _own_sensors(parts: Parts, engine: Engine, lived: LivedClock, files: FilesReader) -> OwnSensors:
    computer, storage, policy = parts.computer, parts.storage, engine.policy
    backend, clock, journal = computer.backend, computer.clock, storage.journal
    known, afar = engine.known(), backend.network_drives
    circumstances = Circumstances(
        busy=known.in_call, crowded=engine.crowded, on_battery=backend.on_battery
    )

    def one(name: str, make: Callable[[], T]) -> T | AbsentSensor:
        return computer.starting.room(name, make, stand_in(name, clock))

    return OwnSensors(
        files=one(
            "files",
            lambda: FilesSensor(
                *(files.scan, policy, clock),
                known=known.files,
                circumstances=circumstances,
                seen=storage.seen,
                rules=files.rules,
                drives=afar,
                drills=str(storage.folder / FOLDER),
                label=files.labels.of_file,
                read_on=files.read_on,
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
        training=Training(journal=journal, clock=clock, policy=policy),
        changes=one("changes", lambda: ChangesSensor(lambda: _watched(policy()), journal, clock)),
        shift=one("shift", lambda: _shift(parts, policy, circumstances.busy)),
    )


def _shift(parts: Parts, policy: PolicySource, busy: Callable[[], bool]) -> ShiftSensor:
    draw = CleanDeskDraw(parts.storage.journal, parts.person.user)
    return ShiftSensor(policy, parts.computer.clock, busy, draw=draw)


def _watched(policy: Policy) -> Rules:
    said = policy.controls[watched_files.CHECK.id].settings
    assert isinstance(said, watched_files.Settings)  # noqa: S101 - the policy room made them
    return Rules(files=said.files, accepted=said.accepted, own=own_folder())


def _desktop_sensors(
    computer: Computer, engine: Engine, signals: CallSignals
) -> tuple[Sensor, ...]:
    told = Told(signals=signals, rules=lambda: engine.policy().calls)
    titles = Titles(lambda: reauth.rules(engine.policy()).groups)
    scan, known = following(engine).scan, engine.known()
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

    mask = following(engine).mask
    return desktop_hands(backend, mask, newer, _managers(engine), leaving)
