"""Named actors: the only place where threads are made, watched, started again and stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from agentguard.engine.rota import FIRST_PAUSE, LONGEST_PAUSE, Rota
from agentguard.model.events import SensorState, Watching
from agentguard.model.messages import say
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.stop_signal import Ending
from agentguard.ports.turns import Member

LOG = logging.getLogger(__name__)

JOIN = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Something that runs in a thread of its own until `stop` is set; its name is its thread's."""

    name: str
    run: Callable[[Stop], None]


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Starts actors, starts them again with a growing pause when they fail, and ends them all.

    `patience` is how many seconds a stop waits for them.
    """

    clock: Clock
    submit: Submit
    patience: float = JOIN
    _stop: Ending = field(default_factory=Ending)
    _threads: list[threading.Thread] = field(default_factory=list)  # noqa: TID251 - their one place
    _rotas: dict[str, Rota] = field(default_factory=dict)

    def share(self, name: str, members: Iterable[Member]) -> None:
        """Start one thread in which each of `members` has its turn when it is due."""
        rota = Rota(clock=self.clock, members=members, failed=self._told)
        self._rotas[name] = rota
        self.start(Actor(name=name, run=rota.run))

    def start(self, actor: Actor) -> None:
        """Start an actor."""
        thread = threading.Thread(  # noqa: TID251 - the one place for threads
            target=self._keep, args=(actor,), name=actor.name, daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def alive(self) -> frozenset[str]:
        """Return the names of the actors whose threads run, with those that wait for a restart.

        Of a shared thread those who share it.
        """
        running = [thread.name for thread in self._threads if thread.is_alive()]
        shared = (self._rotas[name].alive() for name in running if name in self._rotas)
        return frozenset().union({name for name in running if name not in self._rotas}, *shared)

    def stop(self) -> tuple[str, ...]:
        """Ask every actor to stop and wait for it; give the names of those that did not."""
        self._stop.set()
        return self.wait(self.patience)

    def wait(self, seconds: float) -> tuple[str, ...]:
        """Wait at most `seconds` until every actor is through; give the names of those that run."""
        limit = self.clock.now().boot + seconds
        for thread in self._threads:
            thread.join(max(0.0, limit - self.clock.now().boot))
        return tuple(self._at_work(t.name) for t in self._threads if t.is_alive())

    def _at_work(self, name: str) -> str:
        """Name who holds a thread up."""
        rota = self._rotas.get(name)
        return (rota.at_work() if rota else "") or name

    def _keep(self, actor: Actor) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            begun = self.clock.now()
            try:
                actor.run(self._stop)
            except Exception as error:  # noqa: BLE001 - told, and the actor is started again
                self._told(actor.name, error, pause)
            else:
                return
            if self.clock.now().since(begun) > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            if self.clock.wait(self._stop, pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE)

    def _told(self, name: str, error: Exception, pause: float) -> None:
        LOG.error("%s failed and is started again in %.0f s", name, pause, exc_info=error)
        self.submit(
            SensorState(
                at=self.clock.now(),
                sensor=name,
                state=Watching.FAILED,
                message=say("engine.actor-failed", name=name, error=type(error).__name__),
            )
        )
