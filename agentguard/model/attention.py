"""What a person's attention is spent on: what holds a prompt back, when it comes again, counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.facts import Fact
from agentguard.model.moments import Moment


class Holding(StrEnum):
    """What holds a prompt back, the strongest first."""

    LOCKED = "locked"
    AWAY = "away"
    SHIELD = "shield"
    GATE = "gate"
    PAYMENT = "payment"
    CALL = "call"
    WRAP_UP = "wrap-up"
    QUIET = "quiet"
    PRESENTING = "presenting"
    DO_NOT_DISTURB = "do-not-disturb"
    TYPING = "typing"
    CARD = "card"
    BUDGET = "budget"


class Why(StrEnum):
    """What makes a time a good one to come back."""

    CALL = "call"
    SOON = "soon"
    HALF = "half"
    BREAK = "break"
    HOUR = "hour"
    HOURS = "hours"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Later:
    """A time at which a prompt can come back; `until` is in the past for the end of a call."""

    why: Why
    until: Moment

    @property
    def answer(self) -> str:
        """The button's id."""
        return f"later-{self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusySeen(Fact):
    """Whether the desk should not be disturbed, by the system's word; None where it cannot tell.

    `presenting` is a program over the whole screen or a presentation, `do_not_disturb` what the
    person switched on. Who takes the screen is told by ScreenSharesSeen.
    """

    presenting: bool | None = None
    do_not_disturb: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TodoOpened(Event):
    """The person looked at what there is to do, so that nothing of it needs a card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerOnCard(Event):
    """The pointer came onto a card in the corner, or left it."""

    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Nagging:
    """How often a check's cards were shown in 30 days, and sent away in less than 2 s."""

    check: str
    shown: int
    dismissed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruptions:
    """What attention was asked for in this shift (16 hours), and check by check in 30 days.

    `later` were put off, `dismissed` sent away in less than 2 s; `held_by` counts by Holding.
    """

    shown: int = 0
    later: int = 0
    dismissed: int = 0
    held_by: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Nagging, ...] = ()


NO_INTERRUPTIONS = Interruptions()
"""Nobody was asked for anything."""
