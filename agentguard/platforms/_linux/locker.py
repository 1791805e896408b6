"""Locks by starting a locker program; its process is the lock."""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.platforms._linux import commands


class Locker:
    """The first installed locker that fits the display."""

    name = "locker"

    def __init__(self, environment: Mapping[str, str], *, wayland: bool) -> None:
        self._environment = environment
        self._wayland = wayland
        self._pid: int | None = None
        self._ended = False

    def locked(self) -> bool | None:
        """Tell whether the locker that was started here still runs; None when none was."""
        if self._pid is None:
            return None
        self._ended = self._ended or not commands.still_runs(self._pid)
        return not self._ended

    def lock(self) -> bool:
        """Start a locker unless one runs; tell whether one does."""
        if self.locked():
            return True
        for name in commands.LOCKERS:
            if (name in commands.WAYLAND_LOCKERS) == self._wayland:
                pid = commands.start_locker(name, self._environment)
                if pid is not None:
                    self._pid, self._ended = pid, False
                    return True
        return False
