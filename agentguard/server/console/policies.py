"""Signed policies: what is published for how many, and which policy each desk has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from litestar import get
from sqlalchemy import Connection

from agentguard.server.console import filters
from agentguard.server.console.filters import Filter
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, page, permitted, site_of
from agentguard.server.roles import Right
from agentguard.server.store.desks import policies
from agentguard.server.store.desks.policies import Bundle, Held
from agentguard.server.store.floor import fleet_findings
from agentguard.server.store.floor.fleet_findings import Fact

POLICIES = "/policies"
HEALTH = "agent-health"
BACK = "policy.rejected.trial-"
"""The findings of desks that tried a policy and went back to the one before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A policy that was published, how many desks have it, and how many tried it in vain."""

    bundle: Bundle
    have: int
    back: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A desk with the policy that it has; `due` is the one that it should have instead."""

    held: Held
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Read:
    published: list[Published]
    held: list[Held]
    total: int
    root: int
    chosen: Published | None


@get(POLICIES)
async def show(request: Asked) -> Page:
    """Show what is published, and who has what: `kind` is the digest of one policy, or empty."""
    permitted(request, Right.POLICIES)
    site = site_of(request)
    wish = filters.asked(request, (request.query_params.get("kind", ""),))
    read = await site.database.read(lambda c: _read(c, wish))
    if read.chosen is None:
        wish = filters.asked(request)
    bundles = [one.bundle for one in read.published]
    every = "every" in request.query_params
    return await page(
        request,
        "policies.html",
        root=read.root,
        published=read.published if every else read.published[: filters.PAGE],
        total=len(read.published),
        chosen=read.chosen,
        publishes=site.settings.reading is not None,
        lines=[Line(held=one, due=_due(one, bundles)) for one in read.held],
        pager=filters.pager(wish, read.total) if read.total > filters.PAGE else None,
    )


def list_published(connection: Connection) -> list[Published]:
    """Return what was published, the newest first."""
    have = policies.counts(connection)
    back = fleet_findings.facts(connection, None, (HEALTH,))
    return [
        Published(bundle=b, have=have.get(b.label.digest, 0), back=_went_back(b, back))
        for b in policies.bundles(connection)
    ]


def _read(connection: Connection, wish: Filter) -> _Read:
    published = list_published(connection)
    chosen = next((one for one in published if one.bundle.label.digest == wish.kind), None)
    digest = chosen.bundle.label.digest if chosen else ""
    return _Read(
        published=published,
        held=policies.held(connection, digest, start=wish.start, limit=filters.PAGE),
        total=chosen.have if chosen else policies.devices(connection),
        root=policies.root_version(connection),
        chosen=chosen,
    )


def _went_back(bundle: Bundle, facts: Iterable[Fact]) -> int:
    named = (bundle.label.name, bundle.label.version)
    return sum(
        fact.desks
        for fact in facts
        if fact.message.startswith(BACK)
        and (fact.params.get("name"), fact.params.get("version")) == named
    )


def _due(one: Held, bundles: list[Bundle]) -> str:
    wanted = policies.wanted(bundles, one.device, one.team, one.digest)
    return f"{wanted.label.name} {wanted.label.version}" if wanted is not None else ""


HANDLERS = (show,)
ENTRIES = (Entry(path=POLICIES, word="policies", group="centre", place=10, right=Right.POLICIES),)
