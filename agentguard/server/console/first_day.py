"""The first day: the steps of `agentguard server setup`, each as it stands now and what to do."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.response import Redirect
from sqlalchemy import Connection, func, select

from agentguard.base.errors import UsageError
from agentguard.model.messages import Message, say
from agentguard.server.console import endpoint_trust
from agentguard.server.console.day_progress import every_step, progress
from agentguard.server.console.endpoint_trust import Kind
from agentguard.server.console.navigation import Entry
from agentguard.server.console.site import Asked, Page, Site, back, page, permitted, site_of
from agentguard.server.first_day import places_file
from agentguard.server.first_day.first_steps import State, Step
from agentguard.server.listener import origin
from agentguard.server.roles import Right
from agentguard.server.store.desks import identities
from agentguard.server.store.factors import passkeys
from agentguard.server.store.factors.one_time_codes import CONSOLE
from agentguard.server.store.schema.identity_tables import tamper_item
from agentguard.server.tamper import kinds

DAY = "/first-day"
LARGEST = 2 * 1024 * 1024
"""Bytes of a form with a sheet."""
REFUSED = 400
PACKAGED = Path("/var/lib/agentguard-server")
"""Where the package keeps its data, and needs no word of where."""
LINKS = {
    "administrator": "/users",
    "places": "/teams/arrange",
    "policy": "/policies",
    "desk": "/codes",
    "report": "/",
}
"""Where a step is done, or looked at."""
OPTIONS = {
    "address": ("--address", "https://NAME:8443"),
    "root": ("--keys", "/media/stick"),
    "policy": ("--keys", "/media/stick"),
    "backup": ("--backups", "/var/backups/agentguard-server"),
}
"""What the one command is given for a step that needs the endpoint's computer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A step, with where it is done and what else was seen that bears on it."""

    step: Step
    link: str
    by_command: bool
    notes: tuple[Message, ...] = ()


@get(DAY)
async def show(request: Asked) -> Page:
    """Show every step as it stands at this moment."""
    return await _page(request)


@post(DAY + "/places", request_max_body_size=LARGEST)
async def take_places(request: Asked) -> Page | Redirect:
    """Take teams, sites and shifts of a sheet, or say at the step what is wrong with it."""
    site, visitor = site_of(request), permitted(request, Right.MANAGE)
    given = (await request.form()).get("file")
    if not isinstance(given, UploadFile):
        return await _page(request, site.words.say("console.first-day.no-file"))
    raw = await given.read()
    try:
        lines = places_file.parsed(
            raw, Path(given.filename).name[: places_file.LONGEST], site.words
        )
    except UsageError as refused:
        return await _page(request, f"{refused.title} {refused.advice}")
    await site.database.write(lambda c: places_file.put(c, lines, visitor.name, site.now()))
    return back(f"{DAY}#places")


async def _page(request: Asked, problem: str = "") -> Page:
    site, visitor = site_of(request), permitted(request, Right.MANAGE)
    trust = endpoint_trust.seen(site.settings, site.outside.valid())
    asked = f"https://{request.headers.get('host', '')}"

    def read(connection: Connection) -> list[Shown]:
        steps = every_step(connection, site.settings, site.now())
        notes = {
            "address": _of_address(site, asked, trust.kind),
            "administrator": _of_own(connection, visitor.name),
            "policy": _of_policy(connection),
            "report": _of_reports(connection, steps[-1].state),
        }
        return [_shown(one, notes.get(one.name, ())) for one in steps]

    shown = await site.database.read(read)
    return await page(
        request,
        "first_day.html",
        status=REFUSED if problem else 200,
        problem=problem,
        shown=shown,
        progress=progress([one.step for one in shown]),
        command=_command(site, asked, [one.step for one in shown]),
        columns=",".join(places_file.COLUMNS),
    )


def _shown(step: Step, notes: tuple[Message, ...]) -> Shown:
    by_command = step.name in OPTIONS and step.state is State.OPEN
    return Shown(step=step, link=LINKS.get(step.name, ""), by_command=by_command, notes=notes)


def _command(site: Site, asked: str, steps: list[Step]) -> str:
    """Return the one line that does all open steps which need the endpoint's computer."""
    named = {one.name for one in steps if one.state is State.OPEN and one.name in OPTIONS}
    if not named:
        return ""
    packaged = site.settings.data == PACKAGED
    words = ["agentguard-server", "setup"] if packaged else ["agentguard", "server", "setup"]
    if not packaged:
        words += ["--data", str(site.settings.data)]
    wanted = dict(OPTIONS[one] for one in OPTIONS if one in named)
    if "--backups" in wanted:  # the key that opens them lies with the others
        wanted.setdefault("--keys", OPTIONS["root"][1])
    named_host = _is_name(asked) and urlsplit(asked).hostname != "localhost"
    if "--address" in wanted and origin.fits(asked) and named_host:
        wanted["--address"] = asked
    return shlex.join([*words, *(word for pair in wanted.items() for word in pair)])


def _is_name(address: str) -> bool:
    """Check whether an address has a name, which passkeys need, and no number."""
    host = urlsplit(address).hostname or ""
    return bool(host) and ":" not in host and not host.replace(".", "").isdigit()


def _of_address(site: Site, asked: str, kind: Kind) -> tuple[Message, ...]:
    known = site.settings.origin or origin.read(site.settings.data)
    found = [say("console.first-day.browser", address=asked)] if origin.fits(asked) else []
    if known and origin.fits(asked) and known != asked:
        found.append(say("console.first-day.other-address", address=known))
    if not _is_name(known or asked):
        found.append(say("console.account.passkeys-name"))
    return (*found, say(f"console.trust.{kind}"))


def _of_own(connection: Connection, name: str) -> tuple[Message, ...]:
    if passkeys.of(connection, CONSOLE, name):
        return ()
    return (say("console.first-day.no-passkey"),)


def _of_policy(connection: Connection) -> tuple[Message, ...]:
    refused = connection.scalar(
        select(func.count()).where(
            tamper_item.c.kind == kinds.POLICY_REFUSED.id, tamper_item.c.closed_at.is_(None)
        )
    )
    return (say("console.first-day.refused-policy", count=int(refused)),) if refused else ()


def _of_reports(connection: Connection, state: State) -> tuple[Message, ...]:
    waiting = identities.waiting(connection)
    found = [say("console.first-day.waiting", count=waiting)] if waiting else []
    if state is State.OPEN:
        found.append(say("console.first-day.doctor"))
    return tuple(found)


HANDLERS = (show, take_places)
ENTRIES = (Entry(path=DAY, word="first-day", group="centre", place=5, right=Right.MANAGE),)
