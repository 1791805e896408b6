"""Which VPNs are up, by what Windows tells of its adapters and of its dialled connections.

Sources: Microsoft, IP_ADAPTER_ADDRESSES_LH (IfType, OperStatus, TunnelType, Description), RASCONNW
and RASCONNSTATUSW (ras.h, packed to 4 bytes), RASCS_Connected:
https://learn.microsoft.com/windows/win32/api/iptypes/ns-iptypes-ip_adapter_addresses_lh
https://learn.microsoft.com/previous-versions/windows/desktop/legacy/aa376725(v=vs.85)
Products are known by how their drivers call their adapters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from agentguard.model.machine import VpnLink

CONNECTION_BYTES, STATUS_BYTES = 1372, 564
"""The sizes of RASCONNW and RASCONNSTATUSW, as of Windows Vista."""

_ENTRY, _ENTRY_BYTES = 12, 514
_DEVICE, _DEVICE_BYTES = 526, 34
_STATE = 4
_CONNECTED = 0x2000  # RASCS_Connected
_VPN = "vpn"  # RASDT_Vpn

_UP = 1  # IfOperStatusUp
_PPP, _VIRTUAL, _TUNNEL = 23, 53, 131  # IF_TYPE_PPP, _PROP_VIRTUAL, _TUNNEL
_IPHTTPS = 15  # TUNNEL_TYPE_IPHTTPS

PRODUCTS = (
    ("anyconnect", "anyconnect"),
    ("cisco secure client", "anyconnect"),
    ("check point virtual network adapter", "checkpoint"),
    ("citrix virtual adapter", "citrix"),
    ("cloudflare", "warp"),
    ("f5 networks vpn", "f5"),
    ("fortinet", "forticlient"),
    ("fortissl", "forticlient"),
    ("ivanti", "ivanti"),
    ("juniper networks virtual adapter", "ivanti"),
    ("netextender", "sonicwall"),
    ("openvpn", "openvpn"),
    ("ovpn-dco", "openvpn"),
    ("pangp", "globalprotect"),
    ("pulse secure", "ivanti"),
    ("sonicwall", "sonicwall"),
    ("tailscale", "tailscale"),
    ("tap-windows", "openvpn"),
    ("wintun", "wintun"),
    ("wireguard", "wireguard"),
    ("zscaler", "zscaler"),
)
"""Parts of the description of an adapter, in small letters, and whose it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """What is read of an adapter: `name` is the one that people see, `suffix` its DNS suffix.

    `kind` is its IfType, `state` its OperStatus, `tunnel` its TunnelType.
    """

    name: str
    description: str
    kind: int
    state: int
    tunnel: int = 0
    suffix: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """A connection of Windows' own: its entry in the telephone book, its device, its state."""

    entry: str
    device: str
    state: int


def dialled(connection: bytes, status: bytes) -> Dialled:
    """Read a RASCONNW and its RASCONNSTATUSW."""
    return Dialled(
        entry=_text(connection[_ENTRY : _ENTRY + _ENTRY_BYTES]),
        device=_text(connection[_DEVICE : _DEVICE + _DEVICE_BYTES]),
        state=int.from_bytes(status[_STATE : _STATE + 4], "little"),
    )


def _text(raw: bytes) -> str:
    return raw.decode("utf-16-le", "replace").partition("\0")[0]


def links(adapters: Iterable[Adapter], connections: Iterable[Dialled]) -> tuple[VpnLink, ...]:
    """Return the VPNs that are up; Windows' own has an adapter too, which is named once."""
    own = tuple(
        VpnLink(kind="windows", name=one.entry)
        for one in connections
        if one.device.lower() == _VPN and one.state == _CONNECTED
    )
    every = (one for one in adapters if one.state == _UP)
    names = {link.name for link in own}
    return tuple(dict.fromkeys((*own, *_tunnels(one for one in every if one.name not in names))))


def _tunnels(adapters: Iterable[Adapter]) -> Iterator[VpnLink]:
    for one in adapters:
        kind = _product(one.description) or _by_type(one)
        if kind:
            yield VpnLink(kind=kind, name=one.name)


def _product(description: str) -> str:
    said = description.lower()
    return next((kind for part, kind in PRODUCTS if part in said), "")


def _by_type(adapter: Adapter) -> str:
    """Name what no product is known for; Teredo and its like are tunnels that protect nothing."""
    if adapter.kind == _TUNNEL:
        return "directaccess" if adapter.tunnel == _IPHTTPS else ""
    return {_PPP: "ppp", _VIRTUAL: "virtual"}.get(adapter.kind, "")


def domains(adapters: Iterable[Adapter]) -> tuple[str, ...]:
    """Return the DNS suffixes of the adapters that are up, in small letters."""
    told = (one.suffix.strip(".").lower() for one in adapters if one.state == _UP)
    return tuple(dict.fromkeys(name for name in told if name))
