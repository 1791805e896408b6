"""No file is kept longer than its retention rule allows."""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings, belong, not_read
from agentguard.model.events import Facts
from agentguard.model.facts import RetentionSeen
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    unknown,
    wrong,
)


def judge(event: RetentionSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Files are counted, not named: their names may tell of people."""
    if event.unread:
        return not_read(event)
    if not event.rules:
        return not_applicable("retention.no-rules")
    return _old(event) if event.old else _young(event)


def _old(event: RetentionSeen) -> Verdict:
    """Tell of old files; what is so by the wall clock alone is not known to be."""
    if event.held:
        return passed("retention.on-hold", count=max(event.count, len(event.old)))
    sure = [one.age_days for one in event.old if not one.waits]
    if sure:
        count = max(event.count, len(event.old)) - event.waiting
        return wrong("retention.old", count=max(count, len(sure)), days=max(sure))
    return unknown("retention.waits", count=max(event.count, len(event.old)))


def _young(event: RetentionSeen) -> Verdict:
    if event.soon:
        return passed("retention.soon", count=event.soon, days=event.days)
    return passed("retention.young", rules=event.rules)


CHECK = Check(
    id="retention",
    measure=10,
    severity=Severity.MEDIUM,
    on=(RetentionSeen,),
    settings=NoSettings,
    judge=judge,
    fresh=2 * DAY,
    lessons=("full-drawer",),
    owners=belong(Owner.PERSON, "retention.old"),
)
