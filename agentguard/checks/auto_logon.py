"""Nobody is signed in without a password."""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings, belong, not_read
from agentguard.model.events import Facts
from agentguard.model.machine import AutoLogonSeen
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong


def judge(event: AutoLogonSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Expect no automatic sign-in in any sign-in screen's settings."""
    if event.unread:
        return not_read(event)
    if event.on is None:
        return unknown("auto-logon.unread")
    if event.on:
        return wrong("auto-logon.on", product=event.product)
    return passed("auto-logon.off")


CHECK = Check(
    id="auto-logon",
    measure=4,
    severity=Severity.HIGH,
    on=(AutoLogonSeen,),
    settings=NoSettings,
    judge=judge,
    fresh=DAY,
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "auto-logon.on"),
)
