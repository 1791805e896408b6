"""The console users' factors and sessions: who has which, resets with four eyes, sessions ended."""

from __future__ import annotations

from dataclasses import dataclass

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection, select

from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, Site, back, field, page, permitted, site_of
from agentguard.server.roles import Right
from agentguard.server.store.accounts import sessions
from agentguard.server.store.factors import one_time_codes, passkeys, recovery, resets
from agentguard.server.store.factors.one_time_codes import CONSOLE
from agentguard.server.store.records import audit
from agentguard.server.store.schema.sign_in_tables import sso_user
from agentguard.server.store.schema.tables import user

ACCESS = "/access"
LONGEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A console user with factors and sessions; `sso` says that the company signs the user in."""

    name: str
    passkeys: int
    totp: bool
    codes: int
    sso: bool
    sessions: int


@get(ACCESS)
async def show(request: Asked) -> Page:
    """Show who signs in by what, and from where."""
    site = site_of(request)
    permitted(request, Right.MANAGE)
    now = site.now()

    def read(connection: Connection) -> tuple[list[Line], list[resets.Asked]]:
        names = connection.scalars(select(user.c.name).order_by(user.c.name)).all()
        asked = [one for one in resets.waiting(connection, now) if one.realm == CONSOLE]
        return [_line(connection, site, name) for name in names], asked

    lines, asked = await site.database.read(read)
    return await page(request, "access.html", lines=lines, asked=asked)


@post(ACCESS + "/end")
async def end(request: Asked) -> Page | Redirect:
    """End all sessions of a user."""
    site, visitor = site_of(request), permitted(request, Right.MANAGE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    name = await field(request, "name", LONGEST)

    def stop(connection: Connection) -> None:
        sessions.end_all(connection, name, but=visitor.token)
        audit.note(connection, site.now(), visitor.name, "sessions.ended", name)

    await site.database.write(stop)
    return back(ACCESS)


def _line(connection: Connection, site: Site, name: str) -> Line:
    return Line(
        name=name,
        passkeys=len(passkeys.of(connection, CONSOLE, name)),
        totp=one_time_codes.is_enrolled(connection, CONSOLE, name),
        codes=recovery.left(connection, name),
        sso=connection.scalar(select(sso_user.c.user).where(sso_user.c.user == name)) is not None,
        sessions=len(sessions.of(connection, name, site.now(), site.limits)),
    )


HANDLERS = (show, end)
ENTRIES = (Entry(path=ACCESS, word="access", group="centre", place=70, right=Right.MANAGE),)
