"""Antivirus products, as they report themselves to Security Center, or Defender by its own class.

Windows Server has no Security Center.
"""

from __future__ import annotations

import sys

from agentguard.model.facts import AntivirusSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._one_question import open_for
from agentguard.platforms._win32 import com
from agentguard.platforms._win32.component_answers import ComponentError, antivirus, defender
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 15.0
SECURITY_CENTER = r"root\SecurityCenter2"
PRODUCTS = "SELECT displayName, productState FROM AntiVirusProduct"
DEFENDER = r"root\Microsoft\Windows\Defender"
STATUS = "SELECT * FROM MSFT_MpComputerStatus"
NAMES = (
    "AMServiceEnabled",
    "AntivirusEnabled",
    "RealTimeProtectionEnabled",
    "AMRunningMode",
    "DefenderSignaturesOutOfDate",
    "AntivirusSignatureAge",
)


def _products() -> tuple[dict[str, object], ...]:
    return com.rows(SECURITY_CENTER, PRODUCTS, "displayName", "productState")


def _defender() -> tuple[dict[str, object], ...]:
    return com.rows(DEFENDER, STATUS, *NAMES)


REGISTERED = com.question("antivirus", SECONDS, _products)
OWN = com.question("antivirus of Windows", SECONDS, _defender)


def read(at: Moment, _policy: Policy) -> AntivirusSeen:
    """Ask Security Center, and where it tells of no product, Defender itself."""
    try:
        seen = antivirus(REGISTERED.ask(), at)
    except ComponentError as problem:
        seen = AntivirusSeen(at=at, unread=problem.unread)
    if not seen.unread:
        return seen
    try:
        return defender(OWN.ask(), at)
    except ComponentError:
        return seen


PROBE = Probe(name="antivirus", every=900, read=read, open=open_for(REGISTERED, OWN))
