"""This system's sources of ways, in their order."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from agentguard.base import settings
from agentguard.platforms._clock import SystemClock
from agentguard.platforms._machine_settings import machine_layers
from agentguard.platforms._network import Source, SystemNetwork
from agentguard.platforms._proxy_settings import Goal, by_environment, by_setting, is_own
from agentguard.ports.network import Way


def network(folder: Path | None) -> SystemNetwork:
    """Return what asks them; `folder` holds a person's settings, None is for the keeper."""

    def set_here(_to: Goal) -> Way | None:
        return by_setting(proxy_set(folder))

    first: tuple[Source, ...] = (set_here, by_environment)
    if sys.platform == "win32":
        from agentguard.platforms._win32 import proxies, sign_in  # noqa: PLC0415 - one system's door

        every = (*first, *map(_outward, proxies.sources(of_system=folder is None)))
        return SystemNetwork(every, SystemClock(), begin=sign_in.begin)
    from agentguard.platforms._linux.proxies import by_desktop  # noqa: PLC0415 - as above

    def desktop(to: Goal) -> Way | None:
        return by_desktop(to, os.environ)

    return SystemNetwork(first if folder is None else (*first, _outward(desktop)), SystemClock())


def _outward(source: Source) -> Source:
    """Return a source of the system's, which says nothing of this computer itself."""

    def asked(to: Goal) -> Way | None:
        return None if is_own(to.host) else source(to)

    return asked


def proxy_set(folder: Path | None) -> str:
    """Return the proxy that is set for this program; empty where none is."""
    layers = machine_layers()
    if folder is None:
        return settings.load(None, layers).proxy
    return settings.at_start(folder, layers).settings.proxy
