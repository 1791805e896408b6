"""The shift at a desk: when it was used, handed over or not, and the clean desk that is looked at.

What is attested is ticked by a person; AgentGuard sees no paper and no telephone.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.moments import Moment


class Tick(StrEnum):
    """What a person attests; the ids never change meaning."""

    PAPER = "paper"
    PHONE = "phone"
    NOTES = "notes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftBegun(Event):
    """Somebody begins a shift, and saw how many things are not ready and how many not known."""

    not_ready: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Event):
    """Somebody hands the desk over: what was attested, and how the desk was then.

    `findings` are those of the person that are open, `downloads` the files in that folder and
    `clipboard` whether something is on it that should not be, None where it is not known.
    """

    ticks: frozenset[Tick] = frozenset()
    findings: int = 0
    downloads: int | None = None
    clipboard: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDeskDrawn(Event):
    """The person's desk is to be looked at on `day` (ISO 8601), as the sample has it."""

    day: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDeskAnswered(Event):
    """The person looked at the desk and attests what is so."""

    ticks: frozenset[Tick] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftStanding(Event):
    """How it stands with handovers: the last one, and the last shift that ended without."""

    handed: Moment | None = None
    missed: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanDesk:
    """A look at the desk that was drawn for a day, and when it was what.

    `offered` is when it began to wait for its time, `asked` when the person saw it; it is `over`
    where nobody answered.
    """

    day: str
    offered: Moment | None = None
    asked: Moment | None = None
    answered: Moment | None = None
    over: Moment | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is to be asked any more."""
        return self.answered is not None or self.over is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """The shift: `used` since somebody worked here after the last handover.

    `ended` is when the shift was over and nobody had handed over yet; `missed` when that was for
    the last shift. `away` is since when the screen is locked, `rested` says that it was for long.
    """

    used: Moment | None = None
    begun: Moment | None = None
    ended: Moment | None = None
    handed: Moment | None = None
    missed: Moment | None = None
    clean: CleanDesk | None = None
    away: Moment | None = None
    rested: bool = False


NO_SHIFT = Shift()
"""Nobody was seen at the desk yet."""


def is_drawn(key: bytes, person: str, day: str, percent: int) -> bool:
    """Draw a day of a person by a keyed hash: nobody can guess it, and it comes out the same again.

    Of many days so many `percent` are drawn.
    """
    drawn = hmac.digest(key, f"{day}\n{person}".encode(), hashlib.sha256)
    return int.from_bytes(drawn[:8], "big") % 10_000 < percent * 100
