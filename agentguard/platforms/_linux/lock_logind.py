"""The idle action of systemd-logind (logind.conf(5), IdleAction= and IdleActionSec=)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.model.locking import LockSource, Standing
from agentguard.platforms._linux import bus
from agentguard.platforms._linux.bus import DBusAddress

NAME = "systemd-logind"
SYSTEMD = Path("/run/systemd/system")
"""This folder is there while systemd runs (sd_booted(3))."""

_MANAGER = DBusAddress(
    "/org/freedesktop/login1", "org.freedesktop.login1", "org.freedesktop.login1.Manager"
)
_SLEEPS = frozenset({"suspend", "hibernate", "hybrid-sleep", "suspend-then-hibernate", "sleep"})


def read(environment: Mapping[str, str]) -> tuple[LockSource, ...]:
    """Ask logind itself: its files may have been changed since it read them."""
    system = bus.Bus(bus.system_address(environment))
    try:
        action = str(system.get(_MANAGER, "IdleAction"))
        seconds = float(system.get(_MANAGER, "IdleActionUSec")) / 1_000_000
    except PlatformError:
        there = SYSTEMD.exists() or "DBUS_SYSTEM_BUS_ADDRESS" in environment
        return (LockSource(name=NAME, standing=Standing.UNREAD),) if there else ()
    finally:
        system.close()
    return (source(action, seconds),)


def source(action: str, seconds: float) -> LockSource:
    """Return what an idle action does for the lock; going to sleep is none by itself."""
    if action == "lock":
        return LockSource(name=NAME, standing=Standing.LOCKS, seconds=seconds, managed=True)
    if action in _SLEEPS:
        return LockSource(name=NAME, standing=Standing.BLANKS, seconds=seconds, managed=True)
    return LockSource(name=NAME, standing=Standing.NEVER, managed=True)
