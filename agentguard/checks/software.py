"""No installed program is past its vendor's last day of support, nor is the operating system.

A program or a system that no line of the catalogue names is not known: nothing passes with it. The
packages that a distribution builds stand and fall with the distribution.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from agentguard.checks._programs import Plan, Taught, match
from agentguard.checks._systems import Kept, kept
from agentguard.checks.base import DAY, Check, few, named, partly, today
from agentguard.model.events import Event, Facts
from agentguard.model.facts import Kind, LifecyclesKnown, Software, SoftwareSeen
from agentguard.model.messages import say
from agentguard.model.proofs import supports
from agentguard.model.software import Match, ProgramMatcher, State, Today
from agentguard.model.verdicts import (
    WHOLE,
    Coverage,
    Severity,
    Verdict,
    passed,
    unknown,
    with_gaps,
    wrong,
)

CATALOGUE_HOLDS = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which programs count, and when to warn."""

    ignore: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Names of programs that are not judged (* and ? as in a shell)."},
    )
    accepted: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Names of programs (* and ?) whose support you follow yourself: they count as "
            "supported where the catalogue has no date for them."
        },
    )
    programs: tuple[Taught, ...] = field(
        default=(),
        metadata={"doc": "Programs that the catalogue does not know, or that you know better."},
    )
    plans: tuple[Plan, ...] = field(
        default=(),
        metadata={
            "doc": "Programs past their support that are allowed for a while, with an owner, a "
            "reason and a last day."
        },
    )
    warn_days: int = field(
        default=90,
        metadata={
            "doc": "Days before the end of support to say so.",
            "min": 0,
            "max": 730,
            "stricter": "more",
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What the catalogue says of an inventory: `strangers` are programs that it does not know.

    `exploited`, `ended`, `allowed` and `ending` name products with their day; `programs` counts
    those that were judged, `known` those with a date or accepted; `systems` names the systems, of
    which `unnamed` have no line.
    """

    exploited: frozenset[str]
    ended: frozenset[str]
    allowed: frozenset[str]
    ending: frozenset[str]
    programs: int
    strangers: tuple[str, ...]
    systems: tuple[str, ...]
    unnamed: tuple[str, ...]

    @property
    def known(self) -> int:
        """How many programs are known."""
        return self.programs - len(self.strangers)

    @property
    def coverage(self) -> Coverage:
        """What a verdict rests on."""
        missed = len(self.strangers)
        if not missed:
            return WHOLE
        told = say("software.undated", count=missed, programs=few(self.strangers))
        return Coverage(looked=self.known, missed=missed, why=(told,))


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Match each program and the system with its release line; nothing passes without one."""
    seen, known = facts.get(SoftwareSeen), facts.get(LifecyclesKnown)
    if seen is None:
        return None
    if not seen.items:
        return unknown(f"unread.{seen.unread}" if seen.unread else "software.no-inventory")
    if known is None or not known.lines:
        return unknown("software.no-catalogue")
    day = today(event.at)
    found = _matched(seen.items, known, settings, day)
    ended = _ended(found)
    if seen.unread and ended is None and not found.known:
        return unknown(f"unread.{seen.unread}")
    return partly(ended or _rest(found, day, known.compiled), seen.unread)


def _ended(found: Inventory) -> Verdict | None:
    if found.exploited:
        told = wrong(
            "software.exploited", count=len(found.exploited), products=few(found.exploited)
        )
        return with_gaps(told, found.coverage)
    if not found.ended:
        return None
    told = wrong("software.unsupported", count=len(found.ended), products=few(found.ended))
    return with_gaps(told, found.coverage)


def _rest(found: Inventory, day: date, compiled: date | None) -> Verdict:
    if compiled is None or day - compiled > CATALOGUE_HOLDS:
        return unknown("software.old-catalogue", date=str(compiled or "?"))
    if not found.systems:
        return unknown("software.no-system")
    if found.unnamed:
        return unknown("software.unknown-system", systems=few(found.unnamed))
    told = passed("software.supported", count=found.programs)
    part = say(
        "software.in-part",
        known=found.known,
        count=found.programs,
        programs=few(found.strangers),
    )
    if found.allowed:
        told = passed("software.allowed", count=len(found.allowed), products=few(found.allowed))
        part = say("software.allowed", count=len(found.allowed), products=few(found.allowed))
    elif found.ending:
        told = passed("software.ending", count=len(found.ending), products=few(found.ending))
        part = say("software.ending", count=len(found.ending), products=few(found.ending))
    return with_gaps(told, found.coverage, part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is said of an item: `title` and last day where its product is known, and the state."""

    item: Software
    state: State
    title: str = ""
    ends: date | None = None

    @property
    def told(self) -> str:
        """Return the product with its last day, where one is told."""
        return f"{self.title} ({self.ends})" if self.ends else self.title


def _matched(
    items: tuple[Software, ...], known: LifecyclesKnown, settings: Settings, day: date
) -> Inventory:
    """Judge each item; what is a part of another program is not judged alone."""
    now = Today(day=day, compiled=_compiled(known, day), warn=timedelta(days=settings.warn_days))
    judged = [
        found
        for item in items
        if item.kind is not Kind.PART and not named(item.name, settings.ignore)
        if (found := _judged(item, known, settings, now)) is not None
    ]
    programs = [one for one in judged if one.item.kind is Kind.PROGRAM]
    systems = [one for one in judged if one.item.kind is Kind.SYSTEM]
    return Inventory(
        exploited=_told(judged, State.EXPLOITED),
        ended=_told(judged, State.ENDED),
        allowed=_told(judged, State.ALLOWED),
        ending=_told(judged, State.ENDING),
        programs=len(programs),
        strangers=tuple(
            one.item.name
            for one in programs
            if one.state is State.UNKNOWN and not named(one.item.name, settings.accepted)
        ),
        systems=tuple(one.item.name for one in systems),
        unnamed=tuple(_system(one.item) for one in systems if one.state is State.UNKNOWN),
    )


def _told(judged: list[Judged], state: State) -> frozenset[str]:
    return frozenset(one.told for one in judged if one.state is state)


def _compiled(known: LifecyclesKnown, day: date) -> date:
    """Return the day of the catalogue of programs; a check without one asks it nothing."""
    return known.programs.compiled if known.programs is not None else known.compiled or day


def _judged(
    item: Software, known: LifecyclesKnown, settings: Settings, now: Today
) -> Judged | None:
    """Judge a system by its line, and a program by what the catalogue says of its name."""
    if item.kind is Kind.SYSTEM:
        line = kept(item, known, now.day)
        return Judged(item=item, state=State.UNKNOWN) if line is None else _of(line, item, now)
    if known.programs is None:
        return Judged(item=item, state=State.UNKNOWN)
    found = matched(item, known.programs, settings, now)
    if found.part:
        return None
    return Judged(item=item, state=found.state, title=found.shown, ends=found.date)


def matched(item: Software, programs: ProgramMatcher, settings: Settings, now: Today) -> Match:
    """Return what a program is, and what holds of it by the policy and the catalogue."""
    return match(item, programs, settings.programs, settings.plans, now)


def _of(line: Kept, item: Software, now: Today) -> Judged:
    state = State.SUPPORTED
    if line.ends < now.day:
        state = State.ENDED
    elif line.ends - now.day <= now.warn:
        state = State.ENDING
    title = f"{line.product} ESU" if line.paid else line.product
    return Judged(item=item, state=state, title=title, ends=line.ends)


def _system(item: Software) -> str:
    """Name a system as its maker's support knows it: with version and edition."""
    return " ".join(part for part in (item.name, item.version, item.edition) if part)


CHECK = Check(
    id="software",
    measure=9,
    severity=Severity.HIGH,
    on=(SoftwareSeen, LifecyclesKnown),
    settings=Settings,
    judge=judge,
    fresh=2 * DAY,
    proves=supports(
        "PCI DSS 12.3.4",
        "PCI DSS 6.3.3",
        "ISO 27001 A.8.8",
        "ISO 27001 A.8.19",
        "NIST CSF ID.AM-08",
        "CIS 2.2",
    ),
)
