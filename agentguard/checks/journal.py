"""The agent's own journal is whole."""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings, belong
from agentguard.model.events import Facts, JournalChecked
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong


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
    lessons=("black-box",),
    owner=Owner.SUPERVISOR,
    owners=belong(Owner.SUPERVISOR, "journal.broken"),
)
