"""What is known of the browser that asks: its family, its address of the console, its cookies."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie

from litestar.datastructures import Cookie

from agentguard.server.console.site import Asked, Site, site_of
from agentguard.server.signin.passkeys import Relying

# Families as they name themselves; the first that fits, since each names its forebears too.
_PROGRAMS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def family(agent: str) -> str:
    """Return browser and system, as in `Firefox, Windows`: no version, so that updates keep it."""
    program = next((name for mark, name in _PROGRAMS if mark in agent), "Browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{program}, {system}" if system else program


def family_of(headers: dict[bytes, bytes]) -> str:
    """Return the family by a request's headers."""
    return family(headers.get(b"user-agent", b"").decode("latin-1"))


def browser_of(request: Asked) -> str:
    """Return the family of the browser that asks."""
    return family(request.headers.get("user-agent", ""))


def address_of(request: Asked) -> str:
    """Return the console's address as the browser has it, such as `https://guard.example.org`."""
    site = site_of(request)
    if site.settings.origin:
        return site.settings.origin.rstrip("/")
    scheme = "https" if site.settings.secure else "http"
    return f"{scheme}://{request.headers.get('host', '')}"


def relying(request: Asked) -> Relying:
    """Return the relying party of passkeys."""
    return Relying(address_of(request))


def cookie_name(site: Site, what: str = "") -> str:
    """Return a cookie's name; the prefix binds it to this host and to TLS."""
    return f"{site.cookie}-{what}" if what else site.cookie


def cookie(site: Site, value: str, what: str = "", *, seconds: int | None = None) -> Cookie:
    """Return a cookie that scripts cannot read; it ends with the browser, or after `seconds`."""
    return Cookie(
        key=cookie_name(site, what),
        value=value,
        path="/",
        httponly=True,
        secure=site.settings.secure,
        samesite="lax",
        max_age=seconds,
    )


def gone(site: Site, what: str = "") -> Cookie:
    """Return what takes a cookie away."""
    return cookie(site, "", what, seconds=0)


def cookie_of(headers: dict[bytes, bytes], name: str) -> str:
    """Return a cookie's value; empty without one."""
    try:
        found = SimpleCookie(headers.get(b"cookie", b"").decode("latin-1")).get(name)
    except CookieError:
        return ""
    return "" if found is None else found.value
