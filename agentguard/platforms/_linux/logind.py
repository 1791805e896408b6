"""Locks through systemd-logind, which tells the desktop's own locker, and reads its hint."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.bus import Bus, BusRefused, DBusAddress

_NAME = "org.freedesktop.login1"
_MANAGER = DBusAddress("/org/freedesktop/login1", _NAME, f"{_NAME}.Manager")
_SESSION = f"{_NAME}.Session"
_USER = f"{_NAME}.User"
GRAPHICAL = frozenset({"x11", "wayland", "mir"})
OPEN = frozenset({"online", "active"})
"""Types of a session with a desktop, and states of one where somebody is logged on."""


class Logind:
    """The user's session at logind.

    LockedHint is set by the locker; until one has set it, False proves nothing.
    """

    name = "logind"

    def __init__(self, bus: Bus, environment: Mapping[str, str]) -> None:
        self._bus = bus
        self._id = environment.get("XDG_SESSION_ID", "")
        self._path = ""
        self._was_active = False

    def locked(self) -> bool | None:
        """Read the hint; None when logind does not answer."""
        try:
            return bool(self._bus.get(self._session(), "LockedHint"))
        except PlatformError:
            self._path = ""
            return None

    def active(self) -> bool | None:
        """Return whether this session is the one in front at its seat; None when it is not known.

        A session that was never seen in front, such as a remote one, has no front to lose.
        """
        try:
            active = bool(self._bus.get(self._session(), "Active"))
        except PlatformError:
            self._path = ""
            return None
        self._was_active = self._was_active or active
        return active if self._was_active else None

    def lock(self) -> bool:
        """Ask for the lock; tell whether logind took the request."""
        try:
            self._bus.call(self._session(), "Lock")
        except PlatformError:
            self._path = ""
            return False
        return True

    def _session(self) -> DBusAddress:
        if not self._path:
            self._path = self._find()
        return DBusAddress(self._path, _NAME, _SESSION)

    def _find(self) -> str:
        """Find the session: by its id, by this process, or as the user's graphical one.

        A user service belongs to no session, so the last way is the usual one.
        """
        if self._id:
            return str(self._bus.call(_MANAGER, "GetSession", "s", self._id)[0])
        try:
            return str(self._bus.call(_MANAGER, "GetSessionByPID", "u", os.getpid())[0])
        except BusRefused:
            return self._graphical()

    def _graphical(self) -> str:
        (user,) = self._bus.call(_MANAGER, "GetUser", "u", _uid())
        _, path = self._bus.get(DBusAddress(user, _NAME, _USER), "Display")
        if path == "/":
            raise PlatformError("This user has no graphical session.")
        return str(path)


def session_ends(bus: Bus) -> bool:
    """Check whether logind says that the computer stops, or that this user has no desktop left."""
    try:
        if bus.get(_MANAGER, "PreparingForShutdown"):
            return True
        (user,) = bus.call(_MANAGER, "GetUser", "u", _uid())
        sessions = bus.get(DBusAddress(user, _NAME, _USER), "Sessions")
        return not any(_open(bus, path) for _, path in sessions)
    except PlatformError:
        return False


def _open(bus: Bus, path: str) -> bool:
    address = DBusAddress(path, _NAME, _SESSION)
    try:
        kind, state = (str(bus.get(address, name)) for name in ("Type", "State"))
    except PlatformError:  # it has just ended
        return False
    return kind in GRAPHICAL and state in OPEN


def _uid() -> int:
    if sys.platform == "win32":
        return -1
    return os.getuid()
