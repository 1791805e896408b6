"""When the screen locks by itself, by every setting of Windows that has a say."""

from __future__ import annotations

import sys

from agentguard.model.locking import LockLimitsSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import power, registry
from agentguard.platforms._win32.lock_answers import sources
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

POLICY = r"Software\Policies\Microsoft\Windows\Control Panel\Desktop"
USER = r"Control Panel\Desktop"
MANAGED = r"SOFTWARE\Microsoft\PolicyManager\current\device\DeviceLock"
MACHINE = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"


def read(at: Moment, _policy: Policy) -> LockLimitsSeen:
    """Read the settings of this user and this machine."""
    found = sources(
        registry.values(registry.USER, POLICY),
        registry.values(registry.USER, USER),
        registry.values(registry.MACHINE, MACHINE),
        power.plan(),
        registry.values(registry.MACHINE, MANAGED),
    )
    return LockLimitsSeen(at=at, sources=found)


PROBE = Probe(name="lock-limits", every=120, read=read)
