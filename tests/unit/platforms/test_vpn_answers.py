"""VPNs of Windows, by what its adapters and its dialled connections say.

Recorded after Microsoft's documents, for Wine has no VPN:
https://learn.microsoft.com/windows/win32/api/iptypes/ns-iptypes-ip_adapter_addresses_lh
https://learn.microsoft.com/previous-versions/windows/desktop/legacy/aa376725(v=vs.85)
https://learn.microsoft.com/previous-versions/windows/desktop/legacy/aa377568(v=vs.85)
"""

from __future__ import annotations

import struct

import pytest

from agentguard.model.machine import VpnLink
from agentguard.platforms._win32.vpn_answers import (
    CONNECTION_BYTES,
    STATUS_BYTES,
    Adapter,
    Dialled,
    dialled,
    domains,
    links,
)

ETHERNET, PPP, VIRTUAL, TUNNEL = 6, 23, 53, 131
UP, DOWN = 1, 2


def adapter(description: str, kind: int = ETHERNET, state: int = UP, tunnel: int = 0) -> Adapter:
    return Adapter(name="x", description=description, kind=kind, state=state, tunnel=tunnel)


@pytest.mark.parametrize(
    ("description", "kind", "expected"),
    [
        ("WireGuard Tunnel", VIRTUAL, "wireguard"),
        ("Wintun Userspace Tunnel", VIRTUAL, "wintun"),
        ("TAP-Windows Adapter V9", ETHERNET, "openvpn"),
        ("OpenVPN Data Channel Offload", VIRTUAL, "openvpn"),
        ("Cisco AnyConnect Virtual Miniport Adapter for Windows x64 #2", ETHERNET, "anyconnect"),
        ("PANGP Virtual Ethernet Adapter Secure", ETHERNET, "globalprotect"),
        ("Fortinet SSL VPN Virtual Ethernet Adapter", ETHERNET, "forticlient"),
        ("Juniper Networks Virtual Adapter", ETHERNET, "ivanti"),
        ("Pulse Secure Virtual Adapter", ETHERNET, "ivanti"),
        ("Zscaler Network Adapter 1.0.2.0", ETHERNET, "zscaler"),
        ("Unheard-of Adapter", VIRTUAL, "virtual"),
        ("WAN Miniport (PPPOE)", PPP, "ppp"),
        ("Intel(R) Ethernet Connection (17) I219-LM", ETHERNET, ""),
        ("Hyper-V Virtual Ethernet Adapter", ETHERNET, ""),
        ("Microsoft Teredo Tunneling Adapter", TUNNEL, ""),
    ],
)
def test_an_adapter_is_known_by_its_driver_while_up(description, kind, expected) -> None:
    found = links([adapter(description, kind)], [])
    assert [link.kind for link in found] == ([expected] if expected else [])
    assert links([adapter(description, kind, DOWN)], []) == ()


@pytest.mark.parametrize(
    ("tunnel", "kinds"), [(15, ["directaccess"]), (14, []), (13, []), (11, [])]
)
def test_of_windows_tunnels_only_direct_access_protects(tunnel, kinds) -> None:
    found = links([adapter("Microsoft", TUNNEL, tunnel=tunnel)], [])
    assert [link.kind for link in found] == kinds


def test_windows_own_vpn_is_named_once() -> None:
    own = Adapter(name="Company VPN", description="Company VPN", kind=PPP, state=UP)
    told = links([own], [Dialled(entry="Company VPN", device="vpn", state=0x2000)])
    assert told == (VpnLink(kind="windows", name="Company VPN"),)


@pytest.mark.parametrize(
    ("device", "state"),
    [("vpn", 0), ("vpn", 0x1000), ("vpn", 0x2001), ("modem", 0x2000), ("PPPoE", 0x2000)],
    ids=["opening", "waiting", "ended", "modem", "dsl"],
)
def test_what_is_not_a_vpn_or_not_up_yet_does_not_count(device, state) -> None:
    assert links([], [Dialled(entry="x", device=device, state=state)]) == ()


def recorded(entry: str, device: str, state: int) -> tuple[bytes, bytes]:
    """Lay out RASCONNW and RASCONNSTATUSW as ras.h does: packed to 4 bytes, a handle of 8."""
    told = struct.pack(
        "<IQ514s34s258s520s2xI16sIQ", CONNECTION_BYTES, 7, _wide(entry), _wide(device),
        _wide("WAN Miniport (IKEv2)"), _wide(r"C:\rasphone.pbk"), 1, bytes(16), 1, 9,
    )  # fmt: skip
    numbers = struct.pack("<3I34s258s258s2x", STATUS_BYTES, state, 0, _wide(device), b"", b"")
    return told, numbers


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def test_the_records_of_windows_are_read_where_they_are() -> None:
    told, status = recorded("Büro", "vpn", 0x2000)
    assert (len(told), len(status)) == (CONNECTION_BYTES, STATUS_BYTES)
    assert dialled(told, status) == Dialled(entry="Büro", device="vpn", state=0x2000)
    assert dialled(told, b"").state == 0


def test_suffixes_are_those_of_adapters_that_are_up() -> None:
    every = [
        Adapter(name="a", description="", kind=ETHERNET, state=UP, suffix="Office.Example."),
        Adapter(name="b", description="", kind=ETHERNET, state=UP, suffix=""),
        Adapter(name="c", description="", kind=ETHERNET, state=DOWN, suffix="old.example"),
    ]
    assert domains(every) == ("office.example",)
