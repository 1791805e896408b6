"""Evidence packs: ordered here, made while one waits or not, and taken away as one file."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect, Stream
from sqlalchemy import Connection

from agentguard.server.console import live
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    looked,
    page,
    permitted,
    site_of,
)
from agentguard.server.evidence import zipped
from agentguard.server.evidence.base import ALL, PLACES, Order
from agentguard.server.evidence.claims import chosen, frameworks
from agentguard.server.evidence.making import CERTIFICATE
from agentguard.server.evidence.shelf import DONE, FOLDER, Listed, Shelf, ShelfFull
from agentguard.server.roles import Right
from agentguard.server.store.accounts.teams import team_names
from agentguard.server.store.floor import places
from agentguard.trust.evidence.manifest import Scope

EVIDENCE = "/evidence"
WORDS = "console.evidence"
USUAL = timedelta(days=92)
LONGEST = timedelta(days=400)


def shelf_of(request: Asked) -> Shelf:
    """Return the shelf of the endpoint that serves the request."""
    site = site_of(request)
    return Shelf(site.settings.data / FOLDER, site.now)


@get(EVIDENCE)
async def show(request: Asked) -> Page:
    """Show what was ordered, and order another one."""
    permitted(request, Right.RECORDS)
    return await page(request, "evidence.html", **await _values(request, ""))


@get(EVIDENCE + "/part")
async def part(request: Asked) -> Page:
    """Return how far the orders are."""
    permitted(request, Right.RECORDS)
    return await live.part(request, "evidence.html", **await _values(request, ""))


@post(EVIDENCE)
async def put(request: Asked) -> Page | Redirect:
    """Order a pack."""
    visitor = permitted(request, Right.RECORDS)
    wanted = await _wanted(request, visitor.name)
    if isinstance(wanted, str):
        return await page(request, "evidence.html", **await _values(request, wanted))
    try:
        await asyncio.to_thread(shelf_of(request).order, wanted, site_of(request).words.language)
    except ShelfFull:
        return await page(request, "evidence.html", **await _values(request, "full"))
    about = " ".join(filter(None, (wanted.scope.kind, wanted.scope.name)))
    await looked(request, "evidence.ordered", about)
    return back(EVIDENCE)


@post(EVIDENCE + "/{id_:str}/cancel")
async def cancel(request: Asked, id_: FromPath[str]) -> Redirect:
    """End an order that waits or is being made."""
    permitted(request, Right.RECORDS)
    if await asyncio.to_thread(shelf_of(request).cancel, id_):
        await looked(request, "evidence.cancelled", id_)
    return back(EVIDENCE)


@post(EVIDENCE + "/{id_:str}/forget")
async def forget(request: Asked, id_: FromPath[str]) -> Redirect:
    """Take an order that is over away."""
    permitted(request, Right.RECORDS)
    if await asyncio.to_thread(shelf_of(request).forget, id_):
        await looked(request, "evidence.forgotten", id_)
    return back(EVIDENCE)


@get(EVIDENCE + "/{id_:str}/pack.zip")
async def download(request: Asked, id_: FromPath[str]) -> Stream:
    """Return a pack as one file, made while it goes out."""
    one = await _done(request, id_)
    await looked(request, "evidence.taken", id_)
    name = f"evidence-{id_}"

    async def pieces() -> AsyncIterator[bytes]:
        every = zipped.pieces(one.pack, name)
        while (piece := await asyncio.to_thread(next, every, None)) is not None:
            yield piece

    named = {"content-disposition": f'attachment; filename="{name}.zip"'}
    return Stream(pieces(), media_type="application/zip", headers=named)


@get(EVIDENCE + "/{id_:str}/summary.pdf")
async def paper(request: Asked, id_: FromPath[str]) -> Response[bytes]:
    """Return the paper of a pack."""
    one = await _done(request, id_)
    await looked(request, "evidence.read", id_)
    data = await asyncio.to_thread((one.pack / "summary.pdf").read_bytes)
    named = {"content-disposition": f'inline; filename="evidence-{id_}.pdf"'}
    return Response(data, media_type="application/pdf", headers=named)


async def _done(request: Asked, id_: str) -> Listed:
    permitted(request, Right.RECORDS)
    one = await asyncio.to_thread(shelf_of(request).find, id_)
    if one is None or one.stand.state != DONE or not one.pack.is_dir():
        raise NotFoundException
    return one


async def _values(request: Asked, problem: str) -> dict[str, Any]:
    site = site_of(request)

    def read(connection: Connection) -> tuple[list[str], list[str]]:
        return team_names(connection), [one.name for one in places.sites(connection)]

    teams, sites = await site.database.read(read)
    today = datetime.fromtimestamp(site.now(), UTC).date()
    return {
        "problem": problem,
        "orders": await asyncio.to_thread(shelf_of(request).list),
        "teams": teams,
        "sites": sites,
        "kinds": PLACES,
        "frameworks": frameworks(),
        "certified": (site.settings.data / CERTIFICATE).is_file(),
        "first": (today - USUAL).isoformat(),
        "last": (today - timedelta(days=1)).isoformat(),
    }


async def _wanted(request: Asked, by: str) -> Order | str:
    """Return the order that a form asks for, or what is wrong with it."""
    kind = await field(request, "kind", 10)
    name = unicodedata.normalize("NFC", (await field(request, "name", 200)).strip())
    framework = await field(request, "framework", 20)
    requirement = (await field(request, "requirement", 30)).strip()
    if kind not in PLACES or (kind != ALL and not name):
        return "place"
    if not chosen(framework, requirement):
        return "requirement"
    try:
        since = _midnight(await field(request, "since", 10))
        until = _midnight(await field(request, "until", 10)) + timedelta(days=1)
    except ValueError:
        return "days"
    if not timedelta() < until - since <= LONGEST:
        return "days"
    scope = Scope(
        kind=kind, name="" if kind == ALL else name, framework=framework, requirement=requirement
    )
    return Order(
        scope=scope,
        since=int(since.timestamp()),
        until=int(until.timestamp()),
        by=by,
        people=await field(request, "people", 3) == "yes",
    )


def _midnight(day: str) -> datetime:
    return datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)


HANDLERS = (show, part, put, cancel, forget, download, paper)
ENTRIES = (Entry(path=EVIDENCE, word="evidence", group="over-time", place=65, right=Right.RECORDS),)
