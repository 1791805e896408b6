"""Drills: made-up trouble that the desk's own controls must notice, marked from outside.

A drill says before it begins what it will leave where: a place, and a commitment to what it puts
there. What the engine makes of exactly that, and of nothing else, is told as the drill's. No judge
ever sees the mark, so a drill is judged as the real thing is, and its mark can hide nothing.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.events import Event
from agentguard.model.moments import Moment

LONGEST = 900.0
"""Seconds for which a run may be open; what comes later is no drill's."""


class DrillOutcome(StrEnum):
    """How a run ended: it may not be possible here, or be put off for a call."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_POSSIBLE = "not-possible"
    PUT_OFF = "put-off"


def commitment(nonce: bytes, content: bytes) -> str:
    """Return what a drill says beforehand of what it puts somewhere (HMAC-SHA256, in hex)."""
    return hmac.new(nonce, content, hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillBegan(Event):
    """A run of a drill begins: `place` and `commitment` are all that can be marked as its own."""

    run: str
    drill: str
    place: str = ""
    commitment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled(Event):
    """A sensor saw what fits a run's commitment: `seen` is its event, as it tells it always."""

    run: str
    place: str
    commitment: str
    seen: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillEnded(Event):
    """A run of a drill ended: `seconds` until it was noticed, `receipt` until the endpoint knew.

    `why` is a word that tells why it did not pass.
    """

    run: str
    drill: str
    outcome: DrillOutcome
    why: str = ""
    seconds: float | None = None
    receipt: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """A run that the engine knows; `noticed` is when a control noticed what it left, `by` which."""

    run: str
    drill: str
    place: str
    commitment: str
    began: Moment
    noticed: Moment | None = None
    by: str = ""
    ended: bool = False

    def noticed_after(self, begun: Moment) -> float:
        """Return the seconds from a moment until it was noticed; 0 where it is not."""
        return max(0.0, self.noticed.since(begun)) if self.noticed is not None else 0.0

    def fits(self, event: Drilled) -> bool:
        """Check whether an event is about what this run put where it said, and in time."""
        in_time = 0 <= event.at.boot - self.began.boot <= LONGEST
        same = hmac.compare_digest(event.commitment, self.commitment)
        return in_time and bool(self.commitment) and event.place == self.place and same


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillStanding:
    """How a drill stands: its last outcome, and the days since it last came to an end.

    `days` are days that were lived through since it last passed or failed, or was seen not to be
    possible; since the desk has drills where it never did.
    """

    drill: str
    outcome: DrillOutcome | None = None
    days: float = 0.0
    why: str = ""
    at: str = ""
    seconds: float | None = None
    receipt: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillsKnown(Event):
    """How all drills of this desk stand."""

    standings: tuple[DrillStanding, ...] = ()
