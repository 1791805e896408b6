"""An agent can reach somebody in an incident, with the network or without."""

from __future__ import annotations

from agentguard.checks.base import HOUR, Check, NoSettings, belong
from agentguard.model.events import Event, Facts, PolicyInForce, Tick, UplinkState
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong

NOBODY = "incident-response.no-contact"


def judge(event: Event, facts: Facts, _settings: NoSettings) -> Verdict | None:
    """Ask for a telephone number, or for a name with a way to the console."""
    in_force = facts.get(PolicyInForce)
    if in_force is None:
        return None
    contact = in_force.policy.contact
    by_console = bool(contact.name.strip()) and not contact.phone.strip()
    if isinstance(event, Tick) and not by_console:
        return None
    if by_console:
        return _by_console(event, facts)
    return passed("incident-response.phone") if contact.phone.strip() else wrong(NOBODY)


def _by_console(event: Event, facts: Facts) -> Verdict:
    """Believe the last report for an hour: an uplink that says nothing more reaches nobody."""
    uplink = facts.get(UplinkState)
    if uplink is None or uplink.problem or event.at.since(uplink.at) > HOUR:
        return unknown("incident-response.offline")
    return passed("incident-response.console")


CHECK = Check(
    id="incident-response",
    measure=8,
    severity=Severity.MEDIUM,
    on=(PolicyInForce, UplinkState, Tick),
    settings=NoSettings,
    judge=judge,
    lessons=("say-it-early",),
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "incident-response.no-contact"),
)
