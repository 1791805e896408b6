"""Today's floor: who needs a word now, worst first, since when, and what to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from litestar import get

from agentguard.server.console.site import Asked, Page, page, site_of, visitor_of
from agentguard.server.store import floor
from agentguard.server.store.floor import Desk
from agentguard.server.store.times import seconds
from agentguard.wire import v1

TIERS = ("failing", "attention", "silent", "ok")
_TIER = {"act": "failing", "attention": "attention", "blind": "attention", "good": "ok"}
_WORST = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A desk on the floor; `control` is the worst one, `more` counts the other bad ones."""

    desk: Desk
    tier: str
    blind: bool
    control: v1.Control | None
    since: float
    more: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamView:
    """A team with its desks by tier."""

    name: str
    counts: dict[str, int]
    words: tuple[Line, ...]
    fine: tuple[Line, ...]


def line(desk: Desk, now: float, silent_after: float) -> Line:
    """Judge a desk: an old report proves nothing, so silence comes before its last posture."""
    bad = worst_first(desk.controls)
    control = bad[0] if bad else None
    blind = desk.overall == "blind"
    if desk.last_seen is None or now - desk.last_seen > silent_after:
        since = desk.last_seen if desk.last_seen is not None else desk.enrolled_at
        return Line(desk=desk, tier="silent", blind=False, control=None, since=since, more=0)
    return Line(
        desk=desk,
        tier=_TIER.get(desk.overall, "attention"),
        blind=blind,
        control=control,
        since=seconds(control.since, now) if control else now,
        more=max(0, len(bad) - 1),
    )


def worst_first(controls: Iterable[v1.Control]) -> list[v1.Control]:
    """Give the controls that are not well: failing ones by severity and age, then unread ones."""
    bad = [c for c in controls if c.state in {"fail", "unknown"}]
    return sorted(bad, key=lambda c: (c.state != "fail", rank(c.severity), c.since))


def rank(severity: str) -> int:
    """Give the place of a severity, the worst first; an unknown one comes last."""
    return _WORST.index(severity) if severity in _WORST else len(_WORST)


def teams(lines: Iterable[Line]) -> list[TeamView]:
    """Group the floor by team, the worst team first."""
    by_team = groupby(sorted(lines, key=lambda one: one.desk.team), key=lambda one: one.desk.team)
    views = [_team(name, tuple(members)) for name, members in by_team]
    return sorted(views, key=lambda v: tuple(-v.counts[t] for t in TIERS[:3]))


def _team(name: str, lines: tuple[Line, ...]) -> TeamView:
    counts = Counter(one.tier for one in lines)
    words = sorted((one for one in lines if one.tier != "ok"), key=_urgency)
    return TeamView(
        name=name,
        counts={tier: counts[tier] for tier in TIERS},
        words=tuple(words),
        fine=tuple(one for one in lines if one.tier == "ok"),
    )


def _urgency(one: Line) -> tuple[int, bool, int, float]:
    severity = rank(one.control.severity) if one.control else len(_WORST)
    return TIERS.index(one.tier), one.blind, severity, one.since


async def _values(request: Asked) -> dict[str, Any]:
    site, scope = site_of(request), visitor_of(request).scope
    now = site.now()
    silent = site.limits.silent_after
    desks = await site.database.read(lambda c: floor.desks(c, scope))
    lines = [line(desk, now, silent) for desk in desks]
    counts = Counter(one.tier for one in lines)
    return {
        "teams": teams(lines),
        "counts": {tier: counts[tier] for tier in TIERS},
        "total": len(lines),
    }


@get("/")
async def show(request: Asked) -> Page:
    """Show the floor."""
    return await page(request, "floor.html", **await _values(request))


@get("/floor/part")
async def part(request: Asked) -> Page:
    """Give what the page's script refreshes."""
    return await page(request, "_floor.html", **await _values(request))


HANDLERS = (show, part)
