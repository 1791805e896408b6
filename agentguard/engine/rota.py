"""One thread for several that work in turns: each has its turn when it is due, in that order.

A turn that fails is told, and its work is begun anew after a pause, as the supervisor does it with
a thread. One that hangs holds up the rest, so that none of these counts as alive meanwhile.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count

from agentguard.ports.clock import Clock, Stop
from agentguard.ports.turns import Member, Turns

FIRST_PAUSE = 5.0
LONGEST_PAUSE = 600.0
HANGS = 90.0
"""Seconds after which the others do not count as alive: a pulse and a half."""

Failed = Callable[[str, Exception, float], None]
"""Hears of a member that failed, why, and in how many seconds it is begun again."""


@dataclass(slots=True)
class _Place:
    """A member in the rota: its turns while it has begun, and its pause after the next failure."""

    member: Member
    turns: Turns | None = None
    begun: float = 0.0
    pause: float = FIRST_PAUSE

    def go_on(self, clock: Clock, stop: Stop) -> float:
        """Take a turn, and begin before the first; return the seconds until the next."""
        if self.turns is None:
            self.turns, self.begun = self.member.begin(stop), clock.now().boot
        return next(self.turns)

    def rest(self, now: float) -> float:
        """Begin anew after a pause, which it returns: longer each time that it fails soon."""
        if now - self.begun > LONGEST_PAUSE:
            self.pause = FIRST_PAUSE
        self.turns, pause = None, self.pause
        self.pause = min(2 * pause, LONGEST_PAUSE)
        return pause


@dataclass(slots=True, kw_only=True)
class Rota:
    """Takes the turns of its members until `stop` is set or all have ended."""

    clock: Clock
    members: Iterable[Member]
    failed: Failed
    _alive: dict[str, None] = field(init=False)
    _turn: tuple[str, float] | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Count every member as alive from now on."""
        self.members = tuple(self.members)
        self._alive = {member.name: None for member in self.members}

    def alive(self) -> frozenset[str]:
        """Return the members that have not ended; of one that hangs, itself alone."""
        turn, names = self._turn, frozenset(self._alive)
        if turn is not None and self.clock.now().boot - turn[1] > HANGS:
            return names & {turn[0]}
        return names

    def at_work(self) -> str:
        """Return whose turn it is; empty between turns."""
        return self._turn[0] if self._turn else ""

    def run(self, stop: Stop) -> None:
        """Take them; a member's exception never ends it."""
        order = count()
        now = self.clock.now().boot
        due = [(now, next(order), _Place(member)) for member in self.members]
        try:
            while due and not stop.is_set():
                when, _, place = heapq.heappop(due)
                wait = when - self.clock.now().boot
                if wait > 0 and self.clock.wait(stop, wait):
                    return
                pause = self._taken(place, stop)
                if pause is not None:
                    heapq.heappush(due, (self.clock.now().boot + pause, next(order), place))
        finally:
            self._turn = None

    def _taken(self, place: _Place, stop: Stop) -> float | None:
        """Take one turn; give the seconds until the next, None where there is none."""
        name = place.member.name
        self._turn = (name, self.clock.now().boot)
        try:
            return place.go_on(self.clock, stop)
        except StopIteration:
            self._alive.pop(name, None)
            return None
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            return self._again(place, error)
        finally:
            self._turn = None

    def _again(self, place: _Place, error: Exception) -> float:
        pause = place.rest(self.clock.now().boot)
        self.failed(place.member.name, error, pause)
        return pause
