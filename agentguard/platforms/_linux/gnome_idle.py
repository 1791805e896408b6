"""Idle time from GNOME's compositor, which offers no protocol for it: its own service tells.

`org.gnome.Mutter.IdleMonitor` counts milliseconds since the last input of any device:
https://gitlab.gnome.org/GNOME/mutter/-/blob/main/data/dbus-interfaces/org.gnome.Mutter.IdleMonitor.xml
"""

from __future__ import annotations

from collections.abc import Mapping

from agentguard.platforms._linux.bus import Bus, DBusAddress

DESKTOP = "GNOME"
_CORE = DBusAddress(
    "/org/gnome/Mutter/IdleMonitor/Core",
    "org.gnome.Mutter.IdleMonitor",
    "org.gnome.Mutter.IdleMonitor",
)


def is_gnome(environment: Mapping[str, str]) -> bool:
    """Check whether the session says of itself that it is GNOME's, as `ubuntu:GNOME` does."""
    return DESKTOP in environment.get("XDG_CURRENT_DESKTOP", "").split(":")


class GnomeIdle:
    """Asks at each question."""

    name = "mutter"

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def seconds(self) -> float:
        """Read the idle time.

        Raises:
            PlatformError: GNOME does not answer.

        """
        (milliseconds,) = self._bus.call(_CORE, "GetIdletime")
        return float(milliseconds) / 1000
