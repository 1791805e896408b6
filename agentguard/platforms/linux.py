"""The door to Linux: what the session of an environment can do."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from Xlib.ext import res, screensaver

from agentguard.base.plugins import discover
from agentguard.model.messages import say
from agentguard.platforms._late_keys import LateAuthenticator
from agentguard.platforms._linux import bus, probes
from agentguard.platforms._linux.clipboard import X11Clipboard, X11DrillClipboard
from agentguard.platforms._linux.foreground import X11Foreground
from agentguard.platforms._linux.gnome_idle import GnomeIdle, is_gnome
from agentguard.platforms._linux.lockers import Locker, ScreenSaver, StartedScreenSaver
from agentguard.platforms._linux.logind import Logind
from agentguard.platforms._linux.microphones import Microphones
from agentguard.platforms._linux.notify import LinuxNotifier
from agentguard.platforms._linux.plugged_keys import means, plugged_keys
from agentguard.platforms._linux.power import on_battery
from agentguard.platforms._linux.private_folders import make_private
from agentguard.platforms._linux.session import Idle, LinuxSession, Means
from agentguard.platforms._linux.sleep import LogindSleep
from agentguard.platforms._linux.system_log import LinuxSystemLog, offers
from agentguard.platforms._linux.units import revival
from agentguard.platforms._linux.wayland import is_wayland, offered, socket_path
from agentguard.platforms._linux.x11_saver import Kept, X11Idle, X11Saver
from agentguard.ports.authenticators import Authenticator
from agentguard.ports.desktop import Absent, Backend, Notifier, Probe, Session

NAME = "linux"
NO_LOG = Absent(reason=say("desktop.no-system-log"))


def backend(environment: Mapping[str, str]) -> Backend:
    """Return what this session can do; without a display much is Absent.

    Under Wayland it is what the compositor offers to programs without a window. An X display beside
    it (Xwayland) sees only the windows that use it, so it is not asked.
    """
    display = environment.get("DISPLAY", "")
    nothing = _nothing(environment)
    wayland = _WaylandParts(environment) if is_wayland(environment) else None
    return Backend(
        name=NAME,
        session=_session(environment, "" if nothing else display, wayland),
        clipboard=wayland.clipboard if wayland else nothing or X11Clipboard(display),
        foreground=wayland.foreground if wayland else nothing or X11Foreground(display),
        calls=Microphones(environment),
        notifier=_notifier(environment),
        probes=discover(probes, "PROBE", Probe),
        on_battery=on_battery,
        system_log=LinuxSystemLog() if offers() else NO_LOG,
        sleep=LogindSleep(environment),
        authenticator=LateAuthenticator(_security_keys, plugged_keys, means, own_dialog=False),
        make_private=make_private,
        drill_clipboard=None if wayland or nothing else partial(X11DrillClipboard, display),
        revival=revival(bus.session_address(environment)),
    )


def _security_keys() -> Authenticator:
    from agentguard.platforms._linux.security_keys import SecurityKeys  # noqa: PLC0415 - see there

    return SecurityKeys()


class _WaylandParts:
    """What the compositor offers; what it does not is Absent."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        from agentguard.platforms._linux.wayland_clipboard import WaylandClipboard  # noqa: PLC0415 - not at desks with X11
        from agentguard.platforms._linux.wayland_front import MANAGER, WaylandForeground  # noqa: PLC0415 - as above
        from agentguard.platforms._linux.wayland_idle import NOTIFIER, WaylandIdle  # noqa: PLC0415 - as above
        from agentguard.platforms._linux.wayland_offers import manager  # noqa: PLC0415 - as above

        path, absent = socket_path(environment), Absent(reason=say("desktop.wayland"))
        there = offered(path)
        self.idle = WaylandIdle(path) if NOTIFIER in there else None
        self.clipboard = WaylandClipboard(path) if manager(there) else absent
        self.foreground = WaylandForeground(path, environment) if MANAGER in there else absent


def _nothing(environment: Mapping[str, str]) -> Absent | None:
    """Return why there is no X11 session to watch; None when there is one."""
    if is_wayland(environment):
        return Absent(reason=say("desktop.wayland"))
    if not environment.get("DISPLAY"):
        return Absent(reason=say("desktop.no-display"))
    return None


def _session(
    environment: Mapping[str, str], display: str, wayland: _WaylandParts | None
) -> Session | Absent:
    """Return the session; where nobody tells its idle time it can be locked all the same."""
    if not display and wayland is None:
        return Absent(reason=say("desktop.no-display"))
    kept = Kept(display, screensaver.extname, res.extname)
    logind = Logind(bus.Bus(bus.system_address(environment)), environment)
    means: list[Means] = [logind]
    address = bus.session_address(environment)
    services = None if address is None else ScreenSaver(bus.Bus(address))
    if services is not None:
        means.append(services)
    if display:
        means.append(X11Saver(kept))
    means.append(Locker(environment, wayland=wayland is not None))
    if services is not None:
        means.append(StartedScreenSaver(services))
    idle: Idle | None = X11Idle(kept) if display else None
    if wayland is not None:
        idle = wayland.idle
        if idle is None and address is not None and is_gnome(environment):
            idle = GnomeIdle(bus.Bus(address))
    return LinuxSession(idle, tuple(means), logind.active)


def _notifier(environment: Mapping[str, str]) -> Notifier | Absent:
    address = bus.session_address(environment)
    if address is None:
        return Absent(reason=say("desktop.no-bus"))
    return LinuxNotifier(bus.Bus(address))
