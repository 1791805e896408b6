"""A console user's own second factor: a QR code, confirmed by the first one-time code."""

from __future__ import annotations

import segno
from litestar import get, post
from sqlalchemy import Connection

from agentguard.server.console.site import Asked, Page, Site, field, page, site_of, visitor_of
from agentguard.server.store import audit, factors

ACCOUNT = "/account"


@get(ACCOUNT)
async def show(request: Asked) -> Page:
    """Show whether a second factor is enrolled."""
    return await _page(request, "", "", "")


@post(ACCOUNT + "/totp")
async def begin(request: Asked) -> Page:
    """Make a new secret and show it as a QR code, this once; it counts once confirmed."""
    site, visitor = site_of(request), visitor_of(request)
    if await _enrolled(site, visitor.name):
        return await _page(request, "", "", site.words.say("console.account.already"))
    secret = await site.database.write(
        lambda c: factors.enrol(c, site.keys, factors.CONSOLE, visitor.name, sure=False)
    )
    picture = segno.make(factors.address(visitor.name, secret)).svg_data_uri(
        scale=5, border=2, dark="#10231f", light="#ffffff"
    )
    return await _page(request, picture, secret, "")


@post(ACCOUNT + "/totp/confirm")
async def confirm(request: Asked) -> Page:
    """Confirm the secret by a code."""
    site, visitor = site_of(request), visitor_of(request)
    code = await field(request, "code", 20)
    problem = await site.database.write(lambda c: _confirm(c, site, visitor.name, code))
    said = "console.account.wrong" if problem else "console.account.done"
    return await _page(request, "", "", site.words.say(said))


def _confirm(connection: Connection, site: Site, name: str, code: str) -> str:
    now = site.now()
    problem = factors.accept(connection, site.keys, factors.CONSOLE, name, answer=code, now=now)
    if not problem:
        audit.note(connection, now, name, "totp.confirmed")
    return problem


async def _enrolled(site: Site, name: str) -> bool:
    return await site.database.read(lambda c: factors.enrolled(c, factors.CONSOLE, name))


async def _page(request: Asked, picture: str, secret: str, said: str) -> Page:
    site, visitor = site_of(request), visitor_of(request)
    return await page(
        request,
        "account.html",
        picture=picture,
        secret=secret,
        said=said,
        enrolled=await _enrolled(site, visitor.name),
    )


HANDLERS = (show, begin, confirm)
