"""A process that stands for an agent while the keeper tries its own rules; it does nothing.

It is started as an agent is: as the person of a session, shielded from what else that person runs,
and its end is told by Windows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from agentguard.platforms._win32.person_start import begin
from agentguard.platforms._win32.session_agents import Agent
from agentguard.platforms._win32.session_host import command

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

WORDS = ("keeper", "stand-in")
_GOING = 2.0  # seconds until a process that was ended is gone


class WindowsStandIn:
    """A ports.session_host.StandIn; `wake` is called, from any thread, when it has ended."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._agent: Agent | None = None

    def start(self, session: str) -> None:
        """Start it for the person of a session.

        Raises:
            PlatformError: it could not be started.

        """
        self._agent = Agent(begin(int(session), (*command(), *WORDS)), self._wake)

    def running(self) -> str:
        """Return its process; empty when there is none."""
        agent = self._agent
        if agent is not None and not agent.process.running:
            agent.close()
            self._agent = agent = None
        return "" if agent is None else str(agent.process.pid)

    def kill(self) -> None:
        """End its process at once, as whoever has the right could."""
        if self._agent is not None:
            self._agent.process.end()

    def end(self) -> None:
        """End it for good."""
        if self._agent is not None:
            self._agent.process.end()
            self._agent.process.wait(_GOING)
            self._agent.close()
            self._agent = None
