"""No history of what is copied is kept, and none of it goes to other devices.

What another program has kept before it was taken off the clipboard nobody can take back, so the
history itself is the finding.
"""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings, few
from agentguard.model.events import Facts
from agentguard.model.machine import ClipboardHistorySeen
from agentguard.model.proofs import supports
from agentguard.model.verdicts import Severity, Verdict, passed, unknown, wrong


def judge(event: ClipboardHistorySeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Expect no history, and nothing that is sent; what is not known proves nothing."""
    if event.unread:
        return unknown(f"unread.{event.unread}")
    if event.sent:
        return wrong("clipboard-history.sent", products=few(event.products))
    if event.kept:
        return wrong("clipboard-history.kept", products=few(event.products))
    return passed("clipboard-history.none")


CHECK = Check(
    id="clipboard-history",
    measure=4,
    severity=Severity.MEDIUM,
    on=(ClipboardHistorySeen,),
    settings=NoSettings,
    judge=judge,
    fresh=DAY,
    proves=supports("PCI DSS 3.4.2", "ISO 27001 A.8.12", "NIST CSF PR.DS-10", "CIS 4.8"),
    lessons=("clipboard",),
)
