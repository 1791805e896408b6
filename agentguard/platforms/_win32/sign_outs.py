"""The sessions that people are leaving, as the service manager tells the keeper.

A session stays among the others for a moment after its person has signed out; what ends in it then
was ended by Windows. Source: Microsoft's reference of winuser.h (WM_WTSSESSION_CHANGE) and of
HandlerEx (winsvc.h), which gets a WTSSESSION_NOTIFICATION.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

LOGON, LOGOFF = 5, 6  # WTS_SESSION_LOGON, WTS_SESSION_LOGOFF
GRACE = 30.0
"""Seconds for a session that is being left; one that is still there goes on."""


class SignOuts:
    """Who is leaving; `seconds` is any clock that never goes back. Any thread may call."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._guard = threading.Lock()
        self._since: dict[int, float] = {}

    def heard(self, kind: int, session: int) -> None:
        """Take what Windows tells of a session."""
        with self._guard:
            if kind == LOGOFF:
                self._since[session] = self._seconds()
            elif kind == LOGON:
                self._since.pop(session, None)

    def leaving(self) -> frozenset[int]:
        """Return the sessions that are being left."""
        now = self._seconds()
        with self._guard:
            self._since = {one: at for one, at in self._since.items() if now - at < GRACE}
            return frozenset(self._since)
