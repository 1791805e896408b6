"""Locks through the desktop's own screen saver service, or by starting a locker program.

The service is one on the session bus. The process of a program is the lock; a locker that cannot
work on a display says so by ending at once, and then the next one is tried.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import commands
from agentguard.platforms._linux.bus import Bus, DBusAddress

SERVICES = (
    DBusAddress(
        "/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver", "org.freedesktop.ScreenSaver"
    ),
    DBusAddress("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "org.gnome.ScreenSaver"),
    DBusAddress("/org/xfce/ScreenSaver", "org.xfce.ScreenSaver", "org.xfce.ScreenSaver"),
)
"""In the order of the most general name."""
LOOK_AGAIN = 30.0
"""Seconds after which services are looked for again when none was there."""
LASTS = 0.4
"""Seconds after which a locker that still runs is taken to have begun."""
LOOK = 0.05


class ScreenSaver:
    """The first of the services that is there."""

    name = "screensaver"

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self._running: tuple[DBusAddress, ...] = ()
        self._looked = float("-inf")

    def locked(self) -> bool | None:
        """Ask the running services; None when none can tell. Nothing is started for it."""
        for service in self._there():
            try:
                return bool(self._bus.call(service, "GetActive")[0])
            except PlatformError:
                self._looked = float("-inf")
        return None

    def lock(self) -> bool:
        """Ask each running service for the lock until one takes it; tell whether one did."""
        return self.ask(startable=False)

    def ask(self, *, startable: bool) -> bool:
        """Ask those that run, or those that the bus would start, for the lock."""
        self._looked = float("-inf")
        return any(self._ask(service) for service in self._among(startable=startable))

    def _ask(self, service: DBusAddress) -> bool:
        try:
            self._bus.call(service, "Lock")
        except PlatformError:
            return False
        return True

    def _there(self) -> tuple[DBusAddress, ...]:
        now = time.monotonic()
        if not self._running and now - self._looked < LOOK_AGAIN:
            return ()
        if now - self._looked >= LOOK_AGAIN:
            self._running = self._among(startable=False)
            self._looked = now
        return self._running

    def _among(self, *, startable: bool) -> tuple[DBusAddress, ...]:
        try:
            names = self._bus.names(startable=startable)
        except PlatformError:
            return ()
        return tuple(service for service in SERVICES if service.bus_name in names)


class StartedScreenSaver:
    """A service that the bus starts for it: one that is installed and that nobody uses."""

    name = "screensaver"

    def __init__(self, services: ScreenSaver) -> None:
        self._services = services

    def locked(self) -> bool | None:
        """Leave it to the running services, of which it is one once it was started."""
        return None

    def lock(self) -> bool:
        """Have a service started and ask it for the lock; tell whether one took it."""
        return self._services.ask(startable=True)


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
