"""The wheel: the clocks of many jobs on one heap, and one thread that gives each its turn.

A turn that fails is told, and its work is begun anew after a pause, as the supervisor does it with
a thread. One that takes long keeps the thread that it has, and another one goes on with the wheel,
so that nothing that hangs holds up the rest; `mind` sees to it, and whoever is awake may call it.
What was missed while the computer slept is missed: a job has one turn for it, not many.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from math import ceil
from typing import Protocol

from agentguard.ports.clock import Bell, Clock, Stop
from agentguard.ports.turns import IDLE, Member, Turns

GRID = 1.0
"""Waits of as long and longer end together on these seconds: each wake costs an idle computer."""
HELD = 1.0
"""Seconds of a turn after which another thread goes on with the wheel."""
STEP = 5.0
"""The longest between two looks that counts as lived: a computer that slept lets nothing hang."""
_ROUNDING = 1e-6
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 600.0


@dataclass(slots=True)
class Job:
    """A member on the wheel: its turns while it has begun, and its pause after the next failure."""

    member: Member
    due: float
    turns: Turns | None = None
    begun: float = 0.0
    pause: float = FIRST_PAUSE
    called: bool = False

    @property
    def name(self) -> str:
        """Name its work."""
        return self.member.name

    def go_on(self, now: float, stop: Stop) -> float:
        """Take a turn, and begin before the first; return the seconds until the next.

        A ring from before it began makes the second due at once: the first may only begin.
        """
        if self.turns is not None:
            return next(self.turns)
        self.turns, self.begun = self.member.begin(stop), now
        pause, bell = next(self.turns), self.member.bell
        return 0.0 if bell is not None and bell.rung() else pause

    def call(self) -> None:
        """Have the next turn at once after the one that is being taken."""
        self.called = True

    def next(self, due: float, now: float) -> float:
        """Be due then, or now where it was called meanwhile; return which."""
        self.due, self.called = (now if self.called else due), False
        return self.due

    def rest(self, now: float) -> float:
        """Begin anew after a pause, which it returns: longer each time that it fails soon."""
        if now - self.begun > LONGEST_PAUSE:
            self.pause = FIRST_PAUSE
        self.turns, pause = None, self.pause
        self.pause = min(2 * pause, LONGEST_PAUSE)
        return pause

    def end(self) -> None:
        """Let its turns put away what they hold."""
        turns, self.turns = self.turns, None
        if close := getattr(turns, "close", None):
            with suppress(Exception):
                close()


@dataclass(slots=True)
class Turn:
    """A turn that is being taken: by which thread, and for how many seconds of lived time."""

    job: Job
    thread: threading.Thread  # noqa: TID251 - not made here
    lasted: float = 0.0
    told: bool = False

    def live(self, seconds: float) -> None:
        """Count time that was lived through."""
        self.lasted += seconds

    def tell(self) -> None:
        """Know that it was told to hang."""
        self.told = True

    @property
    def hangs(self) -> bool:
        """Check whether it takes longer than its work may."""
        return self.lasted > self.job.member.longest


class Teller(Protocol):
    """Hears how the jobs are, by their names."""

    def failed(self, name: str, error: BaseException, pause: float) -> None:
        """Know that one failed, why, and in how many seconds it is begun again."""
        ...

    def hangs(self, name: str, seconds: float) -> None:
        """Know that a turn takes longer than it may."""
        ...

    def well(self, name: str) -> None:
        """Know that a turn came to its end after that."""
        ...

    def keeps(self, name: str, thread: threading.Thread) -> None:  # noqa: TID251 - not made here
        """Know that a thread is left to one job, whose turn takes long."""
        ...


@dataclass(slots=True, kw_only=True)
class Wheel:
    """Takes the turns of its members until `stop` is set or all have ended.

    `spawn` starts a thread of a name; `minding` is called each time that the wheel is awake, which
    is every `nap` seconds at least; after `held` seconds of a turn another thread goes on. Several
    threads may call `run`: the last one holds the wheel.
    """

    name: str
    clock: Clock
    members: Iterable[Member]
    tell: Teller
    spawn: Callable[[str, Callable[[Stop], None]], None]
    minding: Callable[[], object] = field(default=lambda: None)
    nap: float = IDLE
    held: float = HELD
    _guard: threading.RLock = field(default_factory=threading.RLock)
    _bell: Bell = field(default_factory=Bell)
    _order: Iterator[int] = field(default_factory=count)
    _heap: list[tuple[float, int, Job]] = field(default_factory=list)
    _alive: dict[str, Job] = field(default_factory=dict)
    _ill: set[str] = field(default_factory=set)
    _turn: Turn | None = None
    _away: dict[str, Turn] = field(default_factory=dict)
    _holder: int = 0
    _start: float = 0.0
    _minded: float = 0.0

    def __post_init__(self) -> None:
        """Have every member due now, and counted as alive."""
        now = self._minded = self.clock.now().boot
        self._start = now // GRID * GRID
        for member in self.members:
            self._alive[member.name] = job = Job(member, now)
            heapq.heappush(self._heap, (job.due, next(self._order), job))
            if member.bell is not None:
                member.bell.tell(partial(self.call, member.name))

    def alive(self) -> frozenset[str]:
        """Return the members that have neither ended nor hang."""
        with self._guard:
            return frozenset(self._alive) - {one.job.name for one in self._turns() if one.told}

    def holding(self) -> str:
        """Return whose turn the wheel's own thread takes; empty between turns."""
        turn = self._turn
        return turn.job.name if turn is not None else ""

    def going(self) -> frozenset[str]:
        """Return the members that have not ended."""
        with self._guard:
            return frozenset(self._alive)

    def _turns(self) -> Iterator[Turn]:
        if self._turn is not None:
            yield self._turn
        yield from self._away.values()

    def call(self, name: str) -> None:
        """Have the next turn of a job come now, or at once after the one that it takes."""
        with self._guard:
            job = self._alive.get(name)
            if job is None:
                return
            if any(job is one.job for one in self._turns()):
                job.call()
                return
            self._heap = [entry for entry in self._heap if entry[2] is not job]
            heapq.heapify(self._heap)
            self._put(job, self.clock.now().boot)
        self._bell.ring()

    def mind(self) -> None:
        """Hand the wheel on when its thread is held up, and tell what hangs; any thread may."""
        with self._guard:
            now = self.clock.now().boot
            lived, self._minded = min(STEP, max(0.0, now - self._minded)), now
            for one in self._turns():
                one.live(lived)
            late = [one for one in self._turns() if one.hangs and not one.told]
            for one in late:
                one.tell()
                self._ill.add(one.job.name)
            held = self._turn if self._turn and self._turn.lasted > self.held else None
            if held is not None:
                self._away[held.job.name], self._turn = held, None
                self._holder += 1
        for one in late:
            self.tell.hangs(one.job.name, one.lasted)
        if held is not None:
            self._hand_on(held)

    def _hand_on(self, held: Turn) -> None:
        """Have another thread go on; where none is to be had, the slow one keeps the wheel."""
        self.tell.keeps(held.job.name, held.thread)
        try:
            self.spawn(self.name, self.run)
        except RuntimeError:  # Python has no more threads: the next look asks again
            self.tell.keeps(self.name, held.thread)
            with self._guard:
                if self._away.get(held.job.name) is held:
                    del self._away[held.job.name]
                    self._turn = held
                    self._holder -= 1

    def run(self, stop: Stop) -> None:
        """Take turns; a job's failure never ends it."""
        with self._guard:
            self._holder += 1
            mine, self._turn = self._holder, None
            self._bell.attach(stop)
            self._find_lost()
        while (job := self._next(mine, stop)) is not None:
            if not self._take(job, mine, stop):
                return
        if stop.is_set():
            self._end(mine)

    def _find_lost(self) -> None:
        """Put on the wheel again what a thread that died had taken from it."""
        kept = {entry[2].name for entry in self._heap} | set(self._away)
        for name, job in self._alive.items():
            if name not in kept:
                self._put(job, self.clock.now().boot)

    def _next(self, mine: int, stop: Stop) -> Job | None:
        """Wait for the next job that is due; None when nothing will be, or another holds it."""
        while not stop.is_set():
            self.minding()
            with self._guard:
                if mine != self._holder or not self._alive:
                    return None
                self._bell.hush()
                now = self.clock.now().boot
                left = self._heap[0][0] - now if self._heap else self.nap
                if left <= 0:
                    job = heapq.heappop(self._heap)[2]
                    self._turn = Turn(job, threading.current_thread())
                    self._minded = max(self._minded, now)
                    return job
            self.clock.wait(self._bell, min(left, self.nap))
        return None

    def _take(self, job: Job, mine: int, stop: Stop) -> bool:
        """Take a job's turn in this thread; tell whether the thread still holds the wheel."""
        due = self._taken(job, stop)
        with self._guard:
            if mine == self._holder:
                self._turn = None
                self._put(job, due)
                return True
        self._back(job, due, stop)
        return False

    def _back(self, job: Job, due: float | None, stop: Stop) -> None:
        """Put a job that was away on the wheel again."""
        with self._guard:
            self._away.pop(job.name, None)
            self._put(job, due)
        if stop.is_set():
            job.end()
        self._bell.ring()

    def _put(self, job: Job, due: float | None) -> None:
        """Have a job due then, at once where it was called; one without a moment has ended."""
        if due is None:
            self._alive.pop(job.name, None)
            return
        moment = job.next(due, self.clock.now().boot)
        heapq.heappush(self._heap, (moment, next(self._order), job))

    def _taken(self, job: Job, stop: Stop) -> float | None:
        """Take one turn; give the moment of the next, None where there is none."""
        try:
            pause = job.go_on(self.clock.now().boot, stop)
        except StopIteration:
            self._well(job.name)
            return None
        except BaseException as error:  # noqa: BLE001 - whatever it is, the others go on
            now = self.clock.now().boot
            pause = job.rest(now)
            self._ill.add(job.name)
            self.tell.failed(job.name, error, pause)
            return now + pause
        self._well(job.name)
        return self._moment(job.due, pause)

    def _well(self, name: str) -> None:
        if name in self._ill:
            self._ill.discard(name)
            self.tell.well(name)

    def _moment(self, due: float, pause: float) -> float:
        """Return when the next turn is: in step with the last, and never for what was missed."""
        now = self.clock.now().boot
        wanted = due + pause if due + pause > now else now + pause
        if pause < GRID:
            return wanted
        return self._start + GRID * ceil((wanted - self._start) / GRID - _ROUNDING)

    def _end(self, mine: int) -> None:
        """Let every job that waits put away what it holds."""
        with self._guard:
            if mine != self._holder:
                return
            waiting, self._heap = self._heap, []
        for _, _, job in waiting:
            job.end()
