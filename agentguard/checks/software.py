"""No installed program is past its vendor's last day of support."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from agentguard.checks.base import DAY, Check, few, named, partly, today
from agentguard.model.events import Event, Facts
from agentguard.model.facts import Lifecycle, LifecyclesKnown, Software, SoftwareSeen
from agentguard.model.verdicts import Severity, Verdict, passed, unknown, wrong

EPOCH = re.compile(r"[0-9]+:")
CATALOGUE_HOLDS = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Which programs count, and when to warn."""

    ignore: tuple[str, ...] = field(
        default=(),
        metadata={"doc": "Names of programs that are not judged (* and ? as in a shell)."},
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


def judge(event: Event, facts: Facts, settings: Settings) -> Verdict | None:
    """Match each program with its release line; one without a line is not judged."""
    seen, known = facts.get(SoftwareSeen), facts.get(LifecyclesKnown)
    if seen is None:
        return None
    if not seen.items:
        return unknown(f"unread.{seen.unread}" if seen.unread else "software.no-inventory")
    if known is None or not known.lines:
        return unknown("software.no-catalogue")
    day = today(event.at)
    lines = _lines(seen.items, known.lines, settings)
    rest = _rest(lines, day, known.compiled, settings)
    if seen.unread and not lines:
        return unknown(f"unread.{seen.unread}")
    return _ended(lines, day) or partly(rest, seen.unread)


def _ended(lines: Iterable[Lifecycle], day: date) -> Verdict | None:
    ended = {_dated(one) for one in lines if one.ends < day}
    if not ended:
        return None
    return wrong("software.unsupported", count=len(ended), products=few(ended))


def _rest(lines: set[Lifecycle], day: date, compiled: date | None, settings: Settings) -> Verdict:
    if compiled is None or day - compiled > CATALOGUE_HOLDS:
        return unknown("software.old-catalogue", date=str(compiled or "?"))
    soon = timedelta(days=settings.warn_days)
    ending = {_dated(one) for one in lines if one.ends - day <= soon}
    if ending:
        return passed("software.ending", count=len(ending), products=few(ending))
    return passed("software.supported", count=len(lines))


def _dated(line: Lifecycle) -> str:
    return f"{line.product} ({line.ends})"


def _lines(
    items: tuple[Software, ...], lines: tuple[Lifecycle, ...], settings: Settings
) -> set[Lifecycle]:
    """Give the release lines that are installed; of several, the one that ends last."""
    exact, globs = _index(lines)
    every = tuple(name for line in globs for name in line.names)
    found: set[Lifecycle] = set()
    for item in items:
        near = exact.get(item.name.casefold(), ())
        if named(item.name, every):
            near = (*near, *(line for line in globs if named(item.name, line.names)))
        near = tuple(line for line in near if _of_line(item.version, line.prefix))
        if near and not named(item.name, settings.ignore):
            found.add(max(near, key=lambda line: line.ends))
    return found


@lru_cache(maxsize=2)
def _index(
    lines: tuple[Lifecycle, ...],
) -> tuple[Mapping[str, tuple[Lifecycle, ...]], tuple[Lifecycle, ...]]:
    """Sort the lines by exact name, and apart those with patterns: an inventory is long."""
    exact: dict[str, tuple[Lifecycle, ...]] = {}
    for line in lines:
        for name in line.names:
            exact[name.casefold()] = (*exact.get(name.casefold(), ()), line)
    return exact, tuple(line for line in lines if any(set("*?[") & set(n) for n in line.names))


def _of_line(version: str, prefix: str) -> bool:
    """Tell whether a version is of the line: 3.1 is that of 3.1 and 3.1.4, not of 3.11."""
    version = EPOCH.sub("", version, count=1)
    return version.startswith(prefix) and not (
        prefix[-1:].isdigit() and version[len(prefix) :][:1].isdigit()
    )


CHECK = Check(
    id="software",
    measure=9,
    severity=Severity.HIGH,
    on=(SoftwareSeen, LifecyclesKnown),
    settings=Settings,
    judge=judge,
    fresh=2 * DAY,
    proves=("PCI DSS 6.3.3", "PCI DSS 12.3.4", "ISO 27001 A.8.8", "NIST CSF ID.AM-08", "CIS 2.2"),
)
