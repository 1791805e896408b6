"""Card security codes and track data in the vault are on their way out, and in time."""

from __future__ import annotations

from agentguard.checks.base import HOUR, Check, NoSettings, belong
from agentguard.model.events import Facts
from agentguard.model.facts import ForbiddenHeld
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong


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
    lessons=("card-data",),
    owner=Owner.SUPERVISOR,
    owners={
        **belong(
            Owner.SUPERVISOR,
            "forbidden-held.held",
            "forbidden-held.waits",
            "forbidden-held.on-hold",
        ),
        **belong(Owner.TEAM, "forbidden-held.stuck"),
    },
)
