"""One session's agent: what it is built of, and how it starts and stops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base import translations
from agentguard.base.errors import UsageError
from agentguard.base.startup import Starting
from agentguard.detect.sandbox.client import ScanClient
from agentguard.engine import records
from agentguard.engine.loop import Engine, EventQueue
from agentguard.engine.schedule import Pulse
from agentguard.engine.supervisor import Actor, Supervisor
from agentguard.mfa.by_phone import ByPhone
from agentguard.model.events import Event, PolicyInForce
from agentguard.model.held_data import HeldThere
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.desktop import Backend
from agentguard.ports.factors import AskApp
from agentguard.ports.file_memory import SeenFiles
from agentguard.ports.people import Verifier
from agentguard.ports.secrets import Places
from agentguard.ports.sensor import Sensor
from agentguard.ports.storage import Journal, Outbox
from agentguard.ports.turns import Called, InTurns, Member
from agentguard.runtime.desktop_api import AgentDesk
from agentguard.runtime.drills._runner import Drills
from agentguard.runtime.exception_book import Exceptions
from agentguard.runtime.timers import HELD, MOMENTS, NAP, longest, ticking
from agentguard.vault.vault import Vault

if TYPE_CHECKING:
    from agentguard.software.kept_pack import KeptPack

LOG = logging.getLogger(__name__)

SENSES = 2.0
QUEUE = 1.0
REST = 1.0
"""Seconds of an end for senses, hands and the leave, for the engine's queue, and for what is left.

Together they stay below the 5 s after which Windows ends a program that its session has told to
end (WM_ENDSESSION,
https://learn.microsoft.com/en-us/windows/win32/shutdown/shutting-down).
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """What it runs on; `boot_id` tells this start from another, and is empty where nothing does."""

    backend: Backend
    clock: Clock
    starting: Starting = field(default_factory=Starting)
    boot_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Where it keeps what it knows; `seen` keeps which files were looked at, None for nowhere.

    `packs` keeps the catalogue, where it was read before the rest; None: it is yet to be read.
    """

    folder: Path
    journal: Journal
    outbox: Outbox
    seen: SeenFiles | None = None
    secrets: Places = field(default_factory=Places)
    packs: KeptPack | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sits there, and how the person proves it."""

    verifier: Verifier
    phone: ByPhone | None = None
    ask_app: AskApp | None = None
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What one agent is built of, by subject; each builder takes the subjects that it uses.

    `events` is what its engine will take: who needs an engine's ear before there is one has it.
    """

    computer: Computer
    storage: Storage
    person: Person
    scan: ScanClient
    events: EventQueue = field(default_factory=EventQueue)


def _nobody() -> None:
    """Reach nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """The way to the endpoint: an actor, what the desk asks of it, and what drills do to it.

    `forge` sends a forged report, `lose_answer` loses an answer; they give None without a way.
    """

    run: Callable[[Stop], None]
    report_now: Callable[[], None]
    last_report: Callable[[], str]
    held: Callable[[], HeldThere]
    forge: Callable[[], bool | None] = _nobody
    lose_answer: Callable[[], Callable[[], bool] | None] = _nobody
    keep_answers: Callable[[], None] = _nobody


def no_link() -> Link:
    """Return the way to nowhere, for a computer that is not enrolled."""

    def end(_stop: Stop) -> None:
        pass  # there is nothing to wait for

    def nothing() -> HeldThere:
        said = translations.load()
        raise UsageError(said.say("ui.held.not-enrolled"))

    return Link(run=end, report_now=lambda: None, last_report=lambda: "", held=nothing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """What an agent has beyond its own rooms; `news`, `anew` and `looked` are those of `Agent`."""

    link: Link = field(default_factory=no_link)
    actors: tuple[Actor, ...] = ()
    members: tuple[Member, ...] = ()
    sensors: tuple[Sensor, ...] = ()
    news: Callable[[], tuple[Event, ...]] = field(default=tuple)
    anew: threading.Event = field(default_factory=threading.Event)
    looked: Callable[[], None] = field(default=lambda: None)


Add = Callable[[Engine, Vault], Additions]
"""Makes what is added to an agent, of its engine and its vault."""


def nothing_more(_engine: Engine, _vault: Vault) -> Additions:
    """Return the additions of an agent that is not enrolled and keeps nothing."""
    return Additions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One session's agent, wired and ready to start; building it has touched nothing.

    `recover` finishes or undoes the moves that a crash has left half done; `shipped` is what is
    known of software, without which some checks are unknown; `news` is what was wrong until the
    start. Once `anew` is set the agent is to be ended and begun again. `looked` hears of each look
    of the loop that shows it. `parts` is what it was built of, for who looks into it.
    """

    parts: Parts
    backend: Backend
    clock: Clock
    scan: ScanClient
    engine: Engine
    desk: AgentDesk
    drills: Drills
    supervisor: Supervisor
    engine_supervisor: Supervisor
    actors: tuple[Actor, ...]
    members: tuple[Member, ...]
    sensors: tuple[Sensor, ...]
    first: PolicyInForce
    exceptions: Exceptions
    recover: Callable[[], object] = field(default=lambda: None)
    shipped: Callable[[], Event | None] = field(default=lambda: None)
    farewell: Callable[[], None] = field(default=lambda: None)
    news: Callable[[], tuple[Event, ...]] = field(default=tuple)
    anew: threading.Event = field(default_factory=threading.Event)
    looked: Callable[[], None] = field(default=lambda: None)
    _started: threading.Event = field(default_factory=threading.Event)
    _ended: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Recover what a crash has left, then start the engine, the hands and the senses."""
        clock = self.clock
        self.recover()
        noted = records.plain("agent.started", clock.now())
        self.engine.ledger.write((noted,), {}, clock.now())
        self.engine.submit(self.first)
        if (known := self.shipped()) is not None:
            self.engine.submit(known)
        for event in self.news():
            self.engine.submit(event)
        self.engine_supervisor.start(Actor(name="engine", run=self.engine.run))
        for actor in self.actors:
            self.supervisor.start(actor)
        for sensor in self.sensors:
            if not isinstance(sensor, InTurns):
                self.supervisor.start(_watching(sensor, self.engine))
        self._shared()
        self._started.set()

    def _shared(self) -> None:
        """Start the wheel, with time itself and quick looks, and the worker, with all that waits.

        Each of the two sees that the other turns.
        """
        clock, submit = self.clock, self.engine.submit
        turns = [_turns(one, self.engine) for one in self.sensors if isinstance(one, InTurns)]
        pulse = Pulse(clock=clock, submit=submit, alive=self.supervisor.alive)
        pulses = Member(name="pulse", begin=lambda _stop: pulse.turns())
        members = [
            replace(one, longest=longest(one.name))
            for one in (ticking(clock, submit), pulses, *self.members, *turns)
        ]
        self.supervisor.share("wheel", (one for one in members if one.name in MOMENTS))
        work = (one for one in members if one.name not in MOMENTS)
        self.supervisor.share("worker", work, nap=NAP, held=HELD)

    def mind(self) -> None:
        """See that the wheels turn, and the engine; for the loop that is awake each second."""
        self.supervisor.mind()
        self.looked()

    def stop(self) -> tuple[str, ...]:
        """Stop the senses, let the engine finish its queue, end the child; give the stragglers.

        It takes 4 s at most, whatever hangs; what hangs is left behind. A second call does nothing.
        """
        if self._ended.is_set():
            return ()
        self._ended.set()
        clock = self.clock
        aside = Supervisor(clock=clock, submit=self.engine.submit, patience=0.0)
        end = clock.now().boot + SENSES
        if self._started.is_set():
            aside.start(Actor(name="farewell", run=lambda _stop: self.farewell()))
        # A file that is being read would hold up the end for its own limit, longer than is waited.
        late = self.supervisor.stop(self.scan.abort)
        aside.wait(end - clock.now().boot)  # the engine writes down what it left and cleared
        late = (*late, *self.engine_supervisor.stop())
        aside.start(Actor(name="last word", run=lambda _stop: self._last_word()))
        late = (*late, *aside.wait(REST))
        aside.stop()
        if late:
            LOG.warning("not stopped in time: %s", ", ".join(late))
        return late

    def _last_word(self) -> None:
        if self._started.is_set():
            at = self.clock.now()
            self.engine.ledger.write((records.plain("agent.stopped", at),), {}, at)
        self.scan.close()


def sleeping(backend: Backend, tell: Callable[[bool], None]) -> tuple[Actor, ...]:
    """Return who tells when the computer sleeps; nobody where the system does not say it."""
    sleep = backend.sleep
    if sleep is None:
        return ()
    return (Actor(name="sleep", run=lambda stop: sleep.watch(tell, stop)),)


def _turns(sensor: InTurns, engine: Engine) -> Member:
    bell = sensor.bell if isinstance(sensor, Called) else None
    return Member(name=sensor.name, begin=lambda stop: sensor.turns(engine.submit, stop), bell=bell)


def _watching(sensor: Sensor, engine: Engine) -> Actor:
    return Actor(name=sensor.name, run=lambda stop: sensor.run(engine.submit, stop))
