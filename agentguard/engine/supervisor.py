"""Named actors: the only place where threads are made, watched, started again and stopped."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from agentguard.model.events import SensorState, Watching
from agentguard.model.messages import say
from agentguard.ports.clock import Clock, Stop
from agentguard.ports.sensor import Submit
from agentguard.ports.stop_signal import Ending

LOG = logging.getLogger(__name__)

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 600.0
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

    def start(self, actor: Actor) -> None:
        """Start an actor."""
        thread = threading.Thread(  # noqa: TID251 - the one place for threads
            target=self._keep, args=(actor,), name=actor.name, daemon=True
        )
        self._threads.append(thread)
        thread.start()

    def alive(self) -> frozenset[str]:
        """Return the names of the actors whose threads run, with those that wait for a restart."""
        return frozenset(thread.name for thread in self._threads if thread.is_alive())

    def stop(self) -> tuple[str, ...]:
        """Ask every actor to stop and wait for it; give the names of those that did not."""
        self._stop.set()
        return self.wait(self.patience)

    def wait(self, seconds: float) -> tuple[str, ...]:
        """Wait at most `seconds` until every actor is through; give the names of those that run."""
        limit = self.clock.now().boot + seconds
        for thread in self._threads:
            thread.join(max(0.0, limit - self.clock.now().boot))
        return tuple(t.name for t in self._threads if t.is_alive())

    def _keep(self, actor: Actor) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            begun = self.clock.now()
            try:
                actor.run(self._stop)
            except Exception as error:
                LOG.exception("%s failed and is started again in %.0f s", actor.name, pause)
                self._tell(actor, error)
            else:
                return
            if self.clock.now().since(begun) > LONGEST_PAUSE:
                pause = FIRST_PAUSE
            if self.clock.wait(self._stop, pause):
                return
            pause = min(2 * pause, LONGEST_PAUSE)

    def _tell(self, actor: Actor, error: Exception) -> None:
        self.submit(
            SensorState(
                at=self.clock.now(),
                sensor=actor.name,
                state=Watching.FAILED,
                message=say("engine.actor-failed", name=actor.name, error=type(error).__name__),
            )
        )
