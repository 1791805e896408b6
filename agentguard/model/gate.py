"""The gate before sensitive applications: what ends a proof, and what becomes of the dialog."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from agentguard.model.events import Event

BROKEN = "none"
"""The factor of the one opening that a broken prover is given."""

BY_KEY = "passkey"
"""The factor of a proof by a security key or Windows Hello."""


class Ended(StrEnum):
    """What ends proofs before their time; a lock does too, and is known from the session."""

    SWITCHED = "switched"
    """Another user's session was in front of this one."""
    RESUMED = "resumed"
    """The computer slept."""
    KEY_GONE = "key-gone"
    """The security key was pulled; it ends the proofs that were given by a key."""
    HANDED_OVER = "handed-over"
    """The desk was handed over to somebody else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofsEnded(Event):
    """Every proof that was given before is void."""

    why: Ended
    facet_field = "why"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProverBroken(Event):
    """A factor could not be asked at all, by no fault of the person at the desk."""

    group: str
    factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProverWorks(Event):
    """A factor was verified after one was broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSeen(Event):
    """The dialog of a proof can be seen and reached now, or cannot any more."""

    prompt: str
    seen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GateUnseen(Event):
    """A dialog was due and nobody could see it for 2 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLeft(Event):
    """The person put the application away instead of giving a proof."""

    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateCalls(Event):
    """The person calls a supervisor, who answers the letters on the dialog within `seconds`."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What is remembered of the dialogs; times are boot time in seconds.

    `asked` are those of the last hour; `spared` is when it was last told that there were too many.
    `hidden` is since when the open dialog is not seen, None while it is; `told` names the dialog of
    which that was told. `broken` says that the one opening of a broken prover is used up. `served`
    is when the shield's proof was given that has opened a gate as well.
    """

    asked: tuple[float, ...] = ()
    spared: float | None = None
    hidden: float | None = None
    told: str = ""
    broken: bool = False
    served: float | None = None


UNASKED = Gate()
"""Nobody was asked yet."""
