"""What every page of the console is given, and how a page is rendered."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any, Literal, cast

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.bccache import Bucket
from jinja2.runtime import Context
from litestar import Request, Response
from litestar.datastructures import FormMultiDict, State
from litestar.enums import MediaType
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.base import languages, spans, translations
from agentguard.base.translations import Texts
from agentguard.model.messages import Message
from agentguard.server import masking, zoned
from agentguard.server.console import assets, moments
from agentguard.server.console.badges import Badges, waits_of
from agentguard.server.console.day_progress import DayProgress
from agentguard.server.console.navigation import menu
from agentguard.server.console.sign_in_queue import Lanes
from agentguard.server.console.streams import Streams
from agentguard.server.console.typed_again import typed_again
from agentguard.server.jobs import backups
from agentguard.server.keys import ServerKeys
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.playbooks.following import Following
from agentguard.server.roles import ADMIN, Right, may
from agentguard.server.settings import Limits, Now, ServerSettings
from agentguard.server.signin.oidc import Provider
from agentguard.server.store.accounts.people import Visitor
from agentguard.server.store.engine import job_failures
from agentguard.server.store.engine.database import Database
from agentguard.server.store.engine.job_failures import Failing
from agentguard.server.store.records import audit

HERE = Path(__file__).parent
SEE_OTHER: Literal[303] = 303
GONE = 404
Page = Response[str]
Asked = Request[Any, Any, State]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The console's surroundings, as they speak one language; `spoken` are those of the others.

    `playbooks` tells which lines of a site's own playbooks are wrong.
    """

    settings: ServerSettings
    database: Database
    keys: ServerKeys
    now: Now
    words: Texts
    pages: Environment
    badges: Badges
    streams: Streams
    playbooks: Following
    day: DayProgress = dataclasses.field(default_factory=DayProgress)
    outside: Outside = dataclasses.field(default_factory=Outside)
    provider: Provider | None = None
    lanes: Lanes = dataclasses.field(default_factory=Lanes)
    read: Callable[[str], Texts] = translations.load
    spoken: dict[str, Site] = dataclasses.field(default_factory=dict)

    def speaking(self, language: str) -> Site:
        """Return the same surroundings in another language; each is made once."""
        if language == self.words.language:
            return self
        if language not in self.spoken:
            words = self.read(language)
            pages = environment(words, self.pages.bytecode_cache)
            self.spoken[language] = dataclasses.replace(self, words=words, pages=pages)
        return self.spoken[language]

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        return self.settings.limits

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix binds it to this host and to TLS."""
        return "__Host-agentguard" if self.settings.secure else "agentguard"


class Compiled(BytecodeCache):
    """What templates were compiled to: the same in every language, so it is done and held once."""

    def __init__(self) -> None:
        self._known: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give what is known of a template; they do not change while the endpoint runs."""
        bucket.code = self._known.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a template was compiled to."""
        if bucket.code is not None:
            self._known[bucket.key] = bucket.code


def environment(words: Texts, compiled: BytecodeCache | None = None) -> Environment:
    """Return the template engine: everything is escaped, and a missing value is an error."""
    pages = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=compiled or Compiled(),
    )

    @pass_context
    def tell(context: Context, id_: str, params: dict[str, str | int]) -> str:
        """Render a message; its `time` is kept as machines write it, and shown by the clock."""
        read = {name: by_clock(context, value) for name, value in params.items() if name == "time"}
        return words.render(Message(id=id_, params={**params, **read}))

    def by_clock(context: Context, value: str | int) -> str | int:
        at = moments.of_iso(str(value))
        return value if at is None else stamp(context, at)

    @pass_context
    def stamp(context: Context, at: float) -> str:
        zone, now = context["zone"], context.get("now")
        return moments.stamp(at, words.language, zone, now=now)

    day, ago = partial(moments.day, language=words.language), partial(moments.ago, words=words)
    pages.globals.update(
        say=words.say, has=words.has, tell=tell, titled=words.title, advise=words.advice,
        spans=moments.counted(words), lang=words.language,
        asset=assets.address, zone=UTC, direction="rtl" if words.right_to_left else "ltr",
    )  # fmt: skip
    decimal = partial(languages.decimal, words.language)
    took = partial(spans.measured, say=words.say, decimal=decimal)
    pages.filters.update(decimal=decimal, took=took, stamp=stamp, day=day, iso=moments.iso, ago=ago)
    return pages


def site_of(request: Asked) -> Site:
    """Return the site that serves the request, as it speaks the language of the request."""
    site = cast("Site", request.app.state["site"])
    return site.speaking(request.scope["state"].get("language", site.words.language))


def zone_of(request: Asked) -> tzinfo:
    """Return the clock by which times are shown; UTC when none was chosen or told."""
    return request.scope["state"].get("zone") or UTC


def visitor_of(request: Asked) -> Visitor:
    """Return who is signed in; the gate let nobody else through."""
    visitor = request.scope["state"].get("visitor")
    if not isinstance(visitor, Visitor):
        raise PermissionDeniedException
    return visitor


def administrator_of(request: Asked) -> Visitor:
    """Return who is signed in when it is an administrator; for others there is no such page."""
    visitor = visitor_of(request)
    if visitor.role != ADMIN:
        raise NotFoundException
    return visitor


def permitted(request: Asked, right: Right) -> Visitor:
    """Return who is signed in when the role has the right; for others there is no such page."""
    visitor = visitor_of(request)
    if not may(visitor.role, right):
        raise NotFoundException
    return visitor


async def looked(request: Asked, act: str, subject: str = "") -> None:
    """Write down that somebody looked at what is held on people."""
    site, visitor = site_of(request), visitor_of(request)
    await site.database.write(lambda c: audit.note(c, site.now(), visitor.name, act, subject))


async def page(request: Asked, template: str, *, status: int = 200, **values: Any) -> Page:
    """Render a page for whoever is signed in, with what waits behind the lines of the menu.

    With a `problem`, or `refused`, it answers a form, in which stands again what was typed.
    """
    site = site_of(request)
    visitor = request.scope["state"].get("visitor")
    badges = await site.badges.counted(site.database, visitor, site.now()) if visitor else {}
    runs = visitor is not None and visitor.role == ADMIN
    jobs, late = await _own_troubles(site) if runs else ((), None)
    waiting = await site.database.read(lambda c: waits_of(c, visitor, site.now()))
    wrong = site.playbooks.wrong if runs else ()
    day = await site.day.seen(site.database, site.settings, site.now()) if runs else None
    troubles = {"failing": jobs, "wrong_playbooks": wrong, "late_backup": late}
    given = {"badges": badges, "own_waits": waiting, "first_day": day, **troubles}
    shown = render(request, template, status=status, **{**given, **values})
    if request.method == "POST" and (values.get("problem") or values.get("refused")):
        shown.content = typed_again(shown.content, request.url.path, await request.form())
    return shown


async def _own_troubles(site: Site) -> tuple[Sequence[Failing], float | None]:
    """Return which of the endpoint's jobs fail, and since when no backup was found whole.

    Of a backup that is late since its job fails that is said, and not both.
    """
    now = site.now()

    def read(connection: Connection) -> tuple[Sequence[Failing], float | None]:
        failing = job_failures.list_repeated(connection)
        late = backups.overdue(connection, site.settings, now)
        return failing, None if backups.JOB in {one.name for one in failing} else late

    return await site.database.read(read)


def render(request: Asked, template: str, *, status: int = 200, **values: Any) -> Page:
    """Render a page or a part of one that shows no menu."""
    site = site_of(request)
    visitor = request.scope["state"].get("visitor")
    shown = {
        "layout": "base.html",
        "visitor": visitor,
        "admin": visitor is not None and visitor.role == ADMIN,
        "own_teams": visitor is not None and bool(visitor.scope),
        "own_waits": (),
        "wrong_playbooks": (),
        "late_backup": None,
        "first_day": None,
        "teamless": visitor is not None and visitor.scope == frozenset(),
        "may": {r.value: visitor is not None and may(visitor.role, r) for r in Right},
        "menu": menu(visitor.role) if visitor else [],
        "badges": {},
        "failing": (),
        "token": site.keys.form_token(visitor.token) if visitor else "",
        "now": site.now(),
        "path": request.url.path,
        "zone": zone_of(request),
        "zone_name": zoned.name_of(zone_of(request)),
        **values,
    }
    html = site.pages.get_template(template).render(shown)
    return Response(html, media_type=MediaType.HTML, status_code=status)


def error_page(request: Asked, status: int, again: str = "") -> Page:
    """Say in plain words what is wrong, without any look into the database.

    `again` is the page whose form was sent for nothing; empty for a page that was only asked for.
    """
    site = site_of(request)
    known = f"console.error.{status}"
    said = known if site.words.has(f"{known}.title") else "console.error.other"
    if again and status == GONE:
        said = "console.error.gone"
    html = site.pages.get_template("error.html").render(
        said=said, visitor=None, admin=False, token="", menu=[], badges={}, now=site.now(), path="",
        again=again,
    )  # fmt: skip
    return Response(html, media_type=MediaType.HTML, status_code=status)


def back(path: str) -> Redirect:
    """Send the browser to another page after a form."""
    return Redirect(path, status_code=SEE_OTHER)


async def told(request: Asked, name: str, most: int = 200) -> str:
    """Return what a person wrote in a form, with every value masked: it is kept, and shown."""
    return masking.text((await field(request, name, most)).strip())


async def field(request: Asked, name: str, most: int = 200) -> str:
    """Return a form's field as text, cut to `most` characters; no database holds a NUL."""
    form: FormMultiDict = await request.form()
    value = form.get(name, "")
    return value.replace("\x00", "")[:most] if isinstance(value, str) else ""
