"""What the system's service manager tells of one of our services."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

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
