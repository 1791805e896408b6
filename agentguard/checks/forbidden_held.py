"""Card security codes and track data in the vault are on their way out, and in time."""

from __future__ import annotations

from agentguard.checks.base import HOUR, Check, NoSettings
from agentguard.model.events import Facts
from agentguard.model.facts import ForbiddenHeld
from agentguard.model.proofs import disproves, supports
from agentguard.model.verdicts import Severity, Verdict, passed, unknown, wrong


def judge(event: ForbiddenHeld, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Held at all is a finding: what it is about must be looked into before it goes."""
    if event.unread:
        return unknown("forbidden-held.unread")
    if not event.count:
        return passed("forbidden-held.none")
    if event.held:
        return wrong("forbidden-held.on-hold", count=event.count)
    if event.stuck:
        return wrong("forbidden-held.stuck", count=event.count, stuck=event.stuck)
    if event.waiting:
        return wrong("forbidden-held.waits", count=event.count, waiting=event.waiting)
    return wrong("forbidden-held.held", count=event.count, hours=event.hours)


CHECK = Check(
    id="forbidden-held",
    measure=8,
    severity=Severity.CRITICAL,
    on=(ForbiddenHeld,),
    settings=NoSettings,
    judge=judge,
    fresh=HOUR,
    proves=(
        *disproves("PCI DSS 3.3.1"),
        *supports("PCI DSS 12.10.7", "ISO 27001 A.8.10", "NIST CSF PR.DS-01", "CIS 3.5"),
    ),
    lessons=("card-data",),
)
