"""The host firewall is on."""

from __future__ import annotations

from agentguard.checks.base import HOUR, Check, NoSettings, belong, not_read, told_by
from agentguard.model.events import Facts
from agentguard.model.facts import FirewallSeen
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong


def _judged(event: FirewallSeen) -> Verdict:
    """Judge the firewall; one whose state could not be told is unknown, never red."""
    if event.unread:
        return not_read(event)
    if event.on is None:
        return not_read(event) if event.asked else unknown("firewall.unread")
    if not event.on:
        return wrong("firewall.off" if event.agreed else "firewall.off-in-force")
    if not event.agreed:
        return passed("firewall.on-in-force", product=event.product)
    if event.product:
        return passed("firewall.on", product=event.product)
    return passed("firewall.on-unnamed")


def judge(event: FirewallSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Judge what was read, and say who was told of it."""
    return told_by(_judged(event), event)


CHECK = Check(
    id="firewall",
    measure=5,
    severity=Severity.HIGH,
    on=(FirewallSeen,),
    settings=NoSettings,
    judge=judge,
    fresh=4 * HOUR,
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "firewall.off", "firewall.off-in-force"),
)
