"""A job on the wheel, and the turn that it is taking."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass

from agentguard.ports.clock import Stop
from agentguard.ports.turns import Member, Turns

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
