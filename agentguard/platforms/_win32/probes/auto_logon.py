"""Whether Windows signs somebody in by itself."""

from __future__ import annotations

import sys

from agentguard.model.machine import AutoLogonSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import registry
from agentguard.platforms._win32.machine_answers import auto_logon
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

WINLOGON = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"


def read(at: Moment, _policy: Policy) -> AutoLogonSeen:
    """Read the key that Winlogon goes by."""
    try:
        return auto_logon(registry.values(registry.MACHINE, WINLOGON), at)
    except PermissionError:
        return AutoLogonSeen(at=at, unread="denied")


PROBE = Probe(name="auto-logon", every=3600, read=read)
