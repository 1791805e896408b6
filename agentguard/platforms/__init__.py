"""The one room that touches the operating system; everybody else sees its ports."""

from __future__ import annotations

import os
import sys
from typing import Protocol

from agentguard.platforms._aside import Aside
from agentguard.platforms._clock import SystemClock
from agentguard.platforms._clock import boot_id as _boot_id
from agentguard.platforms._instance import call, called, only_one
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Backend, SystemLog
from agentguard.ports.secrets import Places

__all__ = [
    "aside",
    "boot_id",
    "cage",
    "call",
    "called",
    "leash",
    "load",
    "only_one",
    "secret_places",
    "system_clock",
]


def load() -> Backend:
    """Give what this system's desktop can do; what it cannot do is Absent with a reason."""
    if sys.platform == "win32":
        from agentguard.platforms import win32  # noqa: PLC0415 - one system's door at a time

        return win32.backend()
    from agentguard.platforms import linux  # noqa: PLC0415 - one system's door at a time

    return linux.backend(os.environ)


def secret_places() -> Places:
    """Give where this session can keep secrets; a place tells by itself when it is closed."""
    if sys.platform == "win32":
        from agentguard.platforms._win32.protected import Protected  # noqa: PLC0415 - as above

        unbound = Protected(bound=False)
        return Places(device=(Protected(bound=True), unbound), vault=(unbound,))
    from agentguard.platforms._linux.secret_service import SecretService  # noqa: PLC0415 - as above

    keyring = SecretService(os.environ)
    return Places(device=(keyring,), vault=(keyring,))


def aside(log: SystemLog) -> Aside:
    """Give a log for which nobody waits; whoever closes it gives it a moment to write."""
    return Aside(log)


def cage() -> str:
    """Give the name of what locks a scan child in, as `module:function`; empty without one."""
    return "agentguard.platforms._linux.cage:shut" if sys.platform == "linux" else ""


class Leash(Protocol):
    """Holds a process from outside; whoever closes or loses it ends the process."""

    def bound(self, memory: int) -> bool:
        """Let it take this many bytes and no more; tell whether the system sees to it."""
        ...

    def close(self) -> None:
        """End it, with what it started."""
        ...


def leash(pid: int, *, programs: bool) -> Leash | None:
    """Hold a scan child so that it ends with this process; None where its cage does more."""
    if sys.platform != "win32":
        return None
    from agentguard.platforms._win32 import job  # noqa: PLC0415 - one system's door at a time

    return job.leash(pid, programs=programs)


def system_clock() -> Clock:
    """Give this machine's clock."""
    return SystemClock()


def boot_id() -> str:
    """Give what tells one start of the machine from another; empty when the system has none."""
    return _boot_id()
