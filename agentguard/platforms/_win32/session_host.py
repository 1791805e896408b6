"""The sessions of a Windows computer, for its keeper, and the end of every agent."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.platforms._win32 import api, sessions
from agentguard.platforms._win32.person_start import person
from agentguard.platforms._win32.quit_answers import Sign, judged
from agentguard.platforms._win32.quitting import QuitSign, read
from agentguard.platforms._win32.seats import Seats
from agentguard.platforms._win32.service import LEAVING
from agentguard.platforms._win32.session_agents import SessionAgents

if sys.platform != "win32":
    raise ImportError("This module calls Windows.")

LOG = logging.getLogger(__name__)

TRAY = "agentguard.exe"
_LOOK = 0.25


def program() -> tuple[str, ...]:
    """Return the words that start an agent with its tray."""
    here = Path(sys.executable)
    if getattr(sys, "frozen", False):
        return str(here.with_name(TRAY)), "tray", "--quiet"
    return str(here.with_name("pythonw.exe")), "-m", "agentguard", "tray", "--quiet"


def command() -> tuple[str, ...]:
    """Return the words that start the command line."""
    if getattr(sys, "frozen", False):
        return (sys.executable,)
    return sys.executable, "-m", "agentguard"


class WindowsDesks:
    """A port.keeping.Desks; `wake` is called, from any thread, when an agent has ended.

    Raises:
        PlatformError: the sign that ends agents cannot be had: this is no administrator.

    """

    starts = True

    def __init__(self, wake: Callable[[], None]) -> None:
        self._quit = QuitSign()
        self._agents = SessionAgents(program(), wake)
        self._seats = Seats(person)

    def sessions(self) -> frozenset[str]:
        """Return the sessions where somebody is logged on and does not sign out just now."""
        on = frozenset(sessions.logged_on())
        self._agents.forget(on)
        self._seats.see(on)
        return frozenset(map(str, on - LEAVING.leaving()))

    def guarded(self) -> Mapping[str, str]:
        """Return the process of the agent in each session that has one."""
        return {str(session): str(pid) for session, pid in self._agents.running().items()}

    def ends(self) -> Mapping[str, int]:
        """Return the exit codes of agents that have ended since the last question, by session."""
        return {str(session): code for session, code in self._agents.ends().items()}

    def start(self, session: str) -> None:
        """Start the agent for the user of a session, unless one runs there.

        Raises:
            PlatformError: it could not be started.

        """
        self._agents.start(int(session))

    def enrolled(self, session: str) -> bool:
        """Check whether the agent of a session is enrolled, as its user's own program says.

        Raises:
            PlatformError: it could not be asked.

        """
        return sessions.run(int(session), (*command(), "enroll", "--words")) == 0

    def enrol(self, session: str, code: str) -> bool:
        """Enrol the agent of a session with a code, in its user's name.

        Raises:
            PlatformError: it could not be begun.

        """
        return sessions.enrol(int(session), (*command(), "enroll", "--code-pipe"), code) == 0

    def renew(self, session: str) -> None:
        """End the agent of a session in an orderly way, so that it begins again."""
        with suppress(PlatformError):
            sessions.run(int(session), (*command(), "quit", "--mine"))

    def ending(self) -> bool:
        """Check whether the agents were told to end."""
        return self._quit.is_set()

    def begin(self) -> None:
        """Let agents begin again."""
        self._quit.clear()


def end_all(seconds: float) -> bool:
    """Tell the agents of all sessions to end, and wait; tell whether they did.

    Raises:
        PlatformError: the user is no administrator.

    """
    sign, path = QuitSign(), Path(program()[0])
    left = seconds
    sign.set()
    while sessions.running(path) and left > 0:
        threading.Event().wait(_LOOK)
        left -= _LOOK
        sign.set()  # for one that has begun meanwhile
    return not sessions.running(path)


class Quitting:
    """Tells an agent whether it was told to end since it began."""

    def __init__(self) -> None:
        self._began = api.tick_count()
        self._warned = False

    def __call__(self) -> bool:
        """Check whether it was; a sign that is not the system's is not followed, and told once."""
        found = judged(*read(), self._began)
        if found is Sign.FOREIGN and not self._warned:
            self._warned = True
            LOG.warning("the sign that ends agents is not the system's own, and is not followed")
        return found is Sign.END
