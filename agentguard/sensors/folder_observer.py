"""The system's observer of folders, which has no thread for each folder."""

from __future__ import annotations

import sys
from collections.abc import Callable

from watchdog.observers.api import BaseObserver

if sys.platform == "win32":
    from agentguard.sensors.windows_observer import SharedObserver

    def observer_of(timeout: float, lost: Callable[[], None]) -> BaseObserver:
        """Return Windows' observer, which calls `lost` in its thread."""
        return SharedObserver(timeout, lost)
else:
    from agentguard.sensors.inotify_observer import SharedObserver

    def observer_of(timeout: float, lost: Callable[[], None]) -> BaseObserver:  # noqa: ARG001 - told by the log
        """Return Linux' observer; where it loses events, watchdog says so in its log."""
        return SharedObserver(timeout)
