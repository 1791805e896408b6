"""Updates are looked for, installed in time, and not waiting for a restart.

What counts is how long a security update has waited: that something else was installed meanwhile,
as an antivirus' definitions are each day, says nothing. A build of Windows with its revision tells
by itself which month it is of.

PCI DSS 4.0.1, 6.3.3: critical and high-security patches within one month of their release.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import DAY, Check, belong, not_read, today
from agentguard.model.events import Event, Facts
from agentguard.model.facts import LifecyclesKnown
from agentguard.model.machine import PatchesSeen
from agentguard.model.moments import Moment
from agentguard.model.verdicts import Owner, Severity, Verdict, passed, unknown, wrong


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
            "doc": "Days that a security update may wait to be installed, from when it came out.",
            "min": 1,
            "max": 365,
        },
    )
    reboot_days: int = field(
        default=3, metadata={"doc": "Days for which a restart may be due.", "min": 0, "max": 365}
    )


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Read ages off the calendar; a time from the future says nothing."""
    seen = facts.get(PatchesSeen)
    if seen is None:
        return None
    late = _late(seen, event.at, settings) or _behind(seen, event.at, facts, settings)
    if late is not None:
        return late
    if seen.unread:
        return not_read(seen)
    return _unlooked(seen, event.at, settings) or _waiting(seen, event.at, settings)


def _late(seen: PatchesSeen, at: Moment, settings: Settings) -> Verdict | None:
    reboot, oldest = _days(seen.reboot, at), _days(seen.oldest, at)
    if reboot is not None and reboot >= settings.reboot_days:
        return wrong("patches.reboot", days=reboot)
    if seen.security and oldest is not None and oldest > settings.installed_days:
        return wrong("patches.waiting", count=seen.security, days=oldest)
    return None


def _behind(seen: PatchesSeen, at: Moment, facts: Facts, settings: Settings) -> Verdict | None:
    """Tell by the revision of a build which monthly fixes it lacks."""
    known, (build, _, revision) = facts.get(LifecyclesKnown), seen.build.partition(".")
    if known is None or not (build.isdecimal() and revision.isdecimal()):
        return None
    same = [b for b in known.builds if (b.build, b.server) == (int(build), seen.server)]
    first = same[0].lacked_by(int(revision)) if same else None
    days = (today(at) - first).days if first else 0
    if days <= settings.installed_days:
        return None
    return wrong("patches.behind", build=seen.build, date=str(first), days=days)


def _unlooked(seen: PatchesSeen, at: Moment, settings: Settings) -> Verdict | None:
    looked = _days(seen.looked, at)
    if looked is None:
        return not_read(seen) if seen.asked else unknown("patches.unread")
    if looked > settings.looked_days:
        return wrong("patches.not-looked", days=looked)
    return None


def _waiting(seen: PatchesSeen, at: Moment, settings: Settings) -> Verdict:
    if seen.security is None:
        return unknown("patches.uncounted")
    if seen.reboot is not None and _days(seen.reboot, at) is None:
        return unknown("patches.reboot-undated")
    if not seen.security:
        return passed("patches.current")
    age = _days(seen.earliest, at)
    if age is None or age > settings.installed_days:
        return unknown("patches.undated", count=seen.security)
    return passed("patches.in-time", count=seen.security, days=settings.installed_days)


def _days(then: float | None, at: Moment) -> int | None:
    if then is None or not 0 <= at.wall - then < DAY * 100_000:
        return None
    return int((at.wall - then) / DAY)


CHECK = Check(
    id="patches",
    measure=9,
    severity=Severity.MEDIUM,
    on=(PatchesSeen, LifecyclesKnown),
    settings=Settings,
    judge=judge,
    fresh=DAY,
    lessons=("open-window",),
    owner=Owner.TEAM,
    owners={
        **belong(Owner.PERSON, "patches.reboot"),
        **belong(Owner.TEAM, "patches.waiting", "patches.behind", "patches.not-looked"),
    },
)
