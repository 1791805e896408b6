"""Named actors: the only place where threads are made, watched, started again and stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from agentguard.engine.wheel import FIRST_PAUSE, HELD, LONGEST_PAUSE, Wheel
from agentguard.model.events import SensorState, Watching
from agentguard.model.messages import Message, say
from agentguard.ports.clock import Clock, Ending, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.turns import IDLE, Member

LOG = logging.getLogger(__name__)

JOIN = 5.0
WELL = 60.0
"""Seconds for which an actor that failed must have run until it counts as well again."""
OURS = frozenset({"engine.actor-failed", "engine.actor-hangs"})
"""What is said of a part here, and may be taken back here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Something that runs in a thread of its own until `stop` is set; its name is its thread's.

    One with `when` has a thread only while it is needed: it is given what brings it each time, and
    ends by itself.
    """

    name: str
    run: Callable[[Stop], None]
    when: Callable[[Callable[[], None]], None] | None = None


def _nothing_known(_name: str) -> SensorState | None:
    return None


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Starts actors, starts them again with a growing pause when they fail, and ends them all.

    `patience` is how many seconds a stop waits for them; `known` gives what was last told of a
    part; `named` has the system show a name for a thread, which is given by the system's number.
    """

    clock: Clock
    submit: Submit
    patience: float = JOIN
    known: Callable[[str], SensorState | None] = _nothing_known
    named: Callable[[str, int], None] = field(default=lambda _name, _thread: None)
    _stop: Ending = field(default_factory=Ending)
    _guard: threading.RLock = field(default_factory=threading.RLock)
    _threads: dict[threading.Thread, str] = field(default_factory=dict)  # noqa: TID251 - their one place
    _wheels: dict[str, Wheel] = field(default_factory=dict)
    _begun: dict[str, float] = field(default_factory=dict)
    _better: dict[str, float] = field(default_factory=dict)
    _minding: threading.Lock = field(default_factory=threading.Lock)

    def share(
        self, name: str, members: Iterable[Member], *, nap: float = IDLE, held: float = HELD
    ) -> None:
        """Start one thread in which each of `members` has its turn when it is due.

        It wakes every `nap` seconds at least, to mind the others. A turn that takes more than
        `held` seconds keeps its thread, and another one goes on.
        """
        wheel = Wheel(
            name=name,
            clock=self.clock,
            members=members,
            tell=self,
            spawn=lambda who, run: self.start(Actor(name=who, run=run)),
            minding=self.mind,
            nap=nap,
            held=held,
        )
        with self._guard:  # who minds the wheels meanwhile must not take it for one that died
            self._wheels = {**self._wheels, name: wheel}
            self.start(Actor(name=name, run=wheel.run))

    def start(self, actor: Actor) -> None:
        """Start an actor, or have it started each time that it is needed."""
        if actor.when is not None:
            once = replace(actor, when=None)
            actor.when(lambda: self.start(once))
            return
        thread = threading.Thread(  # noqa: TID251 - the one place for threads
            target=self._keep, args=(actor,), name=actor.name, daemon=True
        )
        with self._guard:
            thread.start()
            left = {one: name for one, name in self._threads.items() if one.is_alive()}
            self._threads = {**left, thread: actor.name}
        self.keeps(actor.name, thread)

    def _running(self) -> dict[threading.Thread, str]:  # noqa: TID251 - their one place
        with self._guard:
            return {one: name for one, name in self._threads.items() if one.is_alive()}

    def alive(self) -> frozenset[str]:
        """Return the names of the actors whose threads run, with those that wait for a restart.

        Of a wheel those who share it and do not hang.
        """
        own = set(self._running().values())
        turning = [wheel for name, wheel in self._wheels.items() if name in own]
        members = {name for wheel in turning for name in wheel.going()}
        return frozenset().union(
            own - members - set(self._wheels), *(wheel.alive() for wheel in turning)
        )

    def at_work(self) -> Mapping[str, str]:
        """Return what each thread of ours does: of a wheel's the job whose turn it is, if any."""
        own = dict.fromkeys(self._running().values(), "")
        for name, wheel in self._wheels.items():
            if name in own:
                own[name] = wheel.holding()
        return own

    def mind(self) -> None:
        """See that every wheel turns: hand on one that is held up, start one that died again.

        Any thread may call it, as often as it likes; nobody waits for another that does.
        """
        if self._stop.is_set() or not self._minding.acquire(blocking=False):
            return
        try:
            for wheel in tuple(self._wheels.values()):
                wheel.mind()
            self._revive()
            self._take_back()
        except RuntimeError as error:  # no more threads now: the next who is awake tries again
            LOG.error("a wheel could not be handed on", exc_info=error)  # noqa: TRY400 - above
        finally:
            self._minding.release()

    def _revive(self) -> None:
        """Start a wheel anew whose thread is gone though its work is not."""
        with self._guard:
            running, wheels = set(self._running().values()), tuple(self._wheels.items())
        for name, wheel in wheels:
            if name not in running and wheel.going():
                self.failed(name, RuntimeError(), 0.0)
                self.start(Actor(name=name, run=wheel.run))
                self.well(name)

    def _take_back(self) -> None:
        """Say that a part is well again, unless it has spoken for itself meanwhile."""
        now = self.clock.now().boot
        for name, since in tuple(self._better.items()):
            begun = max(since, self._begun.get(name, since))
            if now - begun < WELL:
                continue
            self._better.pop(name, None)
            last = self.known(name)
            if last is not None and last.message is not None and last.message.id in OURS:
                self._say(name, Watching.WATCHING)

    def stop(self, meanwhile: Callable[[], None] = lambda: None) -> tuple[str, ...]:
        """Ask every actor to stop and wait for it; give the names of those that did not.

        `meanwhile` is done once they are asked: it ends what one of them waits for.
        """
        self._stop.set()
        meanwhile()
        return self.wait(self.patience)

    def wait(self, seconds: float) -> tuple[str, ...]:
        """Wait at most `seconds` until every actor is through; give the names of those that run."""
        limit = self.clock.now().boot + seconds
        for thread in self._running():
            thread.join(max(0.0, limit - self.clock.now().boot))
        return tuple(map(self._at_work, self._running().values()))

    def _at_work(self, name: str) -> str:
        """Name who holds a thread up."""
        wheel = self._wheels.get(name)
        return (wheel.holding() if wheel else "") or name

    def _keep(self, actor: Actor) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            begun = self.clock.now()
            self._begun[actor.name] = begun.boot
            try:
                actor.run(self._stop)
            except Exception as error:  # noqa: BLE001 - told, and the actor is started again
                self.failed(actor.name, error, pause)
            else:
                return
            if self.clock.now().since(begun) > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            if self.clock.wait(self._stop, pause):
                return
            self.well(actor.name)
            pause = min(2 * pause, LONGEST_PAUSE)

    def failed(self, name: str, error: BaseException, pause: float) -> None:
        """Tell that a part failed, and in how many seconds it is started again."""
        LOG.error("%s failed and is started again in %.0f s", name, pause, exc_info=error)
        self._better.pop(name, None)
        message = say("engine.actor-failed", name=name, error=type(error).__name__)
        self._say(name, Watching.FAILED, message)

    def hangs(self, name: str, seconds: float) -> None:
        """Tell that a part has been waiting for an answer for so long."""
        LOG.error("%s has not come back for %.0f s; what else there is goes on", name, seconds)
        self._better.pop(name, None)
        message = say("engine.actor-hangs", name=name, minutes=max(1, round(seconds / 60)))
        self._say(name, Watching.FAILED, message)

    def keeps(self, name: str, thread: threading.Thread) -> None:  # noqa: TID251 - one of ours
        """Have a thread go by a name: of its actor, or of the job that it is left to."""
        with self._guard:
            if thread in self._threads:
                self._threads[thread] = name
        if thread.native_id is not None:
            self.named(name, thread.native_id)

    def well(self, name: str) -> None:
        """Know that a part runs again; it is told once that has been so for a while."""
        self._better[name] = self.clock.now().boot

    def _say(self, name: str, state: Watching, message: Message | None = None) -> None:
        at = self.clock.now()
        self.submit(SensorState(at=at, sensor=name, state=state, message=message))
