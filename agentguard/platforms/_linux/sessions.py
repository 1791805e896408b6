"""The sessions of a Linux computer, for its keeper: it sees them, and systemd starts the agents.

The keeper has no rights of its own: who is logged on is told by logind, and whose agent runs by
/proc, which shows every user's processes unless it is mounted with `hidepid`. It starts nothing in
a user's name either: who is not enrolled runs `agentguard enroll --by-keeper`, which /proc shows as
well, and finds a code for one desk where only this user can read it.

The agent of a session is known by its number and its start, while it lives. A number alone comes
again, and a second program that guards, such as one from the start menu beside the one that the
system started, is not the session's agent: it gives way to the first by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import psutil

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.bus import Bus, DBusAddress
from agentguard.platforms._linux.handed_codes import Handed
from agentguard.platforms._linux.logind import GRAPHICAL, OPEN

_NAME = "org.freedesktop.login1"
_MANAGER = DBusAddress("/org/freedesktop/login1", _NAME, f"{_NAME}.Manager")
_SESSION = f"{_NAME}.Session"
_PROGRAM = "agentguard"
_GUARDING = frozenset({"tray", "run"})
_ASKING = ["enroll", "--by-keeper"]
_START_TIME = 19  # field 22 of `stat`, counted from behind the name
Started = Mapping[int, float]
"""When each process of a session that guards was started, by its number; any unit."""


class LinuxDesks:
    """A port.keeping.Desks; a session is named by its user's number: one agent guards each user."""

    starts = False

    def __init__(self, bus: Bus, codes: Path) -> None:
        self._bus = bus
        self._handed = Handed(codes)
        self._asking: frozenset[str] = frozenset()
        self._agents = Agents()

    def sessions(self) -> frozenset[str]:
        """Return the users that are logged on at a desktop.

        Raises:
            PlatformError: logind does not answer.

        """
        (every,) = self._bus.call(_MANAGER, "ListSessions")
        return frozenset(str(uid) for _, uid, _, _, path in every if self._at_a_desktop(path))

    def _at_a_desktop(self, path: str) -> bool:
        address = DBusAddress(path, _NAME, _SESSION)
        try:
            told = {name: str(self._bus.get(address, name)) for name in ("Type", "Class", "State")}
        except PlatformError:  # it has just ended
            return False
        return told["Type"] in GRAPHICAL and told["Class"] == "user" and told["State"] in OPEN

    def guarded(self) -> Mapping[str, str]:
        """Return the process of the agent of each user that has one; see who asks for a code."""
        found: defaultdict[str, dict[int, float]] = defaultdict(dict)
        asking: set[str] = set()
        for process in psutil.process_iter(("uids", "cmdline")):
            info = process.info
            if info["uids"] is None:
                continue
            words, user = info["cmdline"] or [], str(info["uids"].real)
            if guards(words):
                found[user][process.pid] = _started(process.pid)
            elif asks(words):
                asking.add(user)
        self._asking = frozenset(asking)
        self._handed.keep(self._asking)
        return self._agents.chosen(found)

    def ends(self) -> Mapping[str, int]:
        """Return nothing: systemd is told how its agents end."""
        return {}

    def start(self, session: str) -> None:
        """Refuse: each user's systemd starts the agent, and starts it again."""
        raise PlatformError(f"Agents of user {session} are started by systemd alone.")

    def enrolled(self, session: str) -> bool:
        """Check whether the user's enrolment step does not run: it ends once there is one."""
        return session not in self._asking

    def enrol(self, session: str, code: str) -> bool:
        """Hand a code to the user, whose own step enrols the agent and lets it begin again.

        Raises:
            PlatformError: it could not be written for this user alone.

        """
        self._handed.give(session, code)
        return False

    def renew(self, session: str) -> None:
        """Do nothing; the user's own step does it."""

    def ending(self) -> bool:
        """Tell that nobody ends agents here; systemd does."""
        return False

    def begin(self) -> None:
        """Do nothing; agents begin by systemd."""


def _started(pid: int) -> float:
    """Return when a process was started, in ticks since the computer was (proc(5)).

    -1 once gone.
    """
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        return float(told.rpartition(")")[2].split()[_START_TIME])
    except (OSError, IndexError, ValueError):
        return -1.0


def guards(words: list[str]) -> bool:
    """Check whether this is the command line of an agent, started by its name or by Python."""
    told = _told(words)
    return bool(told) and told[0] in _GUARDING


def asks(words: list[str]) -> bool:
    """Check whether this is the step of a user who wants to be enrolled by the keeper."""
    return _told(words)[: len(_ASKING)] == _ASKING


def _told(words: list[str]) -> list[str]:
    """Return what the program was told; nothing when this is another program."""
    for place, word in enumerate(words):
        if Path(word).name == _PROGRAM:
            return words[place + 1 :]
    return []


class Agents:
    """Remembers the agent of each session between two looks."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def chosen(self, found: Mapping[str, Started]) -> dict[str, str]:
        """Return the agent of each session: the known one while it is there, else the oldest."""
        self._known = {
            session: _chosen(started, self._known.get(session, ""))
            for session, started in found.items()
            if started
        }
        return dict(self._known)


def _chosen(started: Started, known: str) -> str:
    every = [_name(at, pid) for at, pid in sorted((at, pid) for pid, at in started.items())]
    return known if known in every else every[0]


def _name(at: float, pid: int) -> str:
    return f"{pid} {at:.3f}"
