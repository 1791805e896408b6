"""Locks by starting a locker program; its process is the lock.

A locker that cannot work on a display says so by ending at once, and then the next one is tried.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping

from agentguard.platforms._linux import commands

LASTS = 0.4
"""Seconds after which a locker that still runs is taken to have begun."""
LOOK = 0.05


class Locker:
    """The first installed locker that fits the display and stays."""

    name = "locker"

    def __init__(self, environment: Mapping[str, str], *, wayland: bool) -> None:
        self._environment = environment
        self._wayland = wayland
        self._pid: int | None = None
        self._ended = False
        self._pause = threading.Event()

    def locked(self) -> bool | None:
        """Return whether the locker that was started here still runs; None when none was."""
        if self._pid is None:
            return None
        self._ended = self._ended or not commands.still_runs(self._pid)
        return not self._ended

    def lock(self) -> bool:
        """Start a locker unless one runs; tell whether one does."""
        if self.locked():
            return True
        fitting = (n for n in commands.LOCKERS if (n in commands.WAYLAND_LOCKERS) == self._wayland)
        return any(self._started(name) for name in fitting)

    def _started(self, name: str) -> bool:
        pid = commands.start_locker(name, self._environment)
        if pid is None:
            return False
        self._pid, self._ended = pid, False
        for _ in range(round(LASTS / LOOK)):
            if not self.locked():
                return False
            self._pause.wait(LOOK)
        return True
