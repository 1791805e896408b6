"""The one room that touches the operating system; everybody else sees its ports."""

from __future__ import annotations

import os
import sys

from agentguard.platforms._clock import SystemClock
from agentguard.platforms._clock import boot_id as _boot_id
from agentguard.platforms._instance import only_one
from agentguard.ports.clock import Clock
from agentguard.ports.desktop import Backend

__all__ = ["boot_id", "cage", "load", "only_one", "system_clock"]


def load() -> Backend:
    """Give what this system's desktop can do; what it cannot do is Absent with a reason."""
    if sys.platform == "win32":
        from agentguard.platforms import win32  # noqa: PLC0415 - one system's door at a time

        return win32.backend()
    from agentguard.platforms import linux  # noqa: PLC0415 - one system's door at a time

    return linux.backend(os.environ)


def cage() -> str:
    """Give the name of what locks a scan child in, as `module:function`; empty without one."""
    return "agentguard.platforms._linux.cage:shut" if sys.platform == "linux" else ""


def system_clock() -> Clock:
    """Give this machine's clock."""
    return SystemClock()


def boot_id() -> str:
    """Give what tells one start of the machine from another; empty when the system has none."""
    return _boot_id()
