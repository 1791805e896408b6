"""No installed program is past its vendor's last day of support, nor is the operating system.

A program or a system that no line of the catalogue names is not known: nothing passes with it. The
packages that a distribution builds stand and fall with the distribution. Runtimes and extensions
of browsers count where a rule knows them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from agentguard.checks._countdown import labels, pending, rows
from agentguard.checks._plans import Plan, Terms, granted
from agentguard.checks._programs import Taught, match
from agentguard.checks._systems import Kept, kept, under_attack
from agentguard.checks.base import DAY, Check, belong, few, named, not_read, partly, today
from agentguard.model.events import Event, Facts
from agentguard.model.facts import Kind, LifecyclesKnown, Software, SoftwareSeen
from agentguard.model.messages import say
from agentguard.model.software import Match, ProgramMatcher, State, Today
from agentguard.model.verdicts import (
    WHOLE,
    Coverage,
    Owner,
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
        metadata={
            "doc": "Names of programs that are not judged (* and ? as in a shell).",
            "stricter": "fewer",
        },
    )
    accepted: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Names of programs (* and ?) whose support you follow yourself: they count as "
            "supported where the catalogue has no date for them.",
            "stricter": "fewer",
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
            "reason and a last day.",
            "stricter": "fewer",
        },
    )
    grace_days: int = field(
        default=0,
        metadata={
            "doc": "Days after its last day of support in which a program is told and not failed.",
            "min": 0,
            "max": 365,
        },
    )
    grace_attacked_days: int = field(
        default=0,
        metadata={
            "doc": "Days in which a program is told and not failed whose fault attackers are known "
            "to use, from the day on which CISA listed that.",
            "min": 0,
            "max": 60,
        },
    )
    grace_critical_days: int = field(
        default=0,
        metadata={
            "doc": "The same where the fault is critical, or no public record says how bad it is; "
            "never more than grace_attacked_days.",
            "min": 0,
            "max": 60,
        },
    )
    no_grace: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "Products that have no days of grace (* and ?), such as browsers.",
            "stricter": "more",
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

    @property
    def terms(self) -> Terms:
        """What is granted to programs past their support."""
        return Terms(
            plans=self.plans,
            ended=self.grace_days,
            attacked=self.grace_attacked_days,
            critical=self.grace_critical_days,
            no_grace=self.no_grace,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What the catalogue and the policy say of an inventory.

    `found` are the programs and systems with what holds of each; `programs` counts the programs
    that were judged, `strangers` are those of which nothing is known; `systems` names the systems,
    of which `unnamed` have no line.
    """

    found: tuple[Match, ...]
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

    def wrong(self, state: State) -> frozenset[str]:
        """Return the products that are to be mended now because of this state."""
        return labels(one for one in self.found if one.wrong and one.state is state)


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Match each program and the system with its release line; nothing passes without one."""
    seen, known = facts.get(SoftwareSeen), facts.get(LifecyclesKnown)
    if seen is None:
        return None
    if not seen.items:
        return not_read(seen) if seen.unread else unknown("software.no-inventory")
    if known is None or not known.lines:
        return unknown("software.no-catalogue")
    day = today(event.at)
    found = _matched(seen.items, known, settings, day)
    ended = _ended(found)
    if seen.unread and ended is None and not found.known:
        return not_read(seen)
    told = partly(ended or _rest(found, day, known.compiled), seen.unread)
    return replace(told, rows=rows(found.found, day))


def _ended(found: Inventory) -> Verdict | None:
    if attacked := found.wrong(State.EXPLOITED):
        told = wrong("software.exploited", count=len(attacked), products=few(attacked))
        return with_gaps(told, found.coverage)
    if not (ended := found.wrong(State.ENDED)):
        return None
    told = wrong("software.unsupported", count=len(ended), products=few(ended))
    return with_gaps(told, found.coverage)


def _rest(found: Inventory, day: date, compiled: date | None) -> Verdict:
    if compiled is None or day - compiled > CATALOGUE_HOLDS:
        return unknown("software.old-catalogue", date=str(compiled or "?"))
    if not found.systems:
        return unknown("software.no-system")
    if found.unnamed:
        return unknown("software.unknown-system", systems=few(found.unnamed))
    told = pending(found.found, day)
    if told is not None:
        return with_gaps(passed(told.id, **told.params), found.coverage, told)
    part = say(
        "software.in-part",
        known=found.known,
        count=found.programs,
        programs=few(found.strangers),
    )
    return with_gaps(passed("software.supported", count=found.programs), found.coverage, part)


def _matched(
    items: tuple[Software, ...], known: LifecyclesKnown, settings: Settings, day: date
) -> Inventory:
    """Judge each item; what is a part of another program is not judged alone."""
    now = Today(day=day, compiled=_compiled(known, day), warn=timedelta(days=settings.warn_days))
    judged = [
        (item, found)
        for item in items
        if item.kind is not Kind.PART and not named(item.name, settings.ignore)
        if is_judged(item, found := said_of(item, known, settings, now))
    ]
    programs = [(item, found) for item, found in judged if item.kind is not Kind.SYSTEM]
    systems = [(item, found) for item, found in judged if item.kind is Kind.SYSTEM]
    return Inventory(
        found=tuple(found for _, found in judged),
        programs=len(programs),
        strangers=tuple(
            item.name
            for item, found in programs
            if found.state is State.UNKNOWN and not named(item.name, settings.accepted)
        ),
        systems=tuple(item.name for item, _ in systems),
        unnamed=tuple(_system(item) for item, found in systems if found.state is State.UNKNOWN),
    )


def _compiled(known: LifecyclesKnown, day: date) -> date:
    """Return the day of the catalogue of programs; a check without one asks it nothing."""
    return known.programs.compiled if known.programs is not None else known.compiled or day


def said_of(item: Software, known: LifecyclesKnown, settings: Settings, now: Today) -> Match:
    """Judge a system by its line, and a program by what the catalogue says of its name."""
    if item.kind is Kind.SYSTEM:
        told = under_attack(item, _of(kept(item, known, now.day), item, now), known.programs, now)
        return granted(told, settings.terms, now.day)
    if known.programs is None:
        return _of(None, item, now)
    return matched(item, known.programs, settings, now)


BESIDE = frozenset({Kind.RUNTIME, Kind.EXTENSION})
"""What is judged where a rule knows it, and is otherwise no program that could be unknown.

A browser has dozens of extensions, whose makers tell no dates; a policy may teach some of them.
"""


def is_judged(item: Software, found: Match) -> bool:
    """Check whether an item counts by itself: no part, and nothing beside that no rule knows."""
    return not found.part and (item.kind not in BESIDE or bool(found.product))


def matched(item: Software, programs: ProgramMatcher, settings: Settings, now: Today) -> Match:
    """Return what a program is, and what holds of it by the policy and the catalogue."""
    return match(item, programs, settings.programs, settings.terms, now)


def _of(line: Kept | None, item: Software, now: Today) -> Match:
    state = State.SUPPORTED
    if line is None:
        state = State.UNKNOWN
    elif line.ends < now.day:
        state = State.ENDED
    elif line.ends - now.day <= now.warn:
        state = State.ENDING
    return Match(
        name=item.name,
        version=item.version,
        publisher=item.vendor,
        product="",
        title=line.product if line else "",
        line="ESU" if line and line.paid else "",
        kind=item.kind.value,
        state=state,
        date=line.ends if line else None,
        source="",
        why=say("support.until", date=str(line.ends)) if line else say("support.no-rule"),
        rule="",
    )


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
    lessons=("open-window",),
    owner=Owner.TEAM,
    owners=belong(Owner.TEAM, "software.exploited", "software.unsupported"),
)
