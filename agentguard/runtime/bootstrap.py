"""Opens what an agent stands on, builds it, and puts everything away again."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base import lean_http, logs, paths, settings, translations
from agentguard.base.errors import AgentGuardError, CannotError
from agentguard.base.settings import NOTHING, Layers
from agentguard.base.startup import LOGS, POLICY_FILE, SETTINGS, Starting, why_of
from agentguard.detect.recognition.masked_names import masked
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.engine.loop import Engine, EventQueue
from agentguard.engine.supervisor import Actor
from agentguard.mfa.by_phone import ByPhone
from agentguard.model.events import NOT_ENROLLED, UplinkState
from agentguard.model.facts import SoftwareSeen
from agentguard.model.messages import say
from agentguard.model.own_health import PartBegan
from agentguard.model.snapshot import Snapshot
from agentguard.platforms import (
    aside,
    beat,
    boot_id,
    cage,
    child_starter,
    leash,
    network,
    patient_reader,
    session_ends,
)
from agentguard.policy.last_good import Keeper
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Absent, Backend, SystemLog
from agentguard.ports.secrets import Places
from agentguard.ports.sensor import Submit
from agentguard.ports.storage import Journal
from agentguard.ports.turns import Member, Turns
from agentguard.runtime import stores
from agentguard.runtime.agent import (
    Additions,
    Agent,
    Computer,
    Link,
    Parts,
    Person,
    Storage,
    no_link,
    sleeping,
)
from agentguard.runtime.catalogue_service import Delivered, packs
from agentguard.runtime.compose import build
from agentguard.runtime.compose_mfa import Asking, by_phone, codes
from agentguard.runtime.enrolment_watch import watch_for_enrolment
from agentguard.runtime.halves import TURN, Halves, begin_again
from agentguard.runtime.journal_return import JournalReturn
from agentguard.runtime.known_checks import shapes
from agentguard.runtime.lesson_book import DeskLessons
from agentguard.runtime.policy_service import Governor
from agentguard.runtime.stores import ENROLMENT
from agentguard.sensors.key_places import KeysSensor
from agentguard.store.agent_store import Store
from agentguard.store.file_memory import SeenDatabase
from agentguard.store.system_log_witness import Witness, WitnessedJournal
from agentguard.trust.secret_store import FILE
from agentguard.vault.vault import Vault

if TYPE_CHECKING:
    from agentguard.software.kept_pack import KeptPack
    from agentguard.store.commit_seals import Sealer
    from agentguard.uplink.late_identity import LateUplink, Picture

LOG = logging.getLogger(__name__)

HEALTH = "agent-health"
JUDGES = 30.0
"""Seconds in which an engine that is well has given a picture: it does so each second."""


def _stays() -> None:
    """End nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an agent lives, what it lives on, and who sits there.

    `end` ends a process that hangs where somebody starts another; it returns where nobody would.
    """

    folder: Path
    backend: Backend
    clock: Clock
    user: str = ""
    secrets: Places = field(default_factory=Places)
    layers: Layers = NOTHING
    packs: KeptPack | None = None
    starting: Starting = field(default_factory=Starting)
    end: Callable[[], object] = _stays


def _reader(place: Place, seen: SeenDatabase) -> ScanClient:
    return ScanClient(
        Limits(), place.clock, strikes=seen, cage=cage(), leash=leash, start=child_starter()
    )


@contextmanager
def opened(place: Place) -> Iterator[Agent]:
    """Yield an agent that is wired and not yet started; stop and close everything afterwards.

    Whatever cannot be had as it should be is done without, noted, and told by the agent.
    """
    governor = _governor(place)
    with ExitStack() as stack:
        sealer = stores.sealer(place.folder)
        store, back = _stored(place, sealer, stack)
        seen = stack.enter_context(closing(SeenDatabase(place.folder, place.clock)))
        reader = _reader(place, seen)
        phone, events = by_phone(place.folder, place.clock), EventQueue()

        def reports() -> LateUplink | None:
            return _uplink(place, store, sealer, events.submit, governor, phone)

        asking = Asking(place.starting.room("uplink", reports, lambda _why: None))
        parts = Parts(
            computer=_computer(place),
            storage=Storage(
                folder=place.folder,
                journal=_witnessed(store.journal, place.backend.system_log, stack),
                outbox=store.outbox,
                seen=seen,
                secrets=place.secrets,
                packs=place.packs,
            ),
            person=_person(place, asking, phone),
            scan=stack.enter_context(reader),
            events=events,
        )

        add = partial(_additions, place, back, asking.uplink)
        agent = build(parts, governor.first(), add, governor)
        stack.callback(agent.stop)
        if asking.uplink is not None:
            asking.uplink.lessons.found_by(_lessons(agent))
            asking.uplink.drills.run_by(agent.drills.ask)
            asking.uplink.exceptions.found_by(agent.exceptions)
        yield agent


def _lessons(agent: Agent) -> DeskLessons:
    submit = agent.engine.submit
    return DeskLessons(training=agent.desk.training, submit=submit, clock=agent.clock)


def _person(place: Place, asking: Asking, phone: ByPhone) -> Person:
    return Person(
        verifier=codes(place.folder, place.clock, asking, phone),
        phone=phone,
        ask_app=asking.app,
        user=place.user,
    )


def _computer(place: Place) -> Computer:
    return Computer(
        backend=place.backend, clock=place.clock, starting=place.starting, boot_id=boot_id()
    )


def _stored(place: Place, sealer: Sealer | None, stack: ExitStack) -> tuple[Store, JournalReturn]:
    """Open the store, and give what brings one in memory back to the disk: by the end at last."""
    disk = stores.on_disk(place.folder, place.clock, place.secrets, sealer)
    store = stores.store(place.folder, disk, place.starting)
    stack.callback(store.close)
    back = JournalReturn(store, disk, place.clock)
    if not store.lasting:
        stack.callback(back.carry)
    return store, back


def _live(place: Place, engine: Engine, halves: Halves, _stop: Stop) -> Turns:
    """Yield the seconds between signs of life, given while the engine judges; see `silent`."""
    while True:
        now = place.clock.now()
        if now.since(engine.snapshot().at) < JUDGES:
            beat(place.folder)
        halves.turned()
        yield TURN


def _news(place: Place, engine: Engine) -> tuple[PartBegan, ...]:
    """Return what was wrong at this start, and what was at an earlier one and is no more."""
    return place.starting.told(place.clock.now(), engine.known().subjects(HEALTH))


def _additions(
    place: Place, back: JournalReturn, uplink: LateUplink | None, engine: Engine, vault: Vault
) -> Additions:
    """Tell of a journal that is not kept, have news sent at once, and watch where the keys lie."""
    hung = partial(begin_again, place.end, back.anew.set)
    halves = Halves(place.clock, lambda: engine.snapshot().at, hung)
    life = Member(name="life", begin=partial(_live, place, engine, halves))
    members, actors = [life], list[Actor]()
    if not back.store.lasting:
        actors.append(Actor(name="journal-return", run=back.run))
        engine.submit(stores.in_memory(place.clock.now()))
    for begun in stores.begun_epoch(back.store, place.clock.now()):
        engine.submit(begun)
    if uplink is None:
        at = place.clock.now()
        engine.submit(UplinkState(at=at, problem=NOT_ENROLLED, waiting=0, receipted=0))
        if not (place.folder / ENROLMENT).exists():
            begin = partial(watch_for_enrolment, place.folder, back.anew)
            members.append(Member(name="enrolment", begin=begin))
    else:
        engine.subscribe(_Prompt(uplink.poke))
        uplink.programs.found_by(partial(engine.known().latest, SoftwareSeen))
        actors.extend(sleeping(place.backend, uplink.sleep))
    return Additions(
        link=no_link() if uplink is None else _link(uplink, engine, place),
        actors=tuple(actors),
        members=tuple(members),
        sensors=(_keys(place, vault),),
        news=partial(_news, place, engine),
        anew=back.anew,
        looked=halves.looked,
    )


def _witnessed(journal: Journal, log: SystemLog | Absent, stack: ExitStack) -> Journal:
    """Tell the system's own log what is important; nobody waits for it."""
    if isinstance(log, Absent):
        return journal
    told = aside(log)
    stack.callback(told.close)
    return WitnessedJournal(journal, Witness(told, translations.load().masking(masked)))


def logged(place: Place, *, console: bool = False) -> None:
    """Write the agent's log below its folder; where that cannot be, it is noted."""
    folder = place.folder / "logs"

    def seconds() -> float:
        return place.clock.now().boot

    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        logs.set_up(folder, seconds=seconds, console=console)
    except (OSError, CannotError) as error:  # the agent guards all the same
        logs.set_up(None, seconds=seconds)
        place.starting.note(LOGS, say("starting.logs", folder=str(folder), why=why_of(error)))
    logs.catch_all()


def _governor(place: Place) -> Governor:
    """Return who keeps the policies, with what this computer was given of them.

    The last good policy guards where a file is wrong or away, else the baseline.
    """
    begun = settings.at_start(place.folder, place.layers)
    place.starting.note(SETTINGS, *begun.faults)
    machine = begun.settings
    governor = Governor(Keeper(place.folder, shapes(), place.clock), place.clock, patient_reader())
    if machine.policy_root:
        governor.pin_file(Path(machine.policy_root))
    _belongs(place.folder, governor)
    if machine.policy and (fault := governor.local(Path(machine.policy))) is not None:
        place.starting.note(POLICY_FILE, fault)
    return governor


def _belongs(folder: Path, governor: Governor) -> None:
    """Tell whose computer this is by its enrolment, where there is one."""
    if not (folder / ENROLMENT).exists():
        return  # TLS and signatures would cost a fifth of the agent's memory
    lean_http.load()
    from agentguard.uplink import enrolment  # noqa: PLC0415 - see above

    try:
        known = enrolment.load(folder)
    except AgentGuardError:  # told by the uplink
        return
    if known is not None:
        governor.enrolled(known.team, known.policy_root)


def _uplink(
    place: Place,
    store: Store,
    sealer: Sealer | None,
    submit: Submit,
    governor: Governor,
    phone: ByPhone,
) -> LateUplink | None:
    if sealer is None:
        return None  # TLS would cost as much
    lean_http.load()
    from agentguard.uplink.compose import Desk, Uplink, connect  # noqa: PLC0415 - see above
    from agentguard.uplink.late_identity import LateUplink  # noqa: PLC0415 - see above

    ways = network(place.folder)

    def connected(picture: Picture) -> Uplink | None:
        uplink = connect(
            place.folder,
            journal=store.journal,
            outbox=store.outbox,
            snapshot=picture,
            submit=submit,
            clock=place.clock,
            user=place.user, policies=governor,
            places=place.secrets.device, phone=phone,
            desk=Desk(
                keeper=_keeper, session_ends=session_ends, network=ways,
                programs=late.programs, lessons=late.lessons, drill=late.drills,
                exceptions=late.exceptions, catalogue=_delivered(place),
            ),
        )  # fmt: skip
        sealer.sign_with(uplink.key if uplink is not None else None)
        if uplink is not None:
            store.journal.identify(uplink.origin)
            _belongs(place.folder, governor)  # which may have been enrolled anew with its key
        return uplink

    late = LateUplink(connected, store.outbox, submit=submit, clock=place.clock)
    return late


def _delivered(place: Place) -> Delivered:
    return Delivered(kept=place.packs or packs(place.folder, place.clock), clock=place.clock)


def _keeper() -> str:
    """Return the device of this computer's keeper, as it says itself where all may read it."""
    from agentguard.service import keeper_status  # noqa: PLC0415 - the endpoint alone asks

    try:
        known = keeper_status.read(paths.machine_folder())
    except OSError:
        return ""
    return known.device if known is not None else ""


def _keys(place: Place, vault: Vault) -> KeysSensor:
    """Look where the keys lie, and let one that lies in a file move when its place opens."""

    def device() -> str:
        if not (place.folder / ENROLMENT).exists():
            return ""
        from agentguard.uplink import enrolment  # noqa: PLC0415 - signatures cost memory

        if enrolment.key_place(place.folder) == FILE and place.secrets.device:
            enrolment.device_key(place.folder, place.secrets.device)
        return enrolment.key_place(place.folder)

    return KeysSensor(device, vault.settle_key, place.clock)


class _Prompt:
    """Has a report sent when a finding, an exception, the session's lock or the policy changes."""

    def __init__(self, poke: Callable[[], None]) -> None:
        self._poke = poke
        self._gist: tuple[object, ...] = ()

    def __call__(self, snapshot: Snapshot) -> None:
        keys = tuple(f.key for f in snapshot.findings)
        excepted = tuple(c.excepted.id for c in snapshot.controls if c.excepted is not None)
        gist = (snapshot.overall, snapshot.locked, snapshot.policy.digest, keys, excepted)
        if gist != self._gist:
            self._gist = gist
            self._poke()


def _link(way: LateUplink, engine: Engine, place: Place) -> Link:
    held = partial(stores.held, place.folder, place.clock, place.secrets)
    return Link(
        run=partial(way.run, engine.snapshot),
        report_now=way.report_now,
        last_report=way.last_report,
        held=held,
        forge=way.forge,
        lose_answer=way.lose_answer,
        keep_answers=way.keep_answers,
    )
