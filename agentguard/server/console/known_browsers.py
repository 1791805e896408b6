"""Browsers in which a person has proved to be there: their tries are counted apart.

A cookie that only this endpoint can make says so, for one name. It opens nothing: it keeps the
tries of strangers, wherever they sit, from counting against the person in it.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TypeVar

from litestar.response import Response

from agentguard.server.console.browsers import cookie, cookie_name
from agentguard.server.console.site import Asked, Site, site_of
from agentguard.server.listener.slow_clients import origin

Answer = TypeVar("Answer", bound=Response[str])
DAYS = 180
_PARTS = 3


def browser(request: Asked, name: str) -> str:
    """Return the id of the browser when this person has proved to be there in it.

    Empty otherwise.
    """
    site = site_of(request)
    given = request.cookies.get(cookie_name(site, _what(site, name)), "").split(".")
    if len(given) != _PARTS or not (given[1].isascii() and given[1].isdigit()):
        return ""
    id_, until, mark = given
    good = hmac.compare_digest(_mark(site, name, id_, until).encode(), mark.encode())
    return id_ if good and site.now() < int(until) else ""


def remember(request: Asked, answer: Answer, name: str, id_: str = "") -> Answer:
    """Have the browser known for this person from now on; `id_` is that of what was proved with."""
    site = site_of(request)
    known = browser(request, name) or id_ or secrets.token_hex(12)
    until = str(int(site.now()) + DAYS * 24 * 3600)
    value = ".".join((known, until, _mark(site, name, known, until)))
    answer.set_cookie(cookie(site, value, _what(site, name), seconds=DAYS * 24 * 3600))
    return answer


def place(request: Asked) -> str:
    """Return the place of the network that asks."""
    return origin(request.client.host) if request.client else ""


def _what(site: Site, name: str) -> str:
    return f"known-{site.keys.token(f'known name {name}')[:12]}"


def _mark(site: Site, name: str, id_: str, until: str) -> str:
    return site.keys.token(f"known browser\n{name}\n{id_}\n{until}")
