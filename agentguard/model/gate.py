"""The gate before sensitive applications: what a policy says of it, and how a proof ends."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from agentguard.model.events import Event

BROKEN = "none"
"""The factor of the one opening that a broken prover is given."""
BY_KEY = "passkey"
"""The factor of a proof by a security key or Windows Hello."""
BASE64 = r"[A-Za-z0-9_-]{16,1400}"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AppGroup:
    """Applications that share one proof; a window counts when all that is said of it fits."""

    name: str = field(metadata={"doc": "The group's name, as people know it.", "pattern": ".+"})
    images: tuple[str, ...] = field(
        metadata={
            "doc": "Program names without .exe (* and ? as in a shell).",
            "min": 1,
        }
    )
    window_classes: tuple[str, ...] = field(
        default=("*",), metadata={"doc": "The classes of their windows (* and ? as in a shell)."}
    )
    titles: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Regular expressions (RE2) of which one must be found in the window's title, "
            "which for a browser is the title of the tab in front; none for any title.",
            "max": 20,
        },
    )
    grace_minutes: int = field(
        default=0,
        metadata={
            "doc": "Minutes for which a proof holds for this group; 0 for those of the control.",
            "inherits": True,
            "min": 0,
            "max": 720,
        },
    )
    after_shield: Literal["code", "key", "none"] = field(
        default="code",
        metadata={
            "doc": "Which proof on the privacy shield opens the group behind it too: a code or a "
            "key, only a key, or none."
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonKey:
    """The public half of a person's security key or Windows Hello."""

    person: str = field(
        metadata={
            "doc": "The person's pseudonym, as `agentguard mfa key` prints it.",
            "pattern": "p-[0-9a-f]{24}",
        }
    )
    credential: str = field(
        metadata={"doc": "The credential's id (base64url).", "pattern": BASE64},
    )
    public_key: str = field(
        metadata={"doc": "The COSE public key (base64url).", "pattern": BASE64},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which applications ask for a proof, how long one holds, and the keys that give it."""

    groups: tuple[AppGroup, ...] = field(
        default=(), metadata={"doc": "The sensitive applications, in groups."}
    )
    grace_minutes: int = field(
        default=15,
        metadata={"doc": "Minutes for which a proof holds for its group.", "min": 1, "max": 720},
    )
    limit_hours: int = field(
        default=12,
        metadata={
            "doc": "Hours after which an application that stays in front asks again.",
            "min": 1,
            "max": 12,
        },
    )
    after_call_seconds: int = field(
        default=20,
        metadata={
            "doc": "Seconds after a call until a question that waited for its end is asked.",
            "min": 0,
            "max": 60,
        },
    )
    apps: bool = field(
        default=True,
        metadata={
            "doc": "Whether authenticator apps may be set up at the desk, by a supervisor's code."
        },
    )
    rp_id: str = field(
        default="desk.agentguard.internal",
        metadata={
            "doc": "The name to which security keys are bound (WebAuthn's rpId); a change makes "
            "every key that was registered void.",
            "pattern": r"[a-z0-9](?:[a-z0-9.-]{1,251}[a-z0-9])",
        },
    )
    keys: tuple[PersonKey, ...] = field(
        default=(),
        metadata={"doc": "The registered security keys.", "max": 10_000},
    )
