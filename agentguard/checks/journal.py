"""The agent's own journal is whole."""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings
from agentguard.model.events import Facts, JournalChecked
from agentguard.model.proofs import supports
from agentguard.model.verdicts import Severity, Verdict, passed, unknown, wrong


def judge(event: JournalChecked, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Ask that the hash chain holds over every entry, or the journal is no evidence."""
    if not event.whole:
        return wrong("journal.broken")
    if not event.entries:
        return unknown("journal.empty")
    return passed("journal.whole", entries=event.entries)


CHECK = Check(
    id="journal",
    measure=7,
    severity=Severity.CRITICAL,
    on=(JournalChecked,),
    settings=NoSettings,
    judge=judge,
    fresh=2 * DAY,
    proves=supports(
        "PCI DSS 10.3.4",
        "PCI DSS 10.3.3",
        "PCI DSS 10.5.1",
        "ISO 27001 A.8.15",
        "NIST CSF PR.PS-04",
        "CIS 8.9",
    ),
)
