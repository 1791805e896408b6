"""The controls of this desk are shown to work, again and again, with made-up trouble."""

from __future__ import annotations

from dataclasses import dataclass, field

from agentguard.checks.base import DAY, Check, belong, few, named
from agentguard.model.drills import DrillOutcome, DrillsKnown
from agentguard.model.events import Facts
from agentguard.model.verdicts import Owner, Severity, Verdict, not_applicable, passed, wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which drills are run, how often, and when one that was not run is a finding."""

    drills: tuple[str, ...] = field(
        default=("*",), metadata={"doc": "Ids of the drills that are run (* for all)."}
    )
    every_days: int = field(
        default=7,
        metadata={
            "doc": "Days between two runs of a drill; 0: none runs by itself.",
            "min": 0,
            "max": 90,
        },
    )
    late_days: int = field(
        default=8,
        metadata={
            "doc": "Days after which a drill that was not run is a finding.",
            "min": 1,
            "max": 365,
        },
    )


def judge(event: DrillsKnown, _facts: Facts, settings: Settings) -> Verdict:
    """Expect each wanted drill to have been run in time, and to have passed where it is possible.

    What cannot be run here, or was put off for the person, is no fault; that it was not run for too
    long is one.
    """
    wanted = [one for one in event.standings if named(one.drill, settings.drills)]
    if not wanted:
        return not_applicable("drills.none")
    failed = [one.drill for one in wanted if one.outcome is DrillOutcome.FAILED]
    if failed:
        return wrong("drills.failed", drills=few(failed))
    late = [one.drill for one in wanted if settings.every_days and one.days >= settings.late_days]
    if late:
        return wrong("drills.overdue", days=settings.late_days, drills=few(late))
    run = [one for one in wanted if one.outcome is not None]
    if not run:
        return not_applicable("drills.not-yet")
    done = [one for one in run if one.outcome is DrillOutcome.PASSED]
    if not done:
        return not_applicable("drills.not-possible")
    return passed("drills.passed", drills=few(one.drill for one in done))


CHECK = Check(
    id="drills",
    measure=7,
    severity=Severity.HIGH,
    on=(DrillsKnown,),
    settings=Settings,
    judge=judge,
    fresh=2 * DAY,
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "drills.failed", "drills.overdue"),
)
