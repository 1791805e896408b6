"""Locks by starting a locker program; its process is the lock."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping

from agentguard.platforms._linux import commands


class Locker:
    """The first installed locker that fits the display."""

    name = "locker"

    def __init__(self, environment: Mapping[str, str], *, wayland: bool) -> None:
        self._environment = environment
        self._wayland = wayland
        self._child: subprocess.Popen[bytes] | None = None

    def locked(self) -> bool | None:
        """Tell whether the locker that was started here still runs; None when none was."""
        if self._child is None:
            return None
        return self._child.poll() is None

    def lock(self) -> bool:
        """Start a locker unless one runs; tell whether one does."""
        if self.locked():
            return True
        for name in commands.LOCKERS:
            if (name in commands.WAYLAND_LOCKERS) == self._wayland:
                self._child = commands.start_locker(name, self._environment)
                if self._child is not None:
                    return True
        return False
