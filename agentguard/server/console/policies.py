"""Signed policies: what is published for how many, and which policy each desk has."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get
from sqlalchemy import Connection

from agentguard.server.console.site import Asked, Page, administrator_of, page, site_of
from agentguard.server.store import policies
from agentguard.server.store.policies import Bundle, Held

POLICIES = "/policies"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A policy that was published, and how many desks have it."""

    bundle: Bundle
    have: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A desk with the policy that it has; `due` is the one that it should have instead."""

    held: Held
    due: str


@get(POLICIES)
async def show(request: Asked) -> Page:
    """Show what is published, and who has what."""
    administrator_of(request)

    def read(connection: Connection) -> tuple[list[Bundle], list[Held], int]:
        return (
            policies.bundles(connection),
            policies.held(connection),
            policies.root_version(connection),
        )

    bundles, held, root = await site_of(request).database.read(read)
    return await page(
        request,
        "policies.html",
        root=root,
        published=[Published(bundle=b, have=_count(b, held)) for b in bundles],
        lines=[Line(held=one, due=_due(one, bundles)) for one in held],
    )


def _count(bundle: Bundle, held: list[Held]) -> int:
    return sum(one.digest == bundle.label.digest for one in held)


def _due(one: Held, bundles: list[Bundle]) -> str:
    wanted = policies.wanted(bundles, one.device, one.team, one.digest)
    return f"{wanted.label.name} {wanted.label.version}" if wanted is not None else ""


HANDLERS = (show,)
