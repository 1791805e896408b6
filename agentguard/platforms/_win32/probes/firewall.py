"""The host firewall: Windows' own by its policies and its object, others by Security Center.

What group policy or MDM orders is in force, whatever the local setting says; so they come first.
"""

from __future__ import annotations

import sys
from contextlib import suppress

from agentguard.model.facts import FirewallSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import com, registry
from agentguard.platforms._win32.component_answers import (
    DENIED,
    PROFILES,
    ComponentError,
    Profiles,
    firewall,
)
from agentguard.platforms._win32.probes.antivirus import SECURITY_CENTER
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 15.0
STORES = (
    r"SOFTWARE\Policies\Microsoft\WindowsFirewall",
    r"SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\Mdm",
)
"""Where group policy and MDM write their orders."""
NAMES = {1: ("DomainProfile",), 2: ("StandardProfile", "PrivateProfile"), 4: ("PublicProfile",)}
OTHERS = "SELECT displayName, productState FROM FirewallProduct"


def _profiles() -> tuple[object, dict[int, object]]:
    policy = com.create("HNetCfg.FwPolicy2")
    enabled = {profile: policy.get("FirewallEnabled", profile) for profile in PROFILES}
    return policy.get("CurrentProfileTypes"), enabled


def managed() -> dict[int, tuple[object, ...]]:
    """Return what policies order for each profile.

    Raises:
        PermissionError: this user may not read it.

    """
    return {
        profile: tuple(
            registry.values(registry.MACHINE, f"{store}\\{name}").get("EnableFirewall")
            for store in STORES
            for name in names
        )
        for profile, names in NAMES.items()
    }


def _windows() -> Profiles:
    orders = managed()
    active, enabled = com.within(SECONDS, _profiles)
    return Profiles(active=active, enabled=enabled, managed=orders)


def _others() -> tuple[dict[str, object], ...]:
    return com.rows(SECURITY_CENTER, OTHERS, "displayName", "productState")


def read(at: Moment, _policy: Policy) -> FirewallSeen:
    """Ask both; Windows Server has no Security Center."""
    others: tuple[dict[str, object], ...] = ()
    with suppress(ComponentError):
        others = com.within(SECONDS, _others)
    profiles, why = Profiles(), ""
    try:
        profiles = _windows()
    except PermissionError:
        why = DENIED
    except ComponentError as problem:
        why = problem.unread
    told = firewall(profiles, others, at)
    return FirewallSeen(at=at, unread=why) if why and not told.on else told


PROBE = Probe(name="firewall", every=300, read=read)
