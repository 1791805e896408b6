"""What the keeper needs of the system: its service, the sessions, where an agent runs, a start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

SIGNED_OUT = 84
"""What an agent ends with because its session is ending, as the system itself told it.

Nobody but the system and the keeper can end an agent with a number of their own choice there.
"""
HUNG = 70
"""What an agent ends with that hangs, by its other half or by the keeper (EX_SOFTWARE)."""
KEEPER = "AgentGuardKeeper"
KEEPER_UNIT = "agentguard-keeper.service"
"""The keeper's service on Windows, and on Linux."""
KEEPER_FAILED = 90
"""The id of the line in the system's log that tells why the keeper's service ended by itself."""


class Recovery(StrEnum):
    """Whether the system starts a service again that has ended, whichever way it ended."""

    SET = "set"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSeen:
    """A service that is installed.

    `state` and `start` are the system's words for whether it runs and by whom it is started;
    `quoted` is False where another program could be started in its place.
    """

    name: str
    state: str
    running: bool
    start: str
    automatic: bool
    quoted: bool = True
    recovery: Recovery = Recovery.UNKNOWN


class StandIn(Protocol):
    """A process that stands for an agent while the keeper tries its own rules; one at a time."""

    def start(self, session: str) -> None:
        """Start it for the person of a session, as an agent is started.

        Raises:
            PlatformError: it could not be started.

        """
        ...

    def running(self) -> str:
        """Return its process; empty when there is none."""
        ...

    def kill(self) -> None:
        """End its process at once."""
        ...

    def end(self) -> None:
        """End it for good."""
        ...


class Desks(Protocol):
    """The sessions of this computer; a session is named by the system."""

    @property
    def starts(self) -> bool:
        """Check whether the keeper starts agents here; elsewhere the system itself does."""
        ...

    def sessions(self) -> frozenset[str]:
        """Return the sessions where somebody is logged on.

        Raises:
            PlatformError: the system does not tell it.

        """
        ...

    def guarded(self) -> Mapping[str, str]:
        """Return the process of the agent in each session that has one.

        Raises:
            PlatformError: the system does not tell it.

        """
        ...

    def ends(self) -> Mapping[str, int]:
        """Return the exit codes of agents that have ended since the last question, by session."""
        ...

    def start(self, session: str) -> None:
        """Start the agent for the user of a session, unless one runs there.

        Raises:
            PlatformError: it could not be started.

        """
        ...

    def enrolled(self, session: str) -> bool:
        """Check whether the agent of a session needs no code from the keeper.

        Raises:
            PlatformError: it could not be asked.

        """
        ...

    def enrol(self, session: str, code: str) -> bool:
        """Enrol the agent of a session with a code; tell whether the endpoint took it.

        Raises:
            PlatformError: it could not be begun.

        """
        ...

    def renew(self, session: str) -> None:
        """End the agent of a session in an orderly way, so that it begins again."""
        ...

    def ending(self) -> bool:
        """Check whether the agents were told to end, for an upgrade or a removal."""
        ...

    def begin(self) -> None:
        """Let agents begin again after they were told to end."""
        ...
