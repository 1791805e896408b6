"""Whether Windows keeps a history of the clipboard, or sends it to other devices."""

from __future__ import annotations

import sys

from agentguard.model.machine import ClipboardHistorySeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import registry
from agentguard.platforms._win32.remote_answers import history
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

POLICY = r"SOFTWARE\Policies\Microsoft\Windows\System"
MANAGED = r"SOFTWARE\Microsoft\PolicyManager\current\device"
AREAS = ("Experience", "Privacy")
USER = r"Software\Microsoft\Clipboard"


def read(at: Moment, _policy: Policy) -> ClipboardHistorySeen:
    """Read the policies and the user's own choice."""
    try:
        places = (POLICY, *(f"{MANAGED}\\{area}" for area in AREAS))
        policies = [registry.values(registry.MACHINE, place) for place in places]
        return history(policies, registry.values(registry.USER, USER), at)
    except PermissionError:
        return ClipboardHistorySeen(at=at, unread="denied")


PROBE = Probe(name="clipboard-history", every=3600, read=read)
