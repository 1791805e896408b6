"""Browsers, Office and the system update themselves, and do so: neither off nor stuck.

That an updater is on shows nothing by itself: it looked for updates of late, or its program's
version is of these weeks. By the version alone is judged what the company's own tool brings, what
a policy keeps at a version, and what has waited nobody knows how long for its program to be
started anew: there a look brings nothing into use.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from agentguard.checks._behind import Behind, behind
from agentguard.checks.base import DAY, Check, belong, few, named, not_read, partly, today
from agentguard.model.events import Event, Facts
from agentguard.model.facts import LifecyclesKnown
from agentguard.model.machine import Updater, UpdatersSeen
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.model.verdicts import (
    WHOLE,
    Coverage,
    Owner,
    Severity,
    Verdict,
    not_applicable,
    passed,
    unknown,
    with_gaps,
    wrong,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which updaters count, and for how long they may bring nothing."""

    ignore: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Programs whose updaters are not judged (* and ? as in a shell).",
            "stricter": "fewer",
        },
    )
    elsewhere: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Programs (* and ?) whose updates a tool of yours brings: their own updaters "
            "may be off, and they are judged by their version alone.",
            "stricter": "fewer",
        },
    )
    behind_weeks: int = field(
        default=5,
        metadata={"doc": "Weeks that a program may be behind its newest version.", "min": 1,
                  "max": 52},
    )  # fmt: skip
    looked_days: int = field(
        default=30,
        metadata={"doc": "Days since an updater last looked or brought something.", "min": 1,
                  "max": 365},
    )  # fmt: skip
    relaunch_days: int = field(
        default=3,
        metadata={
            "doc": "Days for which a newer version may wait for its program to be started anew.",
            "min": 0,
            "max": 365,
        },
    )


class Stand(StrEnum):
    """How an updater stands."""

    WAITS = "waits"
    STUCK = "stuck"
    OFF = "off"
    LATE = "late"
    STOPPED = "stopped"
    UNTOLD = "untold"
    FINE = "fine"


WRONG = {
    Stand.WAITS: "updaters.waits",
    Stand.STUCK: "updaters.stuck",
    Stand.OFF: "updaters.off",
    Stand.LATE: "updaters.late",
    Stand.STOPPED: "updaters.stopped",
}
"""What is wrong, in the order in which it is told.

What the person at the desk can mend comes first: it is done soonest, and then shows the rest.
"""


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Return what is wrong first; what is not known of one keeps the rest from passing."""
    seen, known = facts.get(UpdatersSeen), facts.get(LifecyclesKnown)
    if seen is None:
        return None
    ours = [one for one in seen.updaters if not named(one.program, settings.ignore)]
    if not ours:
        if seen.unread:
            return not_read(seen)
        return not_applicable("updaters.none")
    by: dict[Stand, list[str]] = {}
    rows = []
    for one in ours:
        age = behind(one, known, today(event.at)) if known is not None else None
        stand = _stand(one, age, event.at, settings)
        by.setdefault(stand, []).append(one.program)
        rows.append(_row(one, age, event.at))
    told = next((_wrong(id_, by[how]) for how, id_ in WRONG.items() if how in by), None)
    return partly(_with(told, by, tuple(rows)), seen.unread)


def _wrong(id_: str, programs: list[str]) -> Verdict:
    return wrong(id_, count=len(programs), programs=few(programs))


def _with(told: Verdict | None, by: dict[Stand, list[str]], rows: tuple[Message, ...]) -> Verdict:
    """Add the table and what is not known; where nothing is, it has not passed."""
    untold, fine = by.get(Stand.UNTOLD, []), by.get(Stand.FINE, [])
    why = say("updaters.untold", count=len(untold), programs=few(untold))
    if told is None and not fine:
        told = unknown(why.id, **why.params)
    told = told or passed("updaters.fine", count=len(fine))
    gaps = Coverage(looked=len(fine), missed=len(untold), why=(why,)) if untold else WHOLE
    return with_gaps(_tabled(told, rows), gaps, why if fine else None)


def _tabled(told: Verdict, rows: tuple[Message, ...]) -> Verdict:
    return Verdict(state=told.state, message=told.message, rows=rows, coverage=told.coverage)


def _stand(one: Updater, age: Behind | None, at: Moment, settings: Settings) -> Stand:
    elsewhere = named(one.program, settings.elsewhere)
    late = age is not None and age.weeks > settings.behind_weeks
    if one.on is False and not elsewhere:
        return Stand.OFF
    ready, looked = _days(one.ready, at), _days(one.looked, at)
    if one.waits and (late or (ready is not None and ready >= settings.relaunch_days)):
        return Stand.WAITS
    if elsewhere:
        return Stand.LATE if late else (Stand.FINE if _shown(age) else Stand.UNTOLD)
    old = looked is not None and looked > settings.looked_days
    if late or old:
        return _behind(one, late=late)
    works = looked is not None or _within(one.brought, at, settings.looked_days)
    if _shown(age):
        return Stand.FINE if works or one.on is True else Stand.UNTOLD
    return Stand.FINE if works and not _held(one) else Stand.UNTOLD


def _held(one: Updater) -> bool:
    """Check whether a program may stay old for ever although its updater looks every day."""
    return one.pinned or (one.waits and one.ready is None)


def _behind(one: Updater, *, late: bool) -> Stand:
    """Return what a person can start, which is an updater that is on, apart from all others."""
    if one.on is True and not one.system and not one.pinned:
        return Stand.STUCK
    return Stand.LATE if late else Stand.STOPPED


def _within(then: float | None, at: Moment, days: int) -> bool:
    since = _days(then, at)
    return since is not None and since <= days


def _shown(age: Behind | None) -> bool:
    return age is not None and age.shown


def _row(one: Updater, age: Behind | None, at: Moment) -> Message:
    looked = _days(one.looked, at)
    if age is not None and age.weeks:
        return say("updaters.row-behind", program=one.program, version=one.version, weeks=age.weeks)
    if one.waits:
        return say("updaters.row-waits", program=one.program)
    if looked is not None:
        return say("updaters.row-looked", program=one.program, days=looked)
    return say("updaters.row", program=one.program)


def _days(then: float | None, at: Moment) -> int | None:
    """Return whole days since; None for what is not told or from the future."""
    if then is None or not 0 <= at.wall - then < DAY * 100_000:
        return None
    return int((at.wall - then) / DAY)


CHECK = Check(
    id="updaters",
    measure=9,
    severity=Severity.MEDIUM,
    on=(UpdatersSeen, LifecyclesKnown),
    settings=Settings,
    judge=judge,
    fresh=2 * DAY,
    owner=Owner.TEAM,
    owners={
        **belong(Owner.PERSON, "updaters.waits", "updaters.stuck"),
        **belong(Owner.TEAM, "updaters.off", "updaters.late", "updaters.stopped"),
    },
)
