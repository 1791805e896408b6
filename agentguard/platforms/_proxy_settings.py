"""What settings of proxies mean, as systems and people write them."""

from __future__ import annotations

import fnmatch
import ipaddress
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from agentguard.ports.network import PROXY_PORT, Proxy, Told, Way

HTTPS_PORT = 443
DIRECT = "direct"
"""What a setting says that wants no proxy, whatever the system has."""
LOCAL = "<local>"
"""Windows' word for names without a dot."""
UNUSABLE = "unusable"
"""The problem of a setting that names no HTTP proxy, such as one of SOCKS."""
_PROXY = "_proxy"
_HOST = re.compile(r"[A-Za-z0-9_.:%-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """The address that a way is wanted to."""

    url: str
    host: str
    port: int = HTTPS_PORT


def goal(url: str) -> Goal:
    """Take a URL apart; one that is none leads nowhere."""
    try:
        parts = urlsplit(url)
        return Goal(url=url, host=parts.hostname or "", port=parts.port or HTTPS_PORT)
    except ValueError:
        return Goal(url=url, host="")


def proxy(text: str) -> Proxy | None:
    """Return the HTTP proxy of a text such as `proxy:8080` or `http://name:password@proxy`.

    None when it names none: another scheme, no host, or what no host is called.
    """
    plain = text.strip()
    try:
        parts = urlsplit(plain if "://" in plain else f"http://{plain}")
        port = parts.port or PROXY_PORT
    except ValueError:
        return None
    host = parts.hostname or ""
    if parts.scheme != "http" or not _HOST.fullmatch(host):
        return None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Proxy(host=host, port=port, user=user, password=password)


def named(texts: Iterable[str], told: Told, *, own: bool) -> Way:
    """Return the way through the proxies of some texts; a problem where none names one."""
    found = tuple(one for one in map(proxy, texts) if one is not None)
    if not found:
        return Way(told=told, problem=UNUSABLE)
    return Way(proxies=found, told=told, own=own)


def is_own(host: str) -> bool:
    """Check whether a host is this computer itself, or a neighbour without a router.

    No system asks its proxy for these, whatever its list of exceptions says.
    """
    with suppress(ValueError):
        found = ipaddress.ip_address(host)
        return found.is_loopback or found.is_link_local
    return host.lower() == "localhost" or host.lower().endswith(".localhost")


def by_setting(text: str) -> Way | None:
    """Return what this program's own setting says; None when it is not set."""
    plain = text.strip()
    if not plain:
        return None
    if plain.lower() == DIRECT:
        return Way(told=Told.SETTING)
    return named((plain,), Told.SETTING, own=True)


def by_environment(to: Goal) -> Way | None:
    """Return what the environment of this process says; None when it names no proxy."""
    every = _of_environment(os.environ)
    text = every.get("https") or every.get("all", "")
    if not text:
        return None
    if excepted(to, every.get("no", ""), below=True):
        return Way(told=Told.ENVIRONMENT)
    return named((text,), Told.ENVIRONMENT, own=True)


def _of_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """Return what the environment says, by scheme: `urllib.request` does so, in 250 KB of memory.

    A name in small letters counts before one in capitals, and takes it back where it is empty.
    """
    found: dict[str, str] = {}
    for name, value in sorted(variables.items(), key=lambda one: one[0].endswith("_proxy")):
        if len(name) <= len(_PROXY) or not name.lower().endswith(_PROXY):
            continue
        scheme = name[: -len(_PROXY)].lower()
        if value:
            found[scheme] = value
        elif name.endswith(_PROXY):
            found.pop(scheme, None)
    return found


def excepted(to: Goal, listed: str, *, below: bool = False) -> bool:
    """Check whether a list of exceptions holds an address.

    It holds hosts, `*.example`, `.example`, networks as 10.0.0.0/8, and `<local>`, between commas,
    semicolons or spaces, each perhaps with a scheme before it and a port behind it. With `below` a
    host stands for all names below it as well, as in the environment.
    """
    return any(_excepts(one, to, below=below) for one in _words(listed))


def _words(listed: str) -> Iterator[str]:
    return (one.lower() for one in re.split(r"[;,\s]+", listed) if one)


def _excepts(listed: str, to: Goal, *, below: bool) -> bool:
    if listed == LOCAL:
        return "." not in to.host and ":" not in to.host
    host, plain = to.host.lower(), listed.partition("://")[2] or listed
    with suppress(ValueError):
        return ipaddress.ip_address(host) in ipaddress.ip_network(plain, strict=False)
    name, port = _parted(plain)
    if port not in {"", str(to.port)}:
        return False
    if name.startswith(".") or (below and "*" not in name):
        return host == name.lstrip(".") or host.endswith(f".{name.lstrip('.')}")
    return fnmatch.fnmatchcase(host, name)


def _parted(plain: str) -> tuple[str, str]:
    """Return a host and the port behind it, empty for none; of an address in IPv6 as well."""
    if found := re.fullmatch(r"\[([^]]+)\](?::(\d+))?", plain):
        return found[1], found[2] or ""
    found = re.fullmatch(r"([^:]+):(\d+)", plain)
    return (found[1], found[2]) if found else (plain, "")


def of_scheme(listed: str, scheme: str = "https") -> tuple[str, ...]:
    """Return the proxies for a scheme from Windows' list, in its order.

    `http=a:80;https=b:443` names one for each, `a:80;b:80` the same for all.
    """
    by_scheme: Mapping[str, list[str]] = {scheme: [], "": []}
    for one in re.split(r"[;\s]+", listed.strip()):
        name, equals, rest = one.partition("=")
        key, value = (name.lower(), rest) if equals else ("", one)
        if key in by_scheme and value:
            by_scheme[key].append(value)
    return tuple(by_scheme[scheme] or by_scheme[""])
