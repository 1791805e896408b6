"""The way to an address: asked of one source after the other, and kept for ten minutes.

The order: this program's setting, the environment, the person's own settings, those of the whole
computer, straight. What is kept goes as soon as the computer's own addresses change, since another
network has other proxies.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import psutil

from agentguard.platforms._proxy_settings import Goal, goal
from agentguard.ports.clock import Clock
from agentguard.ports.network import STRAIGHT, Proxy, SignIn, Way

KEEP = 600.0
"""Seconds for which a way is kept."""
REST = 1800.0
"""Seconds for which a proxy that refused the own account is not asked with it again."""

Source = Callable[[Goal], Way | None]
"""Names a way, None where it says nothing of this address."""
Begin = Callable[[str, Proxy], SignIn | None]
"""Begins a sign-in by a scheme with the own account; None where the system has none."""
Stamp = frozenset[str]


def addresses() -> Stamp:
    """Return what tells one network from another: this computer's addresses, by interface."""
    try:
        found = psutil.net_if_addrs()
    except OSError:
        return frozenset()
    return frozenset(f"{name} {one.address}" for name, every in found.items() for one in every)


def no_account(scheme: str, proxy: Proxy) -> SignIn | None:
    """Begin nothing: this system signs nobody in by itself."""
    del scheme, proxy
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    at: float
    stamp: Stamp
    way: Way


class SystemNetwork:
    """The Network port."""

    def __init__(
        self,
        sources: Iterable[Source],
        clock: Clock,
        *,
        begin: Begin = no_account,
        stamp: Callable[[], Stamp] = addresses,
    ) -> None:
        self._sources = tuple(sources)
        self._clock = clock
        self._begin = begin
        self._stamp = stamp
        self._guard = threading.Lock()
        self._kept: dict[str, _Kept] = {}
        self._refused: dict[tuple[str, str], float] = {}

    def way(self, url: str) -> Way:
        """Return the way to a URL, as it was found lately or as the first source names it."""
        now, stamp = self._clock.now().boot, self._stamp()
        with self._guard:
            kept = self._kept.get(url)
        if kept is not None and kept.stamp == stamp and now - kept.at < KEEP:
            return kept.way
        found = self._asked(goal(url))
        with self._guard:
            self._kept = {**self._kept, url: _Kept(at=now, stamp=stamp, way=found)}
        return found

    def _asked(self, to: Goal) -> Way:
        """Ask; a source with a problem is passed over, and the first such problem is told."""
        trouble = STRAIGHT
        for source in self._sources:
            found = source(to)
            if found is None:
                continue
            if not found.problem:
                return replace(found, problem=trouble.problem, where=trouble.where)
            if not trouble.problem:
                trouble = found
        return replace(trouble, proxies=())

    def lost(self, url: str) -> None:
        """Forget the way to a URL."""
        with self._guard:
            self._kept = {key: kept for key, kept in self._kept.items() if key != url}

    def sign_in(self, scheme: str, proxy: Proxy) -> SignIn | None:
        """Begin a sign-in, unless this proxy refused one of the kind lately."""
        refused = self._refused.get((scheme, proxy.shown))
        if refused is not None and self._clock.now().boot - refused < REST:
            return None
        return self._begin(scheme, proxy)

    def refused(self, scheme: str, proxy: Proxy) -> None:
        """Take note that a proxy refused the own account."""
        with self._guard:
            self._refused[scheme, proxy.shown] = self._clock.now().boot
