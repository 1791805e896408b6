"""The proxy of a Linux desktop: GNOME's settings, or KDE's.

GNOME: org.gnome.system.proxy `mode` (none, manual, auto), `autoconfig-url`, `ignore-hosts`, and
org.gnome.system.proxy.https `host` and `port` (gsettings-desktop-schemas). KDE: kioslaverc, group
`Proxy Settings`: `ProxyType` (0 none, 1 by hand, 2 a script, 3 detected, 4 the environment),
`httpsProxy`, `NoProxyFor`, `Proxy Config Script` (kio, kprotocolmanager.h). A script is not run: no
engine for JavaScript is aboard, and this one would come from the network. It is told.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from agentguard.platforms._linux import commands
from agentguard.platforms._linux.ini import settings
from agentguard.platforms._linux.lock_gsettings import desktops
from agentguard.platforms._proxy_settings import Goal, excepted, named
from agentguard.ports.network import Told, Way

SCHEMA, HTTPS = "org.gnome.system.proxy", "org.gnome.system.proxy.https"
FILE, GROUP = "kioslaverc", "proxy settings"
UNRUN = "script-unrun"
LARGEST = 65_536
_BY_HAND, _SCRIPT, _DETECTED = "1", "2", "3"
_LIKE_GNOME = frozenset({"GNOME", "UNITY", "BUDGIE", "POP", "X-CINNAMON", "CINNAMON", "MATE"})

Asked = Callable[[str], str]
"""Gives what `gsettings list-recursively` prints of a schema; empty where it prints nothing."""


def by_gsettings(schema: str) -> str:
    """Ask GSettings."""
    return commands.run("gsettings", "list-recursively", schema) or ""


def by_desktop(to: Goal, environment: Mapping[str, str], asked: Asked = by_gsettings) -> Way | None:
    """Return what the desktop that runs says; None where it says nothing."""
    running = desktops(environment)
    if "KDE" in running:
        return _kde(to, environment)
    return _gnome(to, asked) if running & _LIKE_GNOME else None


def _gnome(to: Goal, asked: Asked) -> Way | None:
    every = _keys(asked(SCHEMA))
    mode = every.get("mode", "")
    if mode == "auto":
        return Way(
            told=Told.DESKTOP, problem=UNRUN, where=every.get("autoconfig-url", "") or "WPAD"
        )
    if mode != "manual":
        return None
    secure = _keys(asked(HTTPS))
    host, port = secure.get("host", ""), secure.get("port", "0")
    if not host:
        return None
    if excepted(to, ",".join(re.findall(r"'([^']*)'", every.get("ignore-hosts", "")))):
        return Way(told=Told.DESKTOP)
    return named((f"{host}:{port}" if port != "0" else host,), Told.DESKTOP, own=True)


def _keys(printed: str) -> dict[str, str]:
    """Return the keys of a schema; a text as GVariant writes it is that text."""
    found: dict[str, str] = {}
    for line in printed.splitlines():
        _, key, value = (*line.split(" ", 2), "", "")[:3]
        found[key] = _text(value.strip())
    return found


def _text(value: str) -> str:
    if not value.startswith(("'", '"')):
        return value
    try:
        return str(ast.literal_eval(value))
    except (ValueError, SyntaxError):
        return ""


def _kde(to: Goal, environment: Mapping[str, str]) -> Way | None:
    home = environment.get("XDG_CONFIG_HOME") or f"{environment.get('HOME', '/')}/.config"
    try:
        with (Path(home) / FILE).open("rb") as file:
            text = file.read(LARGEST).decode("utf-8", "replace")
    except OSError:
        return None
    every = dict(settings(text, GROUP))
    kind = every.get("proxytype", "0")
    if kind in {_SCRIPT, _DETECTED}:
        where = every.get("proxy config script", "") if kind == _SCRIPT else "WPAD"
        return Way(told=Told.DESKTOP, problem=UNRUN, where=where)
    if kind != _BY_HAND or not every.get("httpsproxy"):
        return None
    if excepted(to, every.get("noproxyfor", "")):
        return Way(told=Told.DESKTOP)
    # KDE writes `http://proxy 8080` as well as `http://proxy:8080`
    return named((re.sub(r"\s+(\d+)$", r":\1", every["httpsproxy"]),), Told.DESKTOP, own=True)
