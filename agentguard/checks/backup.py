"""The newest backup is young enough."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import DAY, HOUR, Check, belong, not_read
from agentguard.model.events import Facts, PolicyInForce
from agentguard.model.facts import BackupSeen
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    unknown,
    wrong,
)

SKEW_HOURS = 24  # a time stamp further ahead than time zones explain is not believed


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How old the newest backup may be."""

    max_hours: int = field(
        default=48,
        metadata={"doc": "The greatest age of the newest backup in hours.", "min": 1, "max": 8760},
    )


def judge(event: BackupSeen, facts: Facts, settings: Settings) -> Verdict:
    """Read the age off the calendar, since a backup's time stamp is a wall time."""
    if event.unread:
        return not_read(event)
    if event.newest is None:
        return _none(facts)
    hours = (event.at.wall - event.newest) / HOUR
    if hours > settings.max_hours:
        return wrong("backup.old", hours=settings.max_hours)
    if not hours >= -SKEW_HOURS:
        return unknown("backup.future")
    return passed("backup.fresh", hours=settings.max_hours)


def _none(facts: Facts) -> Verdict:
    policy = facts.get(PolicyInForce)
    if policy is not None and not policy.policy.backup_markers:
        return not_applicable("backup.not-named")
    return wrong("backup.none")


CHECK = Check(
    id="backup",
    measure=4,
    severity=Severity.MEDIUM,
    on=(BackupSeen,),
    settings=Settings,
    judge=judge,
    fresh=DAY,
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "backup.none", "backup.old"),
)
