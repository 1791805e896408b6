"""What held of a control in a team, a site or a week, as the lines of a page show it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from agentguard.model.failures import median
from agentguard.model.held import State, added, share, watched
from agentguard.server.store.control_history.day_sums import Sum, Worst

NOT_ASKED = (State.PAUSED, State.NOT_APPLICABLE, State.NOT_IN_POLICY)
NOT_KNOWN = (State.UNKNOWN, State.PARTIAL)
WORDS: dict[str, tuple[State, ...]] = {
    "held": (State.PASS,),
    "failed": (State.FAIL,),
    "unknown": NOT_KNOWN,
    "sensor": (State.BLIND,),
    "expired": (State.EXPIRED,),
    "excepted": (State.EXCEPTED,),
    "not-asked": NOT_ASKED,
}
"""The columns of the page, by the states that they add up."""
SELDOM = frozenset({"sensor", "expired"})
"""Columns that are shown where there was any of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A desk of which a line tells, for how many seconds it failed; `device` where it opens."""

    label: str
    seconds: int
    device: str = ""


@dataclass(frozen=True)
class Line:
    """What held of a control in a team, a site or a week; `at` is when the week begins.

    Shares are of the time that was watched, or in which desks were in use, rounded down; what was
    not watched stands beside it. `worst` failed for the longest time in all, `longest` at a
    stretch.
    """

    name: str
    seconds: Mapping[State, int]
    used: Mapping[str, int] = field(default_factory=dict)
    at: float = 0.0
    site: bool = False
    worst: Desk | None = None
    longest: Desk | None = None
    mended: Sequence[int] = ()

    @cached_property
    def watched(self) -> int:
        """Seconds in which desks were heard of."""
        return watched(self.seconds)

    @property
    def unwatched(self) -> int:
        """Seconds in which desks that were enrolled were not."""
        return self.seconds[State.OFFLINE]

    @property
    def in_use(self) -> int:
        """Seconds in which desks were in use, or probably were."""
        return self.used.get("used", 0)

    @property
    def missed(self) -> int:
        """Seconds of those in which nobody heard of them."""
        return self.used.get("used_offline", 0)

    @property
    def held_in_use(self) -> str:
        """The share of the time in use in which it held; time that nobody watched is not held."""
        return share(self.used.get("used_passed", 0), self.in_use)

    @cached_property
    def median(self) -> int | None:
        """Seconds within which half of the failures were mended."""
        return median(self.mended)

    def share(self, word: str) -> str:
        """Return the share of what the page names so."""
        return share(self._of(word), self.watched)

    def is_there(self, word: str) -> bool:
        """Check whether there was any of it: a share of 0.0 may be a second."""
        return self._of(word) > 0

    @property
    def bar(self) -> dict[str, int]:
        """Seconds by the colour in which they are drawn."""
        return {
            "ok": self._of("held"),
            "failing": self._of("failed"),
            "attention": self._of("unknown") + self._of("sensor") + self._of("expired"),
            "away": self._of("excepted") + self._of("not-asked"),
            "silent": self.missed,
        }

    @property
    def drawn(self) -> int:
        """All seconds of the bar: what was watched, and what should have been."""
        return self.watched + self.missed

    @property
    def total(self) -> int:
        """All seconds of desks that were enrolled."""
        return self.watched + self.unwatched

    def _of(self, word: str) -> int:
        return sum(self.seconds[state] for state in WORDS[word])


@dataclass(frozen=True, slots=True, kw_only=True)
class Desks:
    """What is known of the desks that lines tell of; `opens` are the teams that one may see."""

    worst: Sequence[Worst] = ()
    labels: Mapping[int, tuple[str, str, int]] = field(default_factory=dict)
    opens: frozenset[int] | None = None

    def shown(self, found: tuple[str, str, int], seconds: int) -> Desk:
        """Return a desk as it is shown; one that is now elsewhere has a name and no page."""
        device, label, team = found
        there = self.opens is None or team in self.opens
        return Desk(label=label or device, seconds=seconds, device=device if there else "")


def line(
    name: str,
    sums: Iterable[Sum],
    desks: Desks,
    worst: Worst | None,
    *,
    at: float = 0.0,
    site: bool = False,
) -> Line:
    """Add up the sums of one control for a line."""
    every = list(sums)
    seconds, number = max((one.longest for one in every), default=(0, 0))
    used: dict[str, int] = {}
    for one in every:
        for word, has in one.used.items():
            used[word] = used.get(word, 0) + has
    longest = desks.labels.get(number)
    found = None if worst is None else (worst.device, worst.label, worst.team_now)
    return Line(
        name=name,
        seconds=added(one.seconds for one in every),
        used=used,
        at=at,
        site=site,
        worst=None if worst is None or found is None else desks.shown(found, worst.seconds),
        longest=desks.shown(longest, seconds) if longest and seconds else None,
        mended=[each for one in every for each in one.mended],
    )


def columns(lines: Iterable[Line]) -> tuple[str, ...]:
    """Return the columns that a table of these lines has."""
    every = list(lines)
    return tuple(
        word for word in WORDS if word not in SELDOM or any(one.is_there(word) for one in every)
    )
