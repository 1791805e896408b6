"""Runs drills: by the policy's days, and when somebody asks; one at a time, never in the way.

A drill waits while there is a call, a locked screen or a payment. Whatever a run may have left is
taken away after it, and again at the next start, whatever ended the agent in between.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.base.errors import AgentGuardError, StoreError
from agentguard.checks.base import DAY, named
from agentguard.checks.drills import CHECK, Settings
from agentguard.engine.drills import MEMORY
from agentguard.model.drills import DrillEnded, DrillOutcome, DrillsKnown, DrillStanding
from agentguard.model.events import NOT_ENROLLED, UplinkState
from agentguard.model.records import Json
from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.turns import Turns
from agentguard.runtime.drills.base import (
    Bench,
    Drill,
    DrillError,
    FailedError,
    NotPossibleError,
    PutOffError,
    Rooms,
    nobody_is_busy,
)

LOG = logging.getLogger(__name__)

FOLDER = "drill"
FIRST = 1200.0
"""Seconds from a start to the first drill by the policy's days: a start has better things to do."""
LOOK = 60.0
"""Seconds between two looks whether a drill is due."""
TELL = DAY
"""Seconds between two times that the control is told how the drills stand."""
RECEIPT = 60.0
"""Seconds in which the endpoint's receipt for what was noticed is waited for."""
MOST = 50
"""Drills that may wait to be run."""
SINCE = f"{MEMORY}since"
CAME_TO_AN_END = frozenset({DrillOutcome.PASSED, DrillOutcome.FAILED, DrillOutcome.NOT_POSSIBLE})
_OUTCOMES: Mapping[type[DrillError], DrillOutcome] = {
    FailedError: DrillOutcome.FAILED,
    NotPossibleError: DrillOutcome.NOT_POSSIBLE,
    PutOffError: DrillOutcome.PUT_OFF,
}


@dataclass(slots=True, kw_only=True)
class Drills:
    """Every drill of this desk; `age` gives the seconds lived through since a wall time.

    `busy` gives the word for what puts a drill off now, empty for nothing.
    """

    catalogue: Sequence[Drill]
    home: Path
    rooms: Rooms
    clock: Clock
    age: Callable[[float], float]
    busy: Callable[[], str] = nobody_is_busy
    at_step: Callable[[str], None] = field(default=lambda _name: None)
    bell: Bell = field(default_factory=Bell)
    _asked: deque[str] = field(default_factory=deque)
    _running: str = ""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        """The folder in which drills put files."""
        return self.home / FOLDER

    @property
    def aside(self) -> Path:
        """The folder of drills that nobody watches."""
        return self.home / f"{FOLDER}-aside"

    def ask(self, name: str) -> bool:
        """Have a drill run soon; False for one that there is not, or when too many wait."""
        if name not in {one.id for one in self.catalogue}:
            return False
        with self._guard:
            if name not in self._asked:
                if len(self._asked) >= MOST:
                    return False
                self._asked.append(name)
        self.bell.ring()
        return True

    def waiting(self) -> tuple[str, ...]:
        """Return the drills that wait or run."""
        with self._guard:
            return tuple(one for one in (self._running, *self._asked) if one)

    def standings(self) -> tuple[DrillStanding, ...]:
        """Return how every drill stands."""
        known = self.rooms.journal.memory(MEMORY)
        return tuple(self._standing(one.id, known) for one in self.catalogue)

    def turns(self, stop: Stop) -> Turns:
        """Run what is due or asked for."""
        self.bell.attach(stop)
        started = told = self.clock.now()
        self._tell()
        while True:
            yield LOOK if not self._asked else 0.0
            self.bell.hush()
            now = self.clock.now()
            due = self._next(by_days=now.since(started) >= FIRST)
            if due is not None and not self.busy():
                self.run(due, stop)
                told = self.clock.now()
            elif now.since(told) >= TELL:
                self._tell()
                told = now

    def begin(self) -> None:
        """Make the drills' folder, and take away what a run before may have left."""
        try:
            for folder in (self.folder, self.aside):
                atomic_files.make_folder(folder)
        except OSError as error:
            LOG.warning("the folder of the drills could not be made: %s", error.strerror)
        for one in self.catalogue:
            self._restore(one, self._bench(one, Bell()))
        if SINCE not in self.rooms.journal.memory(SINCE):
            self._keep({SINCE: self.clock.now().wall})

    def run(self, drill: Drill, stop: Stop) -> DrillEnded:
        """Run one drill now, tell how it ended, and give that."""
        with self._guard:
            self._running = drill.id
        try:
            ended = self._run(drill, self._bench(drill, stop))
        finally:
            with self._guard:
                self._running = ""
                if drill.id in self._asked:
                    self._asked.remove(drill.id)
        self._settle(ended)
        return ended

    def _run(self, drill: Drill, bench: Bench) -> DrillEnded:
        outcome, why, seconds, receipt = DrillOutcome.PASSED, "", None, None
        try:
            bench.step("begin")
            seconds = round(drill.run(bench), 3)
            receipt = self._receipted(bench)
        except DrillError as error:
            outcome, why = _OUTCOMES[type(error)], error.why
        except (AgentGuardError, OSError) as error:
            LOG.warning("the drill %s could not be run: %s", drill.id, type(error).__name__)
            outcome, why = DrillOutcome.FAILED, "error"
        finally:
            clean = self._restore(drill, bench)
        if not clean:
            outcome, why = DrillOutcome.FAILED, "left"
        return DrillEnded(
            at=self.clock.now(),
            run=bench.run,
            drill=drill.id,
            outcome=outcome,
            why=why,
            seconds=seconds,
            receipt=receipt,
        )

    def _receipted(self, bench: Bench) -> float | None:
        """Return the seconds until the endpoint has what was noticed; None where none is reached.

        Raises:
            FailedError: the endpoint answers, and gave no receipt.

        """
        rooms = self.rooms
        uplink = rooms.known.latest(UplinkState)
        if uplink is None or uplink.problem == NOT_ENROLLED or uplink.problem:
            return None
        goal = rooms.outbox.cursor() + rooms.outbox.waiting()
        rooms.report_now()
        try:
            took = bench.until(lambda: rooms.outbox.cursor() >= goal, RECEIPT, "no-receipt")
        except PutOffError:  # what was noticed was noticed
            return None
        return round(took, 3)

    def _bench(self, drill: Drill, stop: Stop) -> Bench:
        return Bench(
            run=secrets.token_hex(8),
            drill=drill.id,
            folder=self.folder,
            clock=self.clock,
            stop=stop,
            rooms=self.rooms,
            busy=self.busy,
            at_step=self.at_step,
        )

    def _restore(self, drill: Drill, bench: Bench) -> bool:
        """Take away what a run may have left; tell whether nothing stayed."""
        try:
            drill.restore(bench)
        except (AgentGuardError, OSError) as error:
            LOG.warning("the drill %s left something: %s", drill.id, type(error).__name__)
            return False
        return True

    def _settle(self, ended: DrillEnded) -> None:
        """Remember and tell how a run ended; one that was put off leaves the last word as it is."""
        if ended.outcome in CAME_TO_AN_END:
            said: dict[str, Json] = {
                "outcome": ended.outcome.value,
                "why": ended.why,
                "at": ended.at.iso,
                "wall": ended.at.wall,
                "seconds": ended.seconds,
                "receipt": ended.receipt,
            }
            self._keep({f"{MEMORY}{ended.drill}": said})
        self.rooms.submit(ended)
        self._tell()

    def _keep(self, memory: Mapping[str, Json]) -> None:
        try:
            self.rooms.journal.commit([], memory)
        except StoreError as error:  # told by the journal's own control
            LOG.warning("how a drill ended could not be kept: %s", error.title)

    def _tell(self) -> None:
        told = DrillsKnown(at=self.clock.now(), standings=self.standings())
        self.rooms.submit(told)

    def _next(self, *, by_days: bool) -> Drill | None:
        """Return the drill that was asked for first, else the one that is due for longest."""
        with self._guard:
            asked = self._asked[0] if self._asked else ""
        every = {one.id: one for one in self.catalogue}
        if asked:
            return every[asked]
        said = self.rooms.policy().controls[CHECK.id]
        rules = said.settings
        if not by_days or said.paused or not isinstance(rules, Settings):
            return None
        if not rules.every_days:
            return None
        due = [
            one
            for one in self.standings()
            if named(one.drill, rules.drills)
            and (one.outcome is None or one.days >= rules.every_days)
        ]
        return every[max(due, key=lambda one: one.days).drill] if due else None

    def _standing(self, drill: str, known: Mapping[str, Json]) -> DrillStanding:
        since, last = known.get(SINCE), known.get(f"{MEMORY}{drill}")
        if not isinstance(last, dict):
            days = self.age(float(since)) / DAY if isinstance(since, int | float) else 0.0
            return DrillStanding(drill=drill, days=days)
        wall = last.get("wall")
        return DrillStanding(
            drill=drill,
            outcome=DrillOutcome(str(last.get("outcome"))),
            days=self.age(float(wall)) / DAY if isinstance(wall, int | float) else 0.0,
            why=str(last.get("why", "")),
            at=str(last.get("at", "")),
            seconds=_number(last.get("seconds")),
            receipt=_number(last.get("receipt")),
        )


def _number(value: Json) -> float | None:
    return float(value) if isinstance(value, int | float) else None
