"""What systemd tells of the computer's units, and the user's systemd that starts the agent again.

The latter is tried with a unit that is made for the moment. It has the restart rules of the agent's
own, is bound to it, and ends with it. Its process waits for a signal and does nothing else.

Source: org.freedesktop.systemd1(5), `Manager.LoadUnit`, `Unit`, `Service`, `GetUnitByPID`,
`StartTransientUnit`, `StopUnit`; systemd.unit(5), `BindsTo=`, `CollectMode=`; systemd.service(5),
`Restart=`, `RestartSec=`.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import Any, Protocol

import psutil

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.bus import Bus, BusRefused, DBusAddress
from agentguard.ports.session_host import Recovery, ServiceSeen

_NAME = "org.freedesktop.systemd1"
_MANAGER = DBusAddress("/org/freedesktop/systemd1", _NAME, f"{_NAME}.Manager")
_RECOVERY = {"always": Recovery.SET, "no": Recovery.REFUSED}
_COMES_BY_ITSELF = frozenset({"enabled", "enabled-runtime", "static", "generated"})
_UNIT, _SERVICE = f"{_NAME}.Unit", f"{_NAME}.Service"
_GONE = frozenset({f"{_NAME}.NoSuchUnit", f"{_NAME}.NoUnitForPID"})
BEGINS, ENDS = "agentguard-", ".service"
"""How the names of such units begin and end: `agentguard-drill-1a2b.service`."""
BRINGS_BACK = frozenset({"always", "on-failure", "on-abnormal", "on-abort"})
"""Values of `Restart=` by which a service that a signal has ended is started again."""
MICRO = 1_000_000
STAND_IN = (sys.executable, "-IS", "-c", "import signal; signal.pause()")


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


class UserUnits:
    """A ports.revival.Revival; `pid` is the agent's process."""

    def __init__(self, bus: SystemBus, pid: int) -> None:
        self._bus = bus
        self._pid = pid

    def pause(self) -> float | None:
        """Return the seconds after which systemd starts this agent again; None if it does not.

        Raises:
            PlatformError: systemd does not answer.

        """
        found = self._own()
        return None if found is None else found[2] / MICRO

    def begin(self, name: str) -> None:
        """Start a stand-in with the agent's own restart rules.

        Raises:
            PlatformError: systemd refused it.

        """
        found = self._own()
        if found is None:
            raise PlatformError("Nothing starts this agent again.")
        own, restart, pause = found
        words = list(STAND_IN)
        properties: list[tuple[str, tuple[str, Any]]] = [
            ("Description", ("s", "AgentGuard tries whether it is started again")),
            ("ExecStart", ("a(sasb)", [(words[0], words, False)])),
            ("Restart", ("s", restart)),
            ("RestartUSec", ("t", pause)),
            ("CollectMode", ("s", "inactive-or-failed")),
            ("BindsTo", ("as", [own])),
            ("After", ("as", [own])),
        ]
        unit = f"{BEGINS}{name}{ENDS}"
        self._bus.call(
            _MANAGER, "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "fail", properties, []
        )

    def process(self, name: str) -> int:
        """Return the number of the stand-in's process; 0 while there is none."""
        try:
            (path,) = self._bus.call(_MANAGER, "GetUnit", "s", f"{BEGINS}{name}{ENDS}")
            return int(self._bus.get(DBusAddress(path, _NAME, _SERVICE), "MainPID"))
        except BusRefused as refused:
            if refused.name in _GONE:
                return 0
            raise

    def kill(self, process: int) -> None:
        """End the stand-in's process at once."""
        with suppress(psutil.NoSuchProcess):
            psutil.Process(process).kill()

    def left(self) -> tuple[str, ...]:
        """Return the names of stand-ins that are still there."""
        pattern = f"{BEGINS}drill-*{ENDS}"
        (units,) = self._bus.call(_MANAGER, "ListUnitsByPatterns", "asas", [], [pattern])
        return tuple(str(one[0]).removeprefix(BEGINS).removesuffix(ENDS) for one in units)

    def end(self, name: str) -> None:
        """End a stand-in for good."""
        try:
            self._bus.call(_MANAGER, "StopUnit", "ss", f"{BEGINS}{name}{ENDS}", "replace")
        except BusRefused as refused:
            if refused.name not in _GONE:
                raise

    def _own(self) -> tuple[str, str, int] | None:
        """Return the agent's unit, rule and pause in microseconds, if it is brought back."""
        try:
            (path,) = self._bus.call(_MANAGER, "GetUnitByPID", "u", self._pid)
        except BusRefused as refused:
            if refused.name in _GONE:
                return None
            raise
        own = str(self._bus.get(DBusAddress(path, _NAME, _UNIT), "Id"))
        about = DBusAddress(path, _NAME, _SERVICE)
        if not own.endswith(ENDS) or int(self._bus.get(about, "MainPID")) != self._pid:
            return None
        restart = str(self._bus.get(about, "Restart"))
        pause = int(self._bus.get(about, "RestartUSec"))
        return (own, restart, pause) if restart in BRINGS_BACK else None


def revival(address: str | None) -> UserUnits | None:
    """Return the user's systemd on a session's bus; None where the session has no bus."""
    return None if address is None else UserUnits(Bus(address), os.getpid())
