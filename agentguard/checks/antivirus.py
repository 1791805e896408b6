"""An antivirus or EDR product is on and current."""

from __future__ import annotations

from agentguard.checks.base import HOUR, Check, NoSettings, belong, few, not_read
from agentguard.model.events import Facts
from agentguard.model.facts import AntivirusSeen
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong


def judge(event: AntivirusSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """One product that is on and current is enough; what could not be told is never red."""
    if event.unread:
        return not_read(event)
    if not event.products:
        return wrong("antivirus.none")
    good = [p.product for p in event.products if p.on and p.current]
    if good:
        return passed("antivirus.on", products=few(good))
    unread = [p.product for p in event.products if _untold(p.on, p.current)]
    if unread:
        return unknown("antivirus.unread", products=few(unread))
    outdated = [p.product for p in event.products if p.on]
    if outdated:
        return wrong("antivirus.outdated", products=few(outdated))
    return wrong("antivirus.off", products=few(p.product for p in event.products))


def _untold(on: bool | None, current: bool | None) -> bool:  # noqa: FBT001 - two readings of a fact
    """Check whether the product may be good for all that could be read."""
    return on is not False and current is not False


CHECK = Check(
    id="antivirus",
    measure=5,
    severity=Severity.HIGH,
    on=(AntivirusSeen,),
    settings=NoSettings,
    judge=judge,
    fresh=4 * HOUR,
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "antivirus.none", "antivirus.outdated", "antivirus.off"),
)
