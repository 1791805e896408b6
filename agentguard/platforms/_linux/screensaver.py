"""Locks through the desktop environment's own screen saver service on the session bus."""

from __future__ import annotations

import time

from agentguard.errors import PlatformError
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


class ScreenSaver:
    """The first of the services that is there, or that the bus would start."""

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
        """Ask each service for the lock until one takes it; tell whether one did."""
        self._looked = float("-inf")
        return any(self._ask(service) for service in self._startable())

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

    def _startable(self) -> tuple[DBusAddress, ...]:
        there = self._among(startable=False)
        return there or self._among(startable=True)

    def _among(self, *, startable: bool) -> tuple[DBusAddress, ...]:
        try:
            names = self._bus.names(startable=startable)
        except PlatformError:
            return ()
        return tuple(service for service in SERVICES if service.bus_name in names)
