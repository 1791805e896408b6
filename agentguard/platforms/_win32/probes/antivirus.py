"""Antivirus products, as they report themselves to Windows' Security Center."""

from __future__ import annotations

import sys

from agentguard.model.facts import AntivirusSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import com
from agentguard.platforms._win32.component_answers import ComponentError, antivirus
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 15.0
SECURITY_CENTER = r"root\SecurityCenter2"
PRODUCTS = "SELECT displayName, productState FROM AntiVirusProduct"


def _products() -> tuple[dict[str, object], ...]:
    return com.rows(SECURITY_CENTER, PRODUCTS, "displayName", "productState")


def read(at: Moment, _policy: Policy) -> AntivirusSeen:
    """Ask Security Center, which Windows Server does not have."""
    try:
        return antivirus(com.within(SECONDS, _products), at)
    except ComponentError as problem:
        return AntivirusSeen(at=at, unread=problem.unread)


PROBE = Probe(name="antivirus", every=900, read=read)
