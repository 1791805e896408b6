"""The screen is locked when nobody has been at the desk for a while."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import MINUTE, Check
from agentguard.model.events import Facts, SessionState
from agentguard.model.verdicts import Severity, Verdict, passed, unknown, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """When the screen must be locked."""

    limit_minutes: int = field(
        default=15,
        metadata={"doc": "Minutes without keyboard or mouse until the lock.", "min": 1, "max": 60},
    )


def judge(event: SessionState, _facts: Facts, settings: Settings) -> Verdict:
    """Idle beyond the limit and not locked is wrong; only the idle timer counts, no clock."""
    if event.locked is None:
        return unknown("screen-lock.no-lock-source")
    if event.locked:
        return passed("screen-lock.locked")
    if event.idle is None:
        return unknown("screen-lock.no-idle-source")
    if event.idle >= settings.limit_minutes * MINUTE:
        return wrong("screen-lock.open", minutes=settings.limit_minutes)
    return passed("screen-lock.watched", minutes=settings.limit_minutes)


CHECK = Check(
    id="screen-lock",
    measure=4,
    severity=Severity.HIGH,
    on=(SessionState,),
    settings=Settings,
    judge=judge,
    fresh=MINUTE,
    proves=("PCI DSS 8.2.8", "ISO 27001 A.7.7", "NIST CSF PR.AA-05", "CIS 4.3"),
    lessons=("lock-screen",),
)
