"""What is set up for a person at the desk: authenticator apps, and openings by phone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class AppRuling:
    """What the endpoint says to a supervisor's code: the app's otpauth address, or a problem.

    `problem` is `wrong`, `used`, `expired`, `enrolled` or `locked`; `wait` is in seconds.
    """

    address: str = field(default="", repr=False)
    problem: str = ""
    wait: int = 0


AskApp = Callable[[str], AppRuling]
"""Asks the endpoint for the secret of a new app by a code; raises UplinkError when it is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOffer:
    """The secret of a new authenticator app, to be shown once; `address` is for the picture."""

    address: str = field(repr=False)

    @property
    def key(self) -> str:
        """The key for typing, in groups of four."""
        plain = self.address.partition("secret=")[2].partition("&")[0]
        return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSet:
    """Challenges that the endpoint has made for this desk, with a digest of each answer."""

    name: str
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What became of the challenges of the set that is held: shown to a person, and used."""

    holds: str = ""
    shown: tuple[str, ...] = ()
    used: tuple[str, ...] = ()


Digest = Callable[[str, str, str], str]
"""Gives the digest of (set, challenge, answer), as the endpoint makes it."""


class PhoneBook(Protocol):
    """Who keeps the challenges that open this desk by phone."""

    def wanted(self) -> bool:
        """Check whether the endpoint is to be asked for a fresh set."""
        ...

    def spent(self) -> Spent:
        """Return what the endpoint is told before it makes one."""
        ...

    def take(self, fresh: PhoneSet, told: Spent) -> None:
        """Keep it; `told` is what the endpoint knows. May raise OSError. Slow."""
        ...
