"""No wireless network without encryption is in use."""

from __future__ import annotations

from agentguard.checks.base import HOUR, Check, NoSettings, belong, not_read
from agentguard.model.events import Facts
from agentguard.model.machine import NetworksSeen
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong


def judge(event: NetworksSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Tell open networks and WEP, which has been broken since 2001, from protected ones."""
    if event.unread:
        return not_read(event)
    if "open" in event.wifi:
        return wrong("wireless.open")
    if "weak" in event.wifi:
        return wrong("wireless.weak")
    if any(kind != "protected" for kind in event.wifi):
        return unknown("wireless.unread")
    if event.wifi:
        return passed("wireless.protected")
    return passed("wireless.unused" if event.wireless else "wireless.none")


CHECK = Check(
    id="wireless",
    measure=1,
    severity=Severity.HIGH,
    on=(NetworksSeen,),
    settings=NoSettings,
    judge=judge,
    fresh=HOUR,
    owners=belong(Owner.PERSON, "wireless.open", "wireless.weak"),
)
