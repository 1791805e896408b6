"""The way from this computer to an address: through which proxy, who said so, and who signs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

PROXY_PORT = 8080
"""Where a proxy listens that was named without a port."""


class Told(StrEnum):
    """Who named the way; `cli.doctor.way-<value>` says it in words."""

    SETTING = "setting"
    ENVIRONMENT = "environment"
    USER = "user"
    USER_SCRIPT = "user-script"
    SIGNED_ON = "signed-on"
    SIGNED_ON_SCRIPT = "signed-on-script"
    DETECTED = "detected"
    MACHINE = "machine"
    DESKTOP = "desktop"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """An HTTP proxy; `user` and `password` are those that stand in its setting, if any."""

    host: str
    port: int = PROXY_PORT
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """Its address for people, never with a name or a password."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an address is reached: through the first of `proxies` that answers, or straight.

    `own` says whether the account that this program runs as may sign in there: only where the
    person themselves, or an administrator, named the proxy. `problem` names what could not be asked
    on the way to this answer, as `cli.doctor.way-problem-<problem>` has it; `where` is the address
    of the script that is meant.
    """

    proxies: tuple[Proxy, ...] = ()
    told: Told = Told.NOBODY
    own: bool = False
    problem: str = ""
    where: str = ""


STRAIGHT = Way()


class SignIn(Protocol):
    """One sign-in at a proxy, in rounds, in the name of the account that this program runs as."""

    def answer(self, challenge: bytes) -> bytes:
        """Return what to say to a challenge, empty for the first.

        Raises:
            PlatformError: the system has nothing to say.

        """
        ...

    def close(self) -> None:
        """Forget it."""
        ...


class Network(Protocol):
    """What the system knows of ways; any thread may ask."""

    def way(self, url: str) -> Way:
        """Return the way to a URL; what was found is kept for ten minutes. Never raises."""
        ...

    def lost(self, url: str) -> None:
        """Take note that the way did not lead there, so that it is looked for again."""
        ...

    def sign_in(self, scheme: str, proxy: Proxy) -> SignIn | None:
        """Begin a sign-in with the own account: `negotiate` or `ntlm`.

        None where the system has none, or this proxy refused it lately.
        """
        ...

    def refused(self, scheme: str, proxy: Proxy) -> None:
        """Take note that a proxy refused the own account by a scheme.

        It is not tried again for a while: a stale password that is tried each minute locks an
        account.
        """
        ...


class _Straight:
    """A Network without proxies."""

    def way(self, url: str) -> Way:
        del url
        return STRAIGHT

    def lost(self, url: str) -> None:
        del url

    def sign_in(self, scheme: str, proxy: Proxy) -> SignIn | None:
        del scheme, proxy
        return None

    def refused(self, scheme: str, proxy: Proxy) -> None:
        del scheme, proxy


NO_PROXIES: Network = _Straight()
