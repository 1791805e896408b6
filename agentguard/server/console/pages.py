"""Puts the console's pages together behind the gate."""

from __future__ import annotations

import logging

from litestar import Litestar
from litestar.datastructures import State
from litestar.exceptions import HTTPException, MethodNotAllowedException, PermissionDeniedException
from litestar.response import Redirect

from agentguard.server.console.gate import SAFE, Gate, is_open
from agentguard.server.console.navigation import page_modules
from agentguard.server.console.site import Asked, Page, Site, back, error_page, field, site_of
from agentguard.server.console.way_back import came_from, local
from agentguard.server.http_messages import App
from agentguard.server.jobs.schedule import Jobs
from agentguard.server.listener.path_to_endpoint import Outside
from agentguard.server.store.engine.database import Busy

LOG = logging.getLogger(__name__)
LARGEST_FORM = 64 * 1024  # bytes
SERVER_ERROR = 500
UNAVAILABLE = 503


def make_console(site: Site, outside: Outside) -> App:
    """Return the console as an ASGI application; its life begins and ends the database's work."""
    jobs = Jobs(site.database, site.settings, site.now, outside=outside, playbooks=site.playbooks)

    async def begin() -> None:
        site.database.start()
        if site.settings.jobs:
            jobs.start()

    async def end() -> None:
        await site.streams.stop()
        await jobs.stop()
        await site.database.stop()
        site.database.close()

    inner = Litestar(
        route_handlers=[h for module in page_modules() for h in module.HANDLERS],
        before_request=_check_form,
        exception_handlers={Exception: _failed},
        state=State({"site": site}),
        on_startup=[begin],
        on_shutdown=[end],
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LARGEST_FORM,
    )
    return Gate(inner, site)  # type: ignore[arg-type] # Litestar narrows ASGI's mappings


async def _check_form(request: Asked) -> None:
    """Refuse a form without the session's token; the sign-in has no session yet."""
    if request.method in SAFE or is_open(request.url.path):
        return
    visitor = request.scope["state"].get("visitor")
    given = await field(request, "token")
    if not visitor or not site_of(request).keys.is_form_token(given, visitor.token):
        raise PermissionDeniedException


def _failed(request: Asked, error: Exception) -> Page | Redirect:
    """Say in plain words what is wrong; the log gets the kind of error and no values.

    Where only a form goes, as a browser's address line shows after a refused one, whoever looks is
    sent to the page on which the form stands.
    """
    if isinstance(error, MethodNotAllowedException) and request.method in SAFE:
        return back(local(request.url.path.rpartition("/")[0]))
    sent = request.method not in SAFE
    told = request.headers.get("referer", ""), request.headers.get("host", "")
    again = came_from(*told) if sent else ""
    if isinstance(error, Busy):
        return error_page(request, UNAVAILABLE, again)
    if isinstance(error, HTTPException) and error.status_code < SERVER_ERROR:
        return error_page(request, error.status_code, again)
    LOG.error("a page failed: %s at %s", type(error).__name__, request.url.path)
    return error_page(request, SERVER_ERROR, again)
