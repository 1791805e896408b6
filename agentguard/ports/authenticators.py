"""Security keys and Windows Hello, as a system gives them (W3C WebAuthn, FIDO CTAP2)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from agentguard.base.errors import PlatformError
from agentguard.ports.clock import Stop


class Fault(StrEnum):
    """Why an authenticator gave no answer; all but `BROKEN` are for the person to mend."""

    CANCELLED = "cancelled"
    """The person, or the system's own dialog, said no."""
    NONE = "none"
    """No authenticator is there."""
    SEVERAL = "several"
    """More than one is plugged in."""
    TIMEOUT = "timeout"
    """Nobody touched it in time."""
    GONE = "gone"
    """It was pulled out meanwhile."""
    PIN_NEEDED = "pin-needed"
    PIN_WRONG = "pin-wrong"
    PIN_LOCKED = "pin-locked"
    UNKNOWN = "unknown"
    """It holds none of the person's credentials."""
    KNOWN = "known"
    """It is registered already."""
    NO_VERIFICATION = "no-verification"
    """It cannot tell who the person is: it has neither a PIN nor a fingerprint."""
    ODD = "odd"
    """The device said something that is not of the protocol."""
    BROKEN = "broken"
    """The system itself refused, for a reason of its own."""


class AuthenticatorError(PlatformError):
    """An authenticator gave no answer; `fault` says why."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"The security key gave no answer ({fault.value}). {detail}".strip())
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """An assertion that is wanted; `client_data` is the JSON that is signed (WebAuthn 5.8.1).

    `allow` are the ids of the credentials that count, `pin` what the person typed, `window` the
    handle of our window over which a system's own dialog stands.
    """

    rp_id: str
    client_data: bytes
    allow: tuple[bytes, ...]
    pin: str = ""
    window: int = 0
    seconds: int = 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Asserted:
    """An assertion; nothing of it is believed before it is verified."""

    credential: bytes
    client_data: bytes
    auth_data: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Registering:
    """A new credential that is wanted; `known` are those that the person has."""

    rp_id: str
    person: str
    client_data: bytes
    known: tuple[bytes, ...] = ()
    pin: str = ""
    window: int = 0
    seconds: int = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A new credential with the authenticator data that carries its public key."""

    client_data: bytes
    auth_data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What authenticators this computer can ask now.

    `keys` are those that are plugged in, None where that is not told, and `barred` those of them
    that this session may not open. `api` is the version of Windows' WebAuthn interface, 0
    elsewhere, and `hello` tells whether Windows Hello is set up, None where there is none.
    """

    keys: frozenset[str] | None = None
    barred: frozenset[str] = frozenset()
    api: int = 0
    hello: bool | None = None


class Authenticator(Protocol):
    """What can ask the authenticators of this computer; every call may raise AuthenticatorError."""

    @property
    def own_dialog(self) -> bool:
        """Whether the system asks for the PIN itself; else the PIN goes with the question."""
        ...

    def plugged(self) -> frozenset[str] | None:
        """Name the keys that are plugged in now; None where the system does not tell."""
        ...

    def means(self) -> Means:
        """Return what can be asked; nobody is asked for anything."""
        ...

    def ask(self, asking: Asking, stop: Stop) -> Asserted:
        """Have a person verified; ends early when `stop` is set. Slow."""
        ...

    def register(self, wanted: Registering, stop: Stop) -> Registered:
        """Make a credential. Slow."""
        ...
