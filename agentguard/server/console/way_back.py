"""Where a person was when the session ended: signed in again, they are there again.

A cookie that no script reads keeps the page's address for a quarter of an hour. It is believed only
as an address of a page of this console: nobody is sent elsewhere by it.
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from litestar.datastructures import Cookie

from agentguard.server.console.browsers import cookie, cookie_name
from agentguard.server.console.site import Asked, Site, site_of

AFTER = "after"
SECONDS = 900
LONGEST = 1000  # characters of an address that is kept
HOME = "/"
_ALONE = ("/sign-in", "/sign-out", "/static/")
_ENDED, _STRANGER, _LOST = "ended", "new", "lost"


def kept(site: Site, path: str, query: bytes, *, ended: bool) -> Cookie:
    """Return the cookie for who asked for a page and is sent to sign in.

    `ended` says that there was a session, which counts no more.
    """
    whole = f"{quote(path)}?{query.decode('latin-1')}" if query else quote(path)
    where = whole if _is_page(whole) else HOME
    value = f"{_ENDED if ended else _STRANGER}:{quote(where, safe='')}"
    return cookie(site, value, AFTER, seconds=SECONDS)


def lost(site: Site, path: str, referer: str, host: str) -> Cookie | None:
    """Return the cookie for whose form came when nobody was signed in; None for signing out.

    The way back is to the page on which the form stood, as the browser tells it.
    """
    if path.startswith(_ALONE):
        return None
    where = came_from(referer, host)
    return cookie(site, f"{_LOST}:{quote(where, safe='')}", AFTER, seconds=SECONDS)


def came_from(referer: str, host: str) -> str:
    """Return the page on which a form stood, as the browser tells it; the first page else."""
    try:
        parts = urlsplit(referer)
    except ValueError:
        return HOME
    asked = f"?{parts.query}" if parts.query else ""
    whole = f"{parts.path}{asked}"
    return whole if parts.netloc == host and _is_page(whole) else HOME


def page_of(request: Asked) -> str:
    """Return where to go after signing in: the page that was asked for, or the first one."""
    where = unquote(_value(request).partition(":")[2])
    return where if _is_page(where) else HOME


def session_ended(request: Asked) -> bool:
    """Check whether who signs in was signed in, and is so no more."""
    return _value(request).startswith(f"{_ENDED}:")


def form_lost(request: Asked) -> bool:
    """Check whether a form of who signs in came when they were no longer signed in."""
    return _value(request).startswith(f"{_LOST}:")


def _value(request: Asked) -> str:
    return request.cookies.get(cookie_name(site_of(request), AFTER), "")


def _is_page(where: str) -> bool:
    return local(where) == where and len(where) <= LONGEST and not where.startswith(_ALONE)


def local(path: str) -> str:
    """Return the path when it is one of this console; anything else becomes the floor."""
    try:
        parts = urlsplit(path)
    except ValueError:
        return HOME
    odd = parts.scheme or parts.netloc or not path.startswith("/") or "\\" in path
    return HOME if odd or path.startswith("//") or not path.isprintable() else path
