"""Updates are looked for, installed in time, and not waiting for a restart.

PCI DSS 4.0.1, 6.3.3: critical and high-security patches within one month of their release.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import DAY, Check
from agentguard.model.events import Facts
from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import Moment
from agentguard.model.verdicts import Severity, Verdict, passed, unknown, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How long things may wait."""

    looked_days: int = field(
        default=7,
        metadata={"doc": "Days since updates were last looked for.", "min": 1, "max": 365},
    )
    installed_days: int = field(
        default=30,
        metadata={
            "doc": "Days since updates were last installed while security updates wait.",
            "min": 1,
            "max": 365,
        },
    )
    reboot_days: int = field(
        default=3, metadata={"doc": "Days for which a restart may be due.", "min": 0, "max": 365}
    )


def judge(event: PatchesSeen, _facts: Facts, settings: Settings) -> Verdict:
    """Read ages off the calendar; a time from the future says nothing."""
    if event.unread:
        return unknown(f"unread.{event.unread}")
    return _late(event, settings) or _waiting(event, settings)


def _late(event: PatchesSeen, settings: Settings) -> Verdict | None:
    reboot, installed, looked = (
        _days(then, event.at) for then in (event.reboot, event.installed, event.looked)
    )
    if reboot is not None and reboot >= settings.reboot_days:
        return wrong("patches.reboot", days=reboot)
    if event.security and installed is not None and installed > settings.installed_days:
        return wrong("patches.waiting", count=event.security, days=installed)
    if looked is None:
        return unknown("patches.unread")
    if looked > settings.looked_days:
        return wrong("patches.not-looked", days=looked)
    return None


def _waiting(event: PatchesSeen, settings: Settings) -> Verdict:
    if event.security is None:
        return unknown("patches.uncounted")
    if event.security:
        return passed("patches.in-time", count=event.security, days=settings.installed_days)
    return passed("patches.current")


def _days(then: float | None, at: Moment) -> int | None:
    if then is None or not 0 <= at.wall - then < DAY * 100_000:
        return None
    return int((at.wall - then) / DAY)


CHECK = Check(
    id="patches",
    measure=9,
    severity=Severity.MEDIUM,
    on=(PatchesSeen,),
    settings=Settings,
    judge=judge,
    fresh=DAY,
    proves=("PCI DSS 6.3.3", "ISO 27001 A.8.8", "NIST CSF PR.PS-02", "CIS 7.3"),
)
