"""Asks systemd of one of the computer's units.

Source: org.freedesktop.systemd1(5), `Manager.LoadUnit`, `Unit` and `Service`.
"""

from __future__ import annotations

from typing import Any, Protocol

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.bus import DBusAddress
from agentguard.ports.service_manager import Recovery, ServiceSeen

_NAME = "org.freedesktop.systemd1"
_MANAGER = DBusAddress("/org/freedesktop/systemd1", _NAME, f"{_NAME}.Manager")
_RECOVERY = {"always": Recovery.SET, "no": Recovery.REFUSED}
_COMES_BY_ITSELF = frozenset({"enabled", "enabled-runtime", "static", "generated"})


class SystemBus(Protocol):
    """What is needed of the bus."""

    def call(
        self, target: DBusAddress, method: str, signature: str = "", *body: Any
    ) -> tuple[Any, ...]:
        """Call a method."""
        ...

    def get(self, target: DBusAddress, name: str) -> Any:
        """Read a property."""
        ...


def seen(bus: SystemBus, unit: str) -> ServiceSeen | None:
    """Return what systemd tells of a unit; None where there is none, or nobody tells."""
    try:
        (path,) = bus.call(_MANAGER, "LoadUnit", "s", unit)
        about = DBusAddress(path, _NAME, f"{_NAME}.Unit")
        if bus.get(about, "LoadState") == "not-found":
            return None
        state, start = str(bus.get(about, "ActiveState")), str(bus.get(about, "UnitFileState"))
        again = bus.get(DBusAddress(path, _NAME, f"{_NAME}.Service"), "Restart")
    except PlatformError:
        return None
    return ServiceSeen(
        name=unit,
        state=state,
        running=state in {"active", "reloading"},
        start=start,
        automatic=start in _COMES_BY_ITSELF,
        recovery=_RECOVERY.get(str(again), Recovery.UNKNOWN),
    )
