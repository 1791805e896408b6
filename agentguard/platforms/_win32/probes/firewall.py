"""The host firewall: Windows' own by its policy object, others by Security Center."""

from __future__ import annotations

import sys
from contextlib import suppress

from agentguard.model.facts import FirewallSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._win32 import com
from agentguard.platforms._win32.component_answers import PROFILES, ComponentError, firewall
from agentguard.platforms._win32.probes.antivirus import SECURITY_CENTER
from agentguard.ports.desktop import Probe

if sys.platform != "win32":
    raise ImportError("This probe is for Windows.")

SECONDS = 15.0
OTHERS = "SELECT displayName, productState FROM FirewallProduct"


def _profiles() -> tuple[object, dict[int, object]]:
    policy = com.create("HNetCfg.FwPolicy2")
    enabled = {profile: policy.get("FirewallEnabled", profile) for profile in PROFILES}
    return policy.get("CurrentProfileTypes"), enabled


def _others() -> tuple[dict[str, object], ...]:
    return com.rows(SECURITY_CENTER, OTHERS, "displayName", "productState")


def read(at: Moment, _policy: Policy) -> FirewallSeen:
    """Ask both; Windows Server has no Security Center."""
    others: tuple[dict[str, object], ...] = ()
    with suppress(ComponentError):
        others = com.within(SECONDS, _others)
    try:
        active, enabled = com.within(SECONDS, _profiles)
    except ComponentError as problem:
        told = firewall(None, {}, others, at)
        return told if told.on else FirewallSeen(at=at, unread=problem.unread)
    return firewall(active, enabled, others, at)


PROBE = Probe(name="firewall", every=300, read=read)
