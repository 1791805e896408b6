"""The catalogue of software: which one is in force, what is in it, and adding a newer one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect

from agentguard.base.errors import PackRejected
from agentguard.base.translations import Texts
from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, back, page, permitted, site_of
from agentguard.server.policies.catalogues import Adding
from agentguard.server.roles import Right
from agentguard.server.store.engine import times
from agentguard.server.store.records import audit
from agentguard.server.store.software import packs
from agentguard.software.document import Unmatched
from agentguard.trust.signed_packs import MOST_BYTES

CATALOGUE, NEW = "/catalogue", "/catalogue/new"
LARGEST = 2 * MOST_BYTES
"""Bytes of a form: an envelope is four thirds of its pack."""
REFUSED = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Entries of one product that match nothing for certain: how many, why, and which."""

    product: str
    why: str
    cves: tuple[str, ...]


@get(CATALOGUE)
async def show(request: Asked) -> Page:
    """Show which catalogue is in force, how old it is, and what it could not match."""
    site = site_of(request)
    now = await site.database.read(packs.in_force)
    today = times.day(site.now())
    held = now.contents
    return await page(
        request,
        "catalogue.html",
        present=now,
        held=held,
        products=len(held.catalogue.products),
        rules=len(held.catalogue.rules),
        days=max(0, (today - held.compiled).days),
        left=left(held.not_matched, site.words),
    )


def left(entries: tuple[Unmatched, ...], words: Texts) -> list[Left]:
    """Return what matches nothing, by product and reason: the most first."""

    def said(why: str) -> str:
        return words.say(f"not-matched.{why}") if words.has(f"not-matched.{why}") else why

    counts = Counter((one.product, one.why) for one in entries)
    return [
        Left(
            product=product,
            why=said(why),
            cves=tuple(e.cve for e in entries if (e.product, e.why) == (product, why)),
        )
        for (product, why), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


@get(NEW)
async def ask(request: Asked) -> Page:
    """Ask for a signed catalogue; who asks has to prove who it is before a file is chosen."""
    permitted(request, Right.PUBLISH)
    asked = await ask_first(request)
    return asked if asked is not None else await _form(request)


@post(NEW, request_max_body_size=LARGEST)
async def add(request: Asked) -> Page | Redirect:
    """Add a signed catalogue, or say why it may not be."""
    site, visitor = site_of(request), permitted(request, Right.PUBLISH)
    if await ask_first(request) is not None:
        return back(NEW)  # a file cannot wait on the page that asks
    given = (await request.form()).get("file")
    raw = await given.read() if isinstance(given, UploadFile) else b""
    if not raw:
        return await _form(request, site.words.say("console.catalogue.none"))
    adding = Adding(actor=visitor.name, at=site.now())
    try:
        await site.database.write(lambda c: adding.add(c, raw))
    except PackRejected as refused:
        kind = refused.kind
        await site.database.write(
            lambda c: audit.note(c, site.now(), visitor.name, "catalogue.refused", kind)
        )
        return await _form(request, str(refused))
    return back(CATALOGUE)


async def _form(request: Asked, refused: str = "") -> Page:
    status = REFUSED if refused else 200
    return await page(request, "catalogue_add.html", status=status, refused=refused)


HANDLERS = (show, ask, add)
ENTRIES = (Entry(path=CATALOGUE, word="catalogue", group="software", place=30),)
