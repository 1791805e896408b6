"""Payment mode, as it is shown: since when, for which program, and what the recorder did."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.moments import Moment


class Recorder(StrEnum):
    """What the call recorder is known to have done; `asked` while it has not answered."""

    NONE = "none"
    ASKED = "asked"
    PAUSED = "paused"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It answered, and what it answered does not tell whether it paused."""
    BY_HAND = "by-hand"
    """It has no interface for this, or none that is set up here: a person pauses it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMode:
    """A payment is taken since `since` in the program `image`.

    `cleared` counts how often copied text was taken off the clipboard for it.
    """

    since: Moment
    image: str
    recorder: Recorder
    cleared: int = 0
