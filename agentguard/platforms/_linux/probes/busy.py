"""Whether the person switched notices off: by the services that a desktop shows notices with.

KDE: the property `Inhibited` of org.freedesktop.Notifications (KDE's own beside the specification,
so most services have none). dunst: `paused` of org.dunstproject.cmd0. Xfce: the property
/do-not-disturb of xfconf's channel xfce4-notifyd. GNOME: show-banners in GSettings
(org.gnome.desktop.notifications). A desktop that has none of these tells nothing. Nothing is
started by being asked. No desktop tells of presentations.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from agentguard.base.errors import PlatformError
from agentguard.model.attention import BusySeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux import commands
from agentguard.platforms._linux.bus import Bus, DBusAddress, session_address
from agentguard.platforms._linux.gnome_idle import is_gnome
from agentguard.ports.desktop import Probe

EVERY = 15.0
SLOWLY = 60.0
"""Seconds between two looks at GSettings, for which a program is run."""

NOTICES = "org.freedesktop.Notifications"
XFCONF = "org.xfce.Xfconf"
_PATH = "/org/freedesktop/Notifications"
_KDE = DBusAddress(_PATH, NOTICES, NOTICES)
_DUNST = DBusAddress(_PATH, NOTICES, "org.dunstproject.cmd0")
_XFCE = DBusAddress("/org/xfce/Xfconf", XFCONF, XFCONF)
_XFCE_SWITCH = ("xfce4-notifyd", "/do-not-disturb")

Run = Callable[..., str | None]


class BusyProbe:
    """Keeps the connection to the session's bus; asks GSettings once a minute at most."""

    def __init__(self, environment: Mapping[str, str], run: Run = commands.run) -> None:
        address = session_address(environment)
        self._bus = Bus(address) if address is not None else None
        self._gnome = is_gnome(environment)
        self._run = run
        self._banners: tuple[float, bool | None] | None = None

    def read(self, at: Moment, _policy: Policy) -> BusySeen:
        """Return what the desktop's services tell: None where none of them does."""
        told = {one for one in self._told(at) if one is not None}
        return BusySeen(at=at, do_not_disturb=(True in told) if told else None)

    def _told(self, at: Moment) -> Iterator[bool | None]:
        if self._bus is not None:
            with suppress(PlatformError):
                yield from _asked(self._bus)
        if self._gnome:
            yield self._without_banners(at)

    def _without_banners(self, at: Moment) -> bool | None:
        if self._banners is None or at.boot - self._banners[0] >= SLOWLY:
            said = self._run("gsettings", "get", "org.gnome.desktop.notifications", "show-banners")
            known = {"true": False, "false": True}.get((said or "").strip())
            self._banners = (at.boot, known)
        return self._banners[1]


def _asked(bus: Bus) -> Iterator[bool | None]:
    there = bus.names()
    if NOTICES in there:
        yield _flag(lambda: bus.get(_KDE, "Inhibited"))
        yield _flag(lambda: bus.get(_DUNST, "paused"))
    if XFCONF in there:
        yield _flag(
            lambda: bus.call(_XFCE, "GetProperty", "ss", "xfce4-notifyd", "/do-not-disturb")
        )


def _flag(ask: Callable[[], object]) -> bool | None:
    """Return a yes or no; None for a refusal, no answer, or anything else."""
    told: object = None
    with suppress(PlatformError):
        told = ask()
    match told:
        case bool():
            return told
        case ((_, bool(said)),):
            return said
        case _:
            return None


PROBE = Probe(name="busy", every=EVERY, read=BusyProbe(os.environ).read)
