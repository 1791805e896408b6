"""Who starts an agent again that was ended, tried with a process that is not the agent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

PASSED, FAILED = "passed", "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drilled:
    """How the keeper's newest try ended, at boot time `at`; `outcome` is empty for none yet."""

    outcome: str = ""
    seconds: float = 0.0
    at: float = 0.0


class Revival(Protocol):
    """What starts this agent again; `name` is that of one try."""

    def pause(self) -> float | None:
        """Return the seconds after which it starts this agent again; None where it does not.

        Raises:
            PlatformError: nobody tells.

        """
        ...

    def begin(self, name: str) -> None:
        """Have a stand-in started, that is started again by the very rules of this agent.

        Raises:
            PlatformError: it was refused.

        """
        ...

    def process(self, name: str) -> int:
        """Return the number of the stand-in's process; 0 while there is none.

        Raises:
            PlatformError: nobody tells.

        """
        ...

    def kill(self, process: int) -> None:
        """End the stand-in's process at once, as anybody could who wants the agent gone."""
        ...

    def left(self) -> tuple[str, ...]:
        """Return the names of stand-ins that are still there.

        Raises:
            PlatformError: nobody tells.

        """
        ...

    def end(self, name: str) -> None:
        """Have a stand-in ended for good; one that is not there is none.

        Raises:
            PlatformError: it was refused.

        """
        ...
