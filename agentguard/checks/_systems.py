"""Which release line an operating system is of, and until when it gets security updates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from agentguard.checks.base import named
from agentguard.model.facts import Build, Lifecycle, LifecyclesKnown, Software
from agentguard.model.software import Match, ProgramMatcher, State, Today

WINDOWS, WINDOWS_MAKER = "Windows 10", "Microsoft"
"""A name by which the catalogue knows Windows; the build tells the rest."""
REVISION = 3
"""Dots of a version with a revision: 10.0.19045.6456."""
RECENT = timedelta(days=62)
"""How old the last monthly fix may be that shows that paid updates come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A system's product and the last day of its updates; `paid` when they are those one pays."""

    product: str
    ends: date
    paid: bool = False


def kept(item: Software, known: LifecyclesKnown, day: date) -> Kept | None:
    """Return until when a system is kept up; None where no line names it.

    Of several lines that fit, the one that ends last counts. Past its end a system is kept up only
    where its own build shows the paid updates of these days: a licence alone would show nothing.
    """
    line = _line(item, known.lines)
    if line is None:
        return None
    if line.extended is not None and line.ends < day and _paid(item, line, known.builds, day):
        return Kept(product=line.product, ends=line.extended, paid=True)
    return Kept(product=line.product, ends=line.ends)


def under_attack(item: Software, told: Match, programs: ProgramMatcher | None, now: Today) -> Match:
    """Return what is said of a system: of Windows that its revision is one that is attacked, if so.

    A fault is mended by the same revision of a build whatever its edition is called, so that the
    build alone is asked for. Without a revision nothing is said.
    """
    if programs is None or item.vendor != WINDOWS_MAKER or item.version.count(".") < REVISION:
        return told
    found = programs.match(WINDOWS, item.version, WINDOWS_MAKER, now=now)
    if found.state is not State.EXPLOITED:
        return told
    return replace(
        told,
        state=State.EXPLOITED,
        why=found.why,
        source=found.source,
        attacks=found.attacks,
        beneath=told.state,
    )


def _paid(item: Software, line: Lifecycle, builds: tuple[Build, ...], day: date) -> bool:
    """Check whether a revision is one that only those who pay get, and of these two months."""
    build, _, revision = item.version.removeprefix("10.0.").partition(".")
    if not (revision.isascii() and revision.isdecimal()) or int(revision) < line.extended_from:
        return False
    for one in builds:
        if str(one.build) == build and not one.server:
            after = int(revision) > one.monthly[-1][1]
            month = one.month_of(int(revision))
            return after or (month is not None and day - month <= RECENT)
    return False


def _line(item: Software, lines: tuple[Lifecycle, ...]) -> Lifecycle | None:
    near = (line for line in lines if named(item.edition, line.editions))
    fits = [line for line in near if _of_line(item.version, line)]
    return max(fits, key=lambda line: line.ends, default=None)


def _of_line(version: str, line: Lifecycle) -> bool:
    """Check whether a version is of the line: 3.1 is that of 3.1 and 3.1.4, not of 3.11."""
    prefix = line.prefix
    return version.startswith(prefix) and not (
        prefix[-1:].isdigit() and version[len(prefix) :][:1].isdigit()
    )
