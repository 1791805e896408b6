"""One signed policy: its ring is moved on or held, and an earlier one is taken up again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.base.errors import PolicyError, UsageError
from agentguard.model import policy_changes
from agentguard.model.policy_changes import Change
from agentguard.server.console import simulation
from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.policies import POLICIES, Published, list_published
from agentguard.server.console.simulation import Measured
from agentguard.server.console.site import (
    Asked,
    Page,
    Site,
    back,
    field,
    looked,
    page,
    permitted,
    site_of,
)
from agentguard.server.policies import publication
from agentguard.server.policies.publication import Publishing
from agentguard.server.policy_reader import Reading
from agentguard.server.roles import Right
from agentguard.server.store.desks import policies
from agentguard.server.store.desks.policies import EVERYONE, Bundle

ONE = POLICIES + "/{digest:str}"
REFUSED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What going back to a policy changes, and the rank that its text gets."""

    epoch: int
    version: int
    changes: list[Change]
    points: tuple[str, ...]
    read: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """A policy, the newest one of its team, and the highest rank that was published."""

    one: Published
    newest: Bundle
    highest: tuple[int, int]
    again: Again | None = None


@get(ONE)
async def show(request: Asked, digest: FromPath[str]) -> Page:
    """Show one policy."""
    permitted(request, Right.POLICIES)
    return await _page(request, digest)


@post(ONE + "/ring")
async def move(request: Asked, digest: FromPath[str]) -> Page | Redirect:
    """Move a policy to a ring, unless somebody else did since the page was shown."""
    site, visitor = site_of(request), permitted(request, Right.PUBLISH)
    if (asked := await ask_first(request)) is not None:
        return asked
    percent, was = await _percent(request, "percent"), await _percent(request, "was")
    rules = Publishing(words=site.words, actor=visitor.name, at=site.now())

    def put(connection: Connection) -> None:
        policies.alone(connection)
        view = _view(connection, digest)
        found = view.one.bundle
        if view.newest.label.digest != digest:
            raise UsageError(site.words.say("console.policies.not-newest"))
        if found.percent != was:
            said = site.words.say("console.policies.moved-meanwhile", percent=found.percent)
            raise UsageError(said)
        rules.move(connection, found.label.team, percent)

    try:
        await site.database.write(put)
    except UsageError as refused:
        return await _page(request, digest, problem=str(refused), status=REFUSED)
    return back(f"{POLICIES}/{digest}")


@get(ONE + "/text")
async def text(request: Asked, digest: FromPath[str]) -> Response[bytes]:
    """Return a policy's text with the next version filled in, to be signed and published again."""
    permitted(request, Right.PUBLISH)
    site = site_of(request)
    reading = site.settings.reading
    if reading is None:
        raise NotFoundException

    def read(connection: Connection) -> tuple[_View, bytes]:
        view = _view(connection, digest)
        found = publication.text_of(connection, view.one.bundle) or b""
        rank = (view.highest[0], view.highest[1] + 1)
        return view, publication.text_again(found, rank, reading, site.words)

    view, made = await site.database.read(read)
    label = view.one.bundle.label
    await looked(request, "policy.text-taken", f"{label.name} {label.epoch}.{label.version}")
    name = re.sub(r"[^A-Za-z0-9-]+", "-", label.name).strip("-") or "policy"
    file = f"{name}-{view.highest[1] + 1}.yaml"
    return Response(
        made,
        media_type="application/yaml; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{file}"'},
    )


async def _percent(request: Asked, name: str) -> int:
    """Return a field's number, -1 for what is none."""
    given = (await field(request, name, 4)).strip()
    return int(given) if given.isascii() and given.isdigit() else -1


async def _page(request: Asked, digest: str, *, problem: str = "", status: int = 200) -> Page:
    site = site_of(request)
    reading = site.settings.reading
    view = await site.database.read(lambda c: _view(c, digest, reading))
    ring = view.one.bundle.percent
    measured = await site.database.read(lambda c: _measured(c, view.one.bundle, reading, site))
    return await page(
        request,
        "policy.html",
        status=status,
        problem=problem,
        one=view.one,
        newest=view.newest,
        again=view.again,
        measured=measured,
        on=publication.following(ring) if ring < EVERYONE else None,
    )


def _measured(
    connection: Connection, one: Bundle, reading: Reading | None, site: Site
) -> Measured | None:
    """Return what happened on the desks that have it, while it is on trial there."""
    text = publication.text_of(connection, one)
    if reading is None or text is None or not 0 < one.percent < EVERYONE:
        return None
    try:
        policy = reading.parse(text, one.label.name)
    except PolicyError:
        return None
    return simulation.measured(connection, one, policy, site.now())


def _view(connection: Connection, digest: str, reading: Reading | None = None) -> _View:
    every = list_published(connection)
    one = next((p for p in every if p.bundle.label.digest == digest), None)
    if one is None:
        raise NotFoundException
    newest = next(p.bundle for p in every if p.bundle.label.team == one.bundle.label.team)
    highest = every[0].bundle.rank
    again = None
    if reading is not None and newest is not one.bundle:
        again = _again(connection, one.bundle, newest, highest, reading)
    return _View(one=one, newest=newest, highest=highest, again=again)


def _again(
    connection: Connection, one: Bundle, newest: Bundle, highest: tuple[int, int], reading: Reading
) -> Again:
    epoch, version = highest
    try:
        earlier = reading.parse(publication.text_of(connection, one) or b"", one.label.name)
        present = reading.parse(publication.text_of(connection, newest) or b"", newest.label.name)
    except PolicyError:
        return Again(epoch=epoch, version=version + 1, changes=[], points=(), read=False)
    points = reading.weaker(present, earlier)
    every = policy_changes.changes(present, earlier, points)
    changes = [c for c in every if c.path not in {"version", "release.epoch"}]
    return Again(epoch=epoch, version=version + 1, changes=changes, points=points, read=True)


HANDLERS = (show, move, text)
