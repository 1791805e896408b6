"""An agent can reach somebody in an incident, with the network or without."""

from __future__ import annotations

from agentguard.checks.base import Check, NoSettings
from agentguard.model.events import Event, Facts, PolicyInForce, UplinkState
from agentguard.model.verdicts import Severity, Verdict, passed, unknown, wrong


def judge(_event: Event, facts: Facts, _settings: NoSettings) -> Verdict | None:
    """Ask for a telephone number, or for a name with a way to the console."""
    in_force = facts.get(PolicyInForce)
    if in_force is None:
        return None
    contact = in_force.policy.contact
    if contact.phone.strip():
        return passed("incident-response.phone")
    if not contact.name.strip():
        return wrong("incident-response.no-contact")
    uplink = facts.get(UplinkState)
    if uplink is None or uplink.problem:
        return unknown("incident-response.offline")
    return passed("incident-response.console")


CHECK = Check(
    id="incident-response",
    measure=8,
    severity=Severity.MEDIUM,
    on=(PolicyInForce, UplinkState),
    settings=NoSettings,
    judge=judge,
    proves=("PCI DSS 12.10.1", "ISO 27001 A.5.24", "NIST CSF RS.MA-01", "CIS 17.2"),
)
