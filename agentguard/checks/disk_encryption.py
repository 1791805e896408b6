"""Full-disk encryption of the volumes that hold the system and the users' data."""

from __future__ import annotations

from agentguard.checks.base import DAY, Check, NoSettings, belong, not_read, told_by
from agentguard.model.events import Facts
from agentguard.model.facts import DisksSeen
from agentguard.model.verdicts import (
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    unknown,
    wrong,
)


def _judged(event: DisksSeen) -> Verdict:
    """Every fixed volume must be encrypted; one that could not be read is unknown, never red."""
    if event.unread:
        return not_read(event)
    if not event.volumes:
        return not_applicable("disk-encryption.none")
    clear = [v.mount for v in event.volumes if v.encrypted is False]
    if clear:
        return wrong("disk-encryption.clear", volumes=", ".join(clear))
    unread = [v.mount for v in event.volumes if v.encrypted is None]
    if unread:
        return unknown("disk-encryption.unread", volumes=", ".join(unread))
    return passed("disk-encryption.on", count=len(event.volumes))


def judge(event: DisksSeen, _facts: Facts, _settings: NoSettings) -> Verdict:
    """Judge what was read, and say who was told of it."""
    return told_by(_judged(event), event)


CHECK = Check(
    id="disk-encryption",
    measure=1,
    severity=Severity.HIGH,
    on=(DisksSeen,),
    settings=NoSettings,
    judge=judge,
    fresh=DAY,
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "disk-encryption.clear"),
)
