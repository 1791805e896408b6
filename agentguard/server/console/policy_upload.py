"""Publishing a signed policy: it is given, what it changes is looked at, then it is published."""

from __future__ import annotations

import base64
import binascii
import hashlib

from litestar import get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.response import Redirect
from sqlalchemy import Connection

from agentguard.base.errors import UsageError
from agentguard.model import policy_changes, simulation_reach
from agentguard.server.console import simulation
from agentguard.server.console.fresh_proof import ask_first
from agentguard.server.console.policies import POLICIES
from agentguard.server.console.site import Asked, Page, back, field, page, permitted, site_of
from agentguard.server.policies.publication import RINGS, Candidate, Publishing, followed
from agentguard.server.policy_reader import Reading
from agentguard.server.roles import Right
from agentguard.server.store.desks import policies
from agentguard.server.store.records import audit
from agentguard.trust.bundles import MOST_BYTES

NEW, PUBLISH = POLICIES + "/new", POLICIES + "/publish"
LARGEST = 4 * MOST_BYTES
"""Bytes of a form: a policy, twice in base64 and once in a form's own spelling."""
KEPT = 32 * 1024
"""Characters of a policy that the page which asks for a proof can keep."""
REFUSED = 400
CALLED = 60


@get(NEW)
async def show(request: Asked) -> Page:
    """Ask for a signed policy; who asks has to prove who it is before a file is chosen."""
    _reading(request)
    asked = await ask_first(request)
    return asked if asked is not None else await _form(request)


@post(NEW, request_max_body_size=LARGEST)
async def look(request: Asked) -> Page | Redirect:
    """Judge a signed policy and show what it changes; nothing is published yet."""
    reading = _reading(request)
    if await ask_first(request) is not None:
        return back(NEW)  # a file cannot wait on the page that asks
    raw, called = await _given(request)
    if not raw:
        site = site_of(request)
        return await _form(request, UsageError(site.words.say("console.policies.upload-none")))
    try:
        made, root = await _judged(request, raw, called, reading)
    except UsageError as refused:
        return await _refuse(request, raw, refused)
    site = site_of(request)
    wished = simulation.wish(await field(request, "days", 4), await field(request, "place", 40))
    figures = await site.database.read(
        lambda c: simulation.tried(c, made.before, made.policy, site.now(), wished)
    )
    changes = policy_changes.changes(made.before, made.policy, made.loosened)
    return await page(
        request,
        "publish.html",
        made=made,
        tried=figures,
        root=root,
        changes=changes,
        reaches={one.path: simulation_reach.of(one.path) for one in changes if made.before},
        periods=simulation.PERIODS,
        bundle=base64.urlsafe_b64encode(raw).decode(),
        rings=RINGS,
    )


@post(PUBLISH, request_max_body_size=LARGEST)
async def publish(request: Asked) -> Page | Redirect:
    """Publish a policy that was looked at, judged once more, for its first ring."""
    site, reading = site_of(request), _reading(request)
    bundle = await field(request, "bundle", LARGEST)
    if (asked := await ask_first(request)) is not None:
        return asked if len(bundle) <= KEPT else back(NEW)
    raw = _decoded(bundle)
    if not raw:
        return await _form(request, UsageError(site.words.say("console.policies.upload-damaged")))
    over, percent = await field(request, "over", 64), await field(request, "percent", 4)
    ring = int(percent) if percent.isascii() and percent.isdigit() else -1
    try:
        made, _root = await _judged(request, raw, _called(request), reading)
        await site.database.write(lambda c: _put(c, _rules(request), made, over, ring))
    except UsageError as refused:
        return await _refuse(request, raw, refused)
    return back(f"{POLICIES}/{made.label.digest}")


def _put(
    connection: Connection, rules: Publishing, made: Candidate, over: str, percent: int
) -> None:
    """Publish it over the policy that it was compared with, and no other."""
    policies.alone(connection)
    first = followed(connection, made.label.team)
    present = first.label.digest if first else ""
    if present != made.over or present != over:
        raise UsageError(rules.words.say("console.policies.meanwhile"))
    rules.opened(connection, made.raw)  # by the root of this moment
    rules.publish(connection, made.raw, made.label, percent)


def _reading(request: Asked) -> Reading:
    permitted(request, Right.PUBLISH)
    reading = site_of(request).settings.reading
    if reading is None:
        raise NotFoundException
    return reading


def _rules(request: Asked) -> Publishing:
    site, visitor = site_of(request), permitted(request, Right.PUBLISH)
    return Publishing(words=site.words, actor=visitor.name, at=site.now())


async def _judged(
    request: Asked, raw: bytes, called: str, reading: Reading
) -> tuple[Candidate, int]:
    rules = _rules(request)

    def judge(connection: Connection) -> tuple[Candidate, int]:
        made = rules.judged(connection, raw, called, reading)
        return made, policies.root_version(connection)

    return await site_of(request).database.read(judge)


async def _given(request: Asked) -> tuple[bytes, str]:
    """Return what was uploaded or pasted, or is looked at again, and how to call it."""
    given = (await request.form()).get("file")
    if isinstance(given, UploadFile):
        raw = await given.read()
        if raw:
            safe = "".join(c for c in given.filename if c.isprintable())
            return raw, safe[:CALLED] or _called(request)
    if again := await field(request, "bundle", LARGEST):
        return _decoded(again), _called(request)
    return (await field(request, "text", LARGEST)).strip().encode(), _called(request)


def _called(request: Asked) -> str:
    return site_of(request).words.say("console.policies.upload-called")


def _decoded(bundle: str) -> bytes:
    try:
        return base64.b64decode(bundle.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


async def _refuse(request: Asked, raw: bytes, refused: UsageError) -> Page:
    site, visitor = site_of(request), permitted(request, Right.PUBLISH)
    digest = hashlib.sha256(raw).hexdigest()[:16]
    await site.database.write(
        lambda c: audit.note(c, site.now(), visitor.name, "policy.upload-refused", digest)
    )
    return await _form(request, refused)


async def _form(request: Asked, refused: UsageError | None = None) -> Page:
    status = 200 if refused is None else REFUSED
    problems = getattr(refused, "problems", ())
    return await page(request, "upload.html", status=status, refused=refused, problems=problems)


HANDLERS = (show, look, publish)
