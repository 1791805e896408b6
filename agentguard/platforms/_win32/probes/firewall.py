"""The host firewall: Windows' own by the rules in force, others by Security Center.

The orders of group policy and MDM come first, then the active store, which has what is in force,
and last the object of the local setting. What is in force may be told to the keeper alone.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace

from agentguard.model.facts import FirewallSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._one_question import open_for
from agentguard.platforms._win32 import com, keeper_sheet, registry
from agentguard.platforms._win32.component_answers import (
    DENIED,
    FIREWALL,
    PROFILES,
    ComponentError,
    Profiles,
    firewall,
    in_force,
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
SPACE = r"root\StandardCimv2"
FORCE = "SELECT Name, Enabled FROM MSFT_NetFirewallProfile"
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


def _store() -> tuple[dict[str, object], ...]:
    return com.rows(SPACE, FORCE, "Name", "Enabled", context=("PolicyStore", "ActiveStore"))


LOCAL = com.question("firewall", SECONDS, _profiles)
ACTIVE = com.question("firewall in force", SECONDS, _store)


def _windows() -> tuple[Profiles, bool]:
    """Return what is said of each profile, and whether the keeper was told what is in force."""
    orders = managed()
    by_keeper = False
    try:
        force = in_force(ACTIVE.ask())
    except ComponentError:
        force = in_force(keeper_sheet.told("firewall") or ())
        by_keeper = bool(force)
    active, enabled = LOCAL.ask()
    return Profiles(active=active, enabled=enabled, managed=orders, force=force), by_keeper


def _others() -> tuple[dict[str, object], ...]:
    return com.rows(SECURITY_CENTER, OTHERS, "displayName", "productState")


PRODUCTS = com.question("firewalls", SECONDS, _others)


def read(at: Moment, _policy: Policy) -> FirewallSeen:
    """Ask both; Windows Server has no Security Center."""
    others: tuple[dict[str, object], ...] = ()
    with suppress(ComponentError):
        others = PRODUCTS.ask()
    profiles, why, by_keeper = Profiles(), "", False
    try:
        profiles, by_keeper = _windows()
    except PermissionError:
        why = DENIED
    except ComponentError as problem:
        why = problem.unread
    told = firewall(profiles, others, at)
    if by_keeper and told.product == FIREWALL:
        told = replace(told, by_keeper=True)
    return FirewallSeen(at=at, unread=why) if why and not told.on else told


PROBE = Probe(name="firewall", every=300, read=read, open=open_for(LOCAL, ACTIVE, PRODUCTS))
