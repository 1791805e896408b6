"""The wireless networks in use, and how they are encrypted; their names are not kept.

NetworkManager tells it to every user. Where a computer has no wireless interface, nobody is asked.
"""

from __future__ import annotations

from pathlib import Path

from agentguard.model.machine import NetworksSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.probes._asked import UNSUPPORTED, Answer, ask
from agentguard.ports.desktop import Probe

INTERFACES = Path("/sys/class/net")
_ASK = ("-t", "-f", "ACTIVE,SECURITY", "device", "wifi", "list", "--rescan", "no")
_ENCRYPTED = ("WPA", "RSN", "SAE", "OWE", "802.1X")


def has_wireless(interfaces: Path) -> bool | None:
    """Return whether there is a wireless interface; None when that cannot be told."""
    try:
        found = list(interfaces.iterdir())
    except OSError:
        return None
    return any((one / "wireless").exists() or (one / "phy80211").exists() for one in found)


def read_from(answer: Answer, at: Moment) -> NetworksSeen:
    """Read what nmcli said of each network: `yes` or `no`, and its kinds of security."""
    if answer.unread:
        return NetworksSeen(at=at, wireless=True, unread=answer.unread)
    rows = (line.partition(":") for line in answer.text.splitlines())
    used = tuple(_kind(security) for active, _, security in rows if active == "yes")
    return NetworksSeen(at=at, wireless=True, wifi=used)


def _kind(security: str) -> str:
    said = security.upper()
    if any(word in said for word in _ENCRYPTED):
        return "protected"
    return "weak" if "WEP" in said else "open"


def read(at: Moment, _policy: Policy) -> NetworksSeen:
    """Look for a wireless interface, and ask NetworkManager."""
    wireless = has_wireless(INTERFACES)
    if wireless is None:
        return NetworksSeen(at=at, unread=UNSUPPORTED)
    if not wireless:
        return NetworksSeen(at=at)
    return read_from(ask("nmcli", *_ASK), at)


PROBE = Probe(name="networks", every=120, read=read)
