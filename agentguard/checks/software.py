"""No installed program is past its vendor's last day of support, nor is the operating system.

A program or a system that no line of the catalogue names is not known: nothing passes with it. The
packages that a distribution builds stand and fall with the distribution.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from agentguard.checks.base import DAY, Check, few, named, partly, today
from agentguard.model.events import Event, Facts
from agentguard.model.facts import Kind, Lifecycle, LifecyclesKnown, Software, SoftwareSeen
from agentguard.model.messages import say
from agentguard.model.proofs import supports
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

FRILLS = re.compile(r"^(?:[0-9]+:)?[vV]?(?=[0-9])")
"""What may stand before a version: a package's epoch, the letter of a tag."""
NUMBERS = re.compile(r"[0-9]+(?:\.[0-9]+)*")
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

    `programs` counts those that were judged, `known` those with a line or accepted; `systems` names
    the systems, of which `unnamed` have no line.
    """

    lines: frozenset[Lifecycle]
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
    day, found = today(event.at), _matched(seen.items, known.lines, settings)
    ended = _ended(found, day)
    if seen.unread and ended is None and not found.known:
        return unknown(f"unread.{seen.unread}")
    return partly(ended or _rest(found, day, known.compiled, settings), seen.unread)


def _ended(found: Inventory, day: date) -> Verdict | None:
    ended = {_dated(one) for one in found.lines if one.ends and one.ends < day}
    if not ended:
        return None
    told = wrong("software.unsupported", count=len(ended), products=few(ended))
    return with_gaps(told, found.coverage)


def _rest(found: Inventory, day: date, compiled: date | None, settings: Settings) -> Verdict:
    if compiled is None or day - compiled > CATALOGUE_HOLDS:
        return unknown("software.old-catalogue", date=str(compiled or "?"))
    if not found.systems:
        return unknown("software.no-system")
    if found.unnamed:
        return unknown("software.unknown-system", systems=few(found.unnamed))
    soon = timedelta(days=settings.warn_days)
    ending = {_dated(one) for one in found.lines if one.ends and one.ends - day <= soon}
    told = passed("software.supported", count=found.programs)
    part = say(
        "software.in-part",
        known=found.known,
        count=found.programs,
        programs=few(found.strangers),
    )
    if ending:
        told = passed("software.ending", count=len(ending), products=few(ending))
        part = say("software.ending", count=len(ending), products=few(ending))
    return with_gaps(told, found.coverage, part)


def _dated(line: Lifecycle) -> str:
    return f"{line.product} ({line.ends})"


def _matched(
    items: tuple[Software, ...], lines: tuple[Lifecycle, ...], settings: Settings
) -> Inventory:
    """Find the release line of each item; of several that fit, the one that ends last."""
    index = _index(lines)
    every = tuple(name for line in index.globs for name in line.names)
    judged = [
        (item, _line(item, index, every))
        for item in items
        if item.kind is not Kind.PART and not named(item.name, settings.ignore)
    ]
    programs = [(one, line) for one, line in judged if one.kind is Kind.PROGRAM]
    systems = [(one, line) for one, line in judged if one.kind is Kind.SYSTEM]
    return Inventory(
        lines=frozenset(line for _, line in judged if line),
        programs=len(programs),
        strangers=tuple(
            one.name
            for one, line in programs
            if line is None and not named(one.name, settings.accepted)
        ),
        systems=tuple(one.name for one, _ in systems),
        unnamed=tuple(_system(one) for one, line in systems if line is None),
    )


def _system(item: Software) -> str:
    """Name a system as its maker's support knows it: with version and edition."""
    return " ".join(part for part in (item.name, item.version, item.edition) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The lines sorted: by exact name, with patterns, and of systems."""

    exact: Mapping[str, tuple[Lifecycle, ...]]
    globs: tuple[Lifecycle, ...]
    systems: tuple[Lifecycle, ...]


@lru_cache(maxsize=2)
def _index(lines: tuple[Lifecycle, ...]) -> Index:
    """Sort the lines by exact name, and apart those with patterns: an inventory is long."""
    exact: dict[str, tuple[Lifecycle, ...]] = {}
    for line in lines:
        for name in line.names:
            exact[name.casefold()] = (*exact.get(name.casefold(), ()), line)
    globs = tuple(line for line in lines if any(set("*?[") & set(n) for n in line.names))
    return Index(exact=exact, globs=globs, systems=tuple(x for x in lines if x.editions))


def _line(item: Software, index: Index, every: tuple[str, ...]) -> Lifecycle | None:
    near = index.exact.get(item.name.casefold(), ())
    if item.kind is Kind.SYSTEM:
        near = tuple(line for line in index.systems if named(item.edition, line.editions))
    elif named(item.name, every):
        near = (*near, *(line for line in index.globs if named(item.name, line.names)))
    fits = [line for line in near if _of_line(item.version, line)]
    return max(fits, key=lambda line: line.ends or date.max, default=None)


def _of_line(version: str, line: Lifecycle) -> bool:
    """Check whether a version is of the line: 3.1 is that of 3.1 and 3.1.4, not of 3.11."""
    version, prefix = FRILLS.sub("", version, count=1), line.prefix
    if line.below and not _is_below(version, line.below):
        return False
    return version.startswith(prefix) and not (
        prefix[-1:].isdigit() and version[len(prefix) :][:1].isdigit()
    )


def _is_below(version: str, limit: str) -> bool:
    """Check whether a version is known to come before: one that says less than the limit is not."""
    here, there = _numbers(version), _numbers(limit)
    return len(here) >= len(there) and here < there


def _numbers(version: str) -> tuple[int, ...]:
    found = NUMBERS.match(version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()


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
