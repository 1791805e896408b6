"""The console's users: added, given a role and teams, let in no more."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

from litestar import get, post
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import (
    Asked,
    Page,
    back,
    field,
    page,
    permitted,
    site_of,
)
from agentguard.server.console.team_choice import chosen_teams
from agentguard.server.roles import BOUND, ROLES, SUPERVISOR, Right
from agentguard.server.signin import passwords
from agentguard.server.store.accounts import members
from agentguard.server.store.floor import places
from agentguard.server.store.records import audit

USERS = "/users"
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 5, 4  # of a first password: 100 bits
LONGEST = 100


@get(USERS)
async def show(request: Asked) -> Page:
    """Show the users; who may only read is shown no forms."""
    return await _page(request)


@post(USERS)
async def add(request: Asked) -> Page:
    """Add a user, and show the first password this once."""
    permitted(request, Right.MANAGE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    site = site_of(request)
    name = " ".join((await field(request, "name", LONGEST)).split()).casefold()[:LONGEST]
    role, (_, teams) = await _role(request), await chosen_teams(request)
    if not name or not name.isprintable():
        return await _page(request, problem="console.users.no-name")
    first = _first_password()
    hashed = await asyncio.to_thread(passwords.hash_password, first)

    def put(connection: Connection) -> bool:
        done = members.add(connection, name, hashed, role, site.now())
        return done and members.change(connection, name, role, sorted(teams))

    if not await _do(request, "user.added", name, put):
        return await _page(request, problem="console.users.there")
    return await _page(request, made=name, first=first)


@post(USERS + "/change")
async def change(request: Asked) -> Page | Redirect:
    """Change a user's role and teams."""
    permitted(request, Right.MANAGE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    name, role = await field(request, "name", LONGEST), await _role(request)
    _, teams = await chosen_teams(request)
    known = sorted(teams)
    done = await _do(request, "user.changed", name, lambda c: members.change(c, name, role, known))
    return back(USERS) if done else await _left(request, name)


@post(USERS + "/disable")
async def disable(request: Asked) -> Page | Redirect:
    """Let a user in no more, or let the user in again."""
    permitted(request, Right.MANAGE)
    asked = await ask_first(request)
    if asked is not None:
        return asked
    name, off = await field(request, "name", LONGEST), await field(request, "off", 1) == "1"
    act = "user.disabled" if off else "user.enabled"
    done = await _do(request, act, name, lambda c: members.disable(c, name, disabled=off))
    return back(USERS) if done else await _left(request, name)


async def _do(request: Asked, act: str, name: str, job: Callable[[Connection], bool]) -> bool:
    site, visitor = site_of(request), permitted(request, Right.MANAGE)

    def do(connection: Connection) -> bool:
        done = job(connection)
        audit.note(connection, site.now(), visitor.name, act if done else "user.refused", name)
        return done

    return await site.database.write(do)


async def _left(request: Asked, name: str) -> Page:
    """Say why nothing was changed: there is no such user, or no other who could change it back."""
    members_now = await site_of(request).database.read(members.list_members)
    there = any(one.name == name for one in members_now)
    return await _page(request, problem="console.users.last" if there else "console.users.gone")


async def _page(request: Asked, *, problem: str = "", made: str = "", first: str = "") -> Page:
    permitted(request, Right.RECORDS)
    site = site_of(request)
    return await page(
        request,
        "users.html",
        status=409 if problem else 200,
        problem=site.words.say(problem) if problem else "",
        made=made,
        first=first,
        members=await site.database.read(members.list_members),
        teams=await site.database.read(places.list_placed),
        roles=ROLES,
        bound=BOUND,
    )


async def _role(request: Asked) -> str:
    role = await field(request, "role", 20)
    return role if role in ROLES else SUPERVISOR


def _first_password() -> str:
    """Make a password that a person can read out and type, with a bit more than 100 bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


HANDLERS = (show, add, change, disable)
ENTRIES = (Entry(path=USERS, word="users", group="centre", place=60, right=Right.RECORDS),)
