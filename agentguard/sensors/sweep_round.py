"""One sweep under way: how far it is, what it met, and how long it rests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.outcomes import FileOutcome
from agentguard.ports.clock import Clock
from agentguard.ports.file_memory import Looked
from agentguard.sensors.sweep import Found, Unread

SLICE = 0.02
"""Seconds of work between two looks at the hints."""
STEPS = 500
REST_MOST = 120.0
MANY = 1_000
"""So many files that are read though nothing was told of them show that hints were lost."""


@dataclass(frozen=True, slots=True)
class Left:
    """A path of which something was told and that the walk did not meet."""

    path: str


Step = Found | Unread | Left


@dataclass(slots=True, kw_only=True)
class Lost:
    """What of the files was not read: at all, in part, or since it is encrypted; and why.

    Of files that are read in turns, `waiting` bytes are not read yet of `waiting_of`.
    """

    unread: int = 0
    part: int = 0
    sealed: int = 0
    waiting: int = 0
    waiting_of: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def count(self, looked: Looked) -> None:
        """Count a file; whatever reason it has, it was not read in full."""
        match looked.outcome:
            case FileOutcome.GONE:
                return
            case FileOutcome.UNREADABLE:
                self.unread += 1
            case FileOutcome.SEALED:
                self.sealed += 1
            case _ if looked.reason:
                self.part += 1
            case _:
                return
        if looked.left:
            self.waiting += looked.unread
            self.waiting_of += looked.size
        self.reasons[looked.reason or "reason.system"] += 1

    def why(self) -> tuple[Message, ...]:
        """Return the reasons, the most frequent first, each with its count."""
        return tuple(say(reason, count=n) for reason, n in self.reasons.most_common())


@dataclass(slots=True, kw_only=True)
class Round:
    """A sweep; `fast` when hints may have been lost, so that it does not rest.

    `blind` when not every folder is watched, and a sweep before was finished: it becomes fast when
    it meets much that is new.
    """

    walk: Iterator[Step | None]
    begun: Moment
    fast: bool
    blind: bool = False
    files: int = 0
    lost: Lost = field(default_factory=Lost)
    test_cards: int = 0
    read: int = 0
    told: set[str] = field(default_factory=set)
    done: bool = False
    resume: float = 0.0

    def slice(self, clock: Clock) -> Iterator[Step]:
        """Yield the next things met, until a slice of time is used up."""
        begun = clock.now()
        for _ in range(STEPS):
            try:
                found = next(self.walk)
            except StopIteration:
                self.done = True
                return
            if found is not None:
                yield found
            if clock.now().since(begun) >= SLICE:
                return

    def met(self, path: str, looked: Looked, *, told: bool, read: bool = False) -> None:
        """Count what was met; a path of which something was told needs no look at the end."""
        self.files += 1
        self.lost.count(looked)
        self.test_cards += looked.test_cards
        self.read += read
        self.fast = self.fast or (self.blind and self.read > MANY)
        if told:
            self.told.add(path)

    def rest(self, begun: Moment, now: Moment, duty: float) -> float:
        """Return the seconds of rest that keep the work within its share of time."""
        if self.fast:
            return 0.0
        seconds = min(now.since(begun) * (1 / duty - 1), REST_MOST)
        self.resume = now.boot + seconds
        return seconds
