"""Asks who somebody is once more before a dangerous act, unless that was proved minutes ago.

A page that revokes, publishes, resets or takes away begins its handler with::

    asked = await ask_first(request)
    if asked is not None:
        return asked

The form's fields wait on the page that asks, and the browser sends them again afterwards.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console import second_factor
from agentguard.server.console.site import Asked, Page, back, field, page, site_of, visitor_of
from agentguard.server.console.way_back import local
from agentguard.server.store.accounts import sessions
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.records import audit

PROVE = "/prove"
TO, WAY = "proof_to", "proof_way"
AGAIN: Literal[307] = 307  # the browser sends the same form once more
HIDDEN = "password"  # never written into a page; its form is shown to who proved just now
OWN = frozenset({"token", TO, WAY, second_factor.CODE, second_factor.PASSKEY, HIDDEN})
LONGEST = 500


async def ask_first(request: Asked) -> Page | None:
    """Return the page that asks for a proof.

    None when the last one is fresh, and the act may be.
    """
    visitor, site = visitor_of(request), site_of(request)
    if 0 <= site.now() - visitor.proved_at < site.limits.proof_fresh:
        return None
    if request.method != "POST":
        return await _page(request, request.url.path, "get", [])
    form = await request.form()
    kept = [(k, v) for k, v in form.multi_items() if isinstance(v, str) and k not in OWN]
    return await _page(request, request.url.path, "post", kept)


@get(PROVE)
async def show(request: Asked) -> Page:
    """Ask for a proof, then go where `to` says."""
    return await _page(request, local(request.query_params.get("to", "/")), "get", [])


@post(PROVE)
async def prove(request: Asked) -> Page | Redirect:
    """Judge the proof; when it holds, the form that waited is sent once more."""
    site, visitor = site_of(request), visitor_of(request)
    to, way = local(await field(request, TO, LONGEST)), await field(request, WAY, 10)
    asking = second_factor.stepping_up(request, visitor.name, _purpose(visitor))
    judged = await second_factor.judge(request, asking)
    if not judged.how:
        said = "console.sign-in.wait" if judged.wait else "console.prove.wrong"
        return await _again(request, to, way, said, judged.wait)

    def note(connection: Connection) -> None:
        now = site.now()
        sessions.proved(connection, visitor.token, now, judged.how)
        audit.note(connection, now, visitor.name, "proved", judged.how)

    await site.database.write(note)
    return Redirect(to, status_code=AGAIN) if way == "post" else back(to)


async def _again(request: Asked, to: str, way: str, said: str, wait: int) -> Page:
    form = await request.form()
    kept = [(k, v) for k, v in form.multi_items() if isinstance(v, str) and k not in OWN]
    problem = site_of(request).words.say(said, seconds=wait)
    return await _page(request, to, way, kept, problem)


async def _page(
    request: Asked, to: str, way: str, kept: list[tuple[str, str]], problem: str = ""
) -> Page:
    visitor = visitor_of(request)
    return await page(
        request,
        "prove.html",
        status=403,
        offer=await second_factor.offer(request, visitor.name, _purpose(visitor)),
        to=to,
        way=way,
        kept=kept,
        problem=problem,
        company=f"/sign-in/company?to={quote(to)}" if visitor.how == "sso" else "",
    )


def _purpose(visitor: Visitor) -> str:
    return f"prove {sessions.id_of(visitor.token)}"


HANDLERS = (show, prove)
