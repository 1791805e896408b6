"""VPNs of Linux, by a kernel's files and by what NetworkManager says on its bus."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agentguard.base.errors import PlatformError
from agentguard.model.machine import VpnLink, VpnSeen
from agentguard.model.moments import Moment
from agentguard.platforms._linux.bus import Bus, BusRefused, DBusAddress
from agentguard.platforms._linux.probes.vpn import SERVICE, VpnProbe

AT = Moment(boot=10.0, wall=1_790_000_000.0)
TUN, TAP = "0x1001", "0x1002"
GONE = BusRefused("org.freedesktop.DBus.Error.UnknownObject")


class OwnBus(Bus):
    """A bus with a NetworkManager whose active connections are given; an error is raised."""

    def __init__(self, *active: dict[str, object] | Exception, fails: bool = False) -> None:
        super().__init__("unix:path=/nowhere")
        self._active = dict(zip((f"/{n}" for n in range(9)), active, strict=False))
        self._fails = fails

    def names(self, *, startable: bool = False) -> frozenset[str]:
        if self._fails:
            raise PlatformError("The bus does not answer.")
        return frozenset({SERVICE} if self._active else {"org.example"})

    def get(self, target: DBusAddress, name: str) -> object:
        if name == "ActiveConnections":
            return list(self._active)
        return self._told(target)[name]

    def call(self, target: DBusAddress, method: str, signature: str = "", *body: object) -> Any:
        assert (method, signature, body) == ("GetSettings", "", ())
        service = self._told(target).get("service")
        if service is None:
            raise BusRefused("org.freedesktop.DBus.Error.AccessDenied")
        return ({"vpn": {"service-type": ("s", service)}},)

    def _told(self, target: DBusAddress) -> dict[str, object]:
        one = self._active[target.object_path]
        if isinstance(one, Exception):
            raise one
        return {**one, "Connection": target.object_path}


def interface(folder: Path, name: str, **files: str) -> None:
    own = folder / name
    own.mkdir(parents=True)
    for file, text in {"flags": "0x1091", "operstate": "unknown", "type": "1", **files}.items():
        (own / file).write_text(f"{text}\n", encoding="utf-8")


def read(folder: Path, bus: Bus, words: str | None = None) -> VpnSeen:
    interface(folder / "net", "lo", type="772", flags="0x9")
    resolver = folder / "resolv.conf"
    if words is not None:
        resolver.write_text(words, encoding="utf-8")
    return VpnProbe(folder / "net", resolver, bus).read(AT, None)


def active(kind: str, state: int = 2, **more: object) -> dict[str, object]:
    return {"Type": kind, "State": state, "Id": "Company", **more}


@pytest.mark.parametrize(
    ("name", "files", "kind"),
    [
        ("wg0", {"uevent": "DEVTYPE=wireguard\nINTERFACE=wg0"}, "wireguard"),
        ("wg0", {"uevent": "DEVTYPE=wireguard", "flags": "0x1090"}, ""),
        ("tun0", {"tun_flags": TUN}, "tun"),
        ("tun0", {"tun_flags": TUN, "operstate": "down"}, ""),
        ("vnet0", {"tun_flags": TAP}, "tap"),
        ("cscotun0", {"tun_flags": TUN}, "anyconnect"),
        ("gpd0", {"tun_flags": TUN}, "globalprotect"),
        ("CloudflareWARP", {"tun_flags": TUN}, "warp"),
        ("ppp0", {"type": "512"}, "ppp"),
        ("eth0", {"operstate": "up"}, ""),
        ("odd", {"flags": "what", "tun_flags": TUN}, ""),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_an_interface_is_known_by_its_kind_while_it_is_up(tmp_path, name, files, kind) -> None:
    interface(tmp_path / "net", name, **files)
    seen = read(tmp_path, OwnBus())
    assert seen.links == ((VpnLink(kind=kind, name=name),) if kind else ())
    assert seen.unread == ""


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        (active("vpn", service="org.freedesktop.NetworkManager.openvpn"), ["openvpn"]),
        (active("vpn", service="org.freedesktop.NetworkManager.openconnect"), ["anyconnect"]),
        (active("vpn", service="org.freedesktop.NetworkManager.strongswan"), ["strongswan"]),
        (active("vpn"), ["vpn"]),
        (active("wireguard"), ["wireguard"]),
        (active("vpn", 1, service="x.openvpn"), []),
        (active("vpn", 4, service="x.openvpn"), []),
        (active("802-3-ethernet"), []),
        (GONE, []),
    ],
    ids=[
        "openvpn", "openconnect", "other", "not-told", "wireguard", "connecting", "ended",
        "cable", "gone",
    ],
)  # fmt: skip
def test_network_managers_vpns_are_told_once_they_are_active(tmp_path, said, kinds) -> None:
    seen = read(tmp_path, OwnBus(said, active("802-11-wireless")))
    assert [link.kind for link in seen.links] == kinds
    assert seen.unread == ""


def test_who_does_not_answer_leaves_it_unknown_unless_a_vpn_is_seen(tmp_path: Path) -> None:
    assert read(tmp_path, OwnBus(fails=True)).unread == "no-answer"
    there = tmp_path / "two"
    interface(there / "net", "tun0", tun_flags=TUN)
    assert read(there, OwnBus(fails=True)).unread == ""


def test_a_kernel_that_lists_no_interfaces_leaves_it_unknown(tmp_path: Path) -> None:
    missing = VpnProbe(tmp_path / "no", tmp_path / "no", OwnBus())
    assert missing.read(AT, None).unread == "unsupported"
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert VpnProbe(tmp_path / "file", tmp_path / "no", OwnBus()).read(AT, None).unread == "denied"


def test_the_suffixes_of_the_network_are_read_for_the_list_of_offices(tmp_path: Path) -> None:
    words = "# x\nnameserver 192.0.2.1\ndomain Lan\nsearch East.Office.Example. lan\n"
    assert read(tmp_path, OwnBus(), words).domains == ("lan", "east.office.example")


def test_it_tells_for_how_long_nothing_has_changed(tmp_path: Path) -> None:
    interface(tmp_path / "net", "lo", flags="0x9")
    probe = VpnProbe(tmp_path / "net", tmp_path / "resolv.conf", OwnBus())
    later = Moment(boot=AT.boot + 60, wall=AT.wall)
    assert probe.read(AT, None).unchanged == 0.0
    assert probe.read(later, None).unchanged == 60.0
    interface(tmp_path / "net", "tun0", tun_flags=TUN)
    assert probe.read(later, None).unchanged == 0.0
