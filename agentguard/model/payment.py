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


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMode:
    """A payment is taken since `since` in the program `image`."""

    since: Moment
    image: str
    recorder: Recorder
