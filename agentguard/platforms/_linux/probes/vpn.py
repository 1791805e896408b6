"""The VPNs that are up: by the kernel's interfaces, and by NetworkManager where it runs.

Sources: the kernel's Documentation/ABI/testing/sysfs-class-net (flags, operstate, type, uevent) and
include/uapi/linux/if_tun.h (tun_flags); NetworkManager's D-Bus interface, Connection.Active. An
interface that is up says that the tunnel is set up, not that its other end answers.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.model.machine import VpnLink, VpnSeen
from agentguard.model.moments import Moment
from agentguard.model.policy import Policy
from agentguard.platforms._linux.bus import Bus, BusRefused, DBusAddress, system_address
from agentguard.platforms._linux.probes._asked import DENIED, NO_ANSWER, UNSUPPORTED
from agentguard.platforms._steady_value import Unchanged
from agentguard.ports.desktop import Probe

INTERFACES = Path("/sys/class/net")
RESOLVER = Path("/etc/resolv.conf")
EVERY = 60.0

SERVICE = "org.freedesktop.NetworkManager"
_ROOT = "/org/freedesktop/NetworkManager"
_ACTIVE = f"{SERVICE}.Connection.Active"
_SETTINGS = f"{SERVICE}.Settings.Connection"
_ACTIVATED = 2  # NM_ACTIVE_CONNECTION_STATE_ACTIVATED

_UP = 0x1  # IFF_UP
_TUN = 0x1  # IFF_TUN
_PPP = "512"  # ARPHRD_PPP
_DOWN = frozenset({"down", "lowerlayerdown", "notpresent", "dormant"})
_NAMED = (
    ("cscotun*", "anyconnect"),
    ("cloudflarewarp", "warp"),
    ("fctvpn*", "forticlient"),
    ("gpd*", "globalprotect"),
    ("tailscale*", "tailscale"),
    ("zcctun*", "zscaler"),
)
"""How clients call the tunnels that they make."""
_SERVICES = {"openconnect": "anyconnect", "fortisslvpn": "forticlient"}
"""Plug-ins of NetworkManager that speak the protocol of a product."""


def tunnels(interfaces: Path) -> Iterator[VpnLink]:
    """Yield the kernel's tunnels that are up.

    Raises:
        OSError: the interfaces cannot be listed.

    """
    for one in sorted(interfaces.iterdir()):
        kind = _kind(one) if _is_up(one) else ""
        if kind:
            yield VpnLink(kind=kind, name=one.name)


def _is_up(interface: Path) -> bool:
    flags = _word(interface / "flags")
    return bool(_number(flags) & _UP) and _word(interface / "operstate") not in _DOWN


def _kind(interface: Path) -> str:
    if "DEVTYPE=wireguard" in _word(interface / "uevent").split():
        return "wireguard"
    if _word(interface / "type") == _PPP:
        return "ppp"
    flags = _word(interface / "tun_flags")
    if not flags:
        return ""
    if not _number(flags) & _TUN:
        return "tap"
    name = interface.name.lower()
    return next((kind for form, kind in _NAMED if fnmatchcase(name, form)), "tun")


def _word(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""


def _number(word: str) -> int:
    try:
        return int(word, 16)
    except ValueError:
        return 0


def connections(bus: Bus) -> Iterator[VpnLink]:
    """Yield NetworkManager's VPNs that are up; none where it does not run.

    Raises:
        PlatformError: the bus or the service does not answer.

    """
    if SERVICE not in bus.names():
        return
    for path in bus.get(DBusAddress(_ROOT, SERVICE, SERVICE), "ActiveConnections"):
        with suppress(BusRefused):  # one that has just ended
            yield from _connection(bus, DBusAddress(path, SERVICE, _ACTIVE))


def _connection(bus: Bus, active: DBusAddress) -> Iterator[VpnLink]:
    kind = str(bus.get(active, "Type"))
    if kind not in {"vpn", "wireguard"} or bus.get(active, "State") != _ACTIVATED:
        return
    if kind == "vpn":
        kind = _plugin(bus, str(bus.get(active, "Connection"))) or kind
    yield VpnLink(kind=kind, name=str(bus.get(active, "Id")))


def _plugin(bus: Bus, path: str) -> str:
    """Return what a VPN connection is made with, as openvpn; empty when this user may not know."""
    try:
        (settings,) = bus.call(DBusAddress(path, SERVICE, _SETTINGS), "GetSettings")
    except BusRefused:
        return ""
    _, service = settings.get("vpn", {}).get("service-type", ("s", ""))
    name = str(service).rpartition(".")[2].lower()
    return _SERVICES.get(name, name)


def domains(resolver: Path) -> tuple[str, ...]:
    """Return the suffixes that are searched, in small letters."""
    try:
        lines = resolver.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    words = (line.split() for line in lines)
    told = (w[1:] for w in words if w and w[0] in {"search", "domain"})
    return tuple(dict.fromkeys(name.strip(".").lower() for names in told for name in names))


class VpnProbe:
    """Reads interfaces, NetworkManager and the resolver's suffixes."""

    def __init__(self, interfaces: Path, resolver: Path, bus: Bus) -> None:
        self._interfaces = interfaces
        self._resolver = resolver
        self._bus = bus
        self._unchanged = Unchanged(EVERY)

    def read(self, at: Moment, _policy: Policy) -> VpnSeen:
        """Return what is up; who does not answer matters only where nothing else is."""
        links, unread = self._links()
        if unread and not links:
            return VpnSeen(at=at, unread=unread)
        return VpnSeen(
            at=at,
            links=links,
            domains=domains(self._resolver),
            unchanged=self._unchanged.seen(at, links),
        )

    def _links(self) -> tuple[tuple[VpnLink, ...], str]:
        found: list[VpnLink] = []
        unread = ""
        try:
            found += tunnels(self._interfaces)
        except FileNotFoundError:
            unread = UNSUPPORTED
        except OSError:
            unread = DENIED
        try:
            found += connections(self._bus)
        except PlatformError:
            unread = NO_ANSWER
        return tuple(dict.fromkeys(found)), unread


PROBE = Probe(
    name="vpn",
    every=EVERY,
    read=VpnProbe(INTERFACES, RESOLVER, Bus(system_address(os.environ))).read,
)
