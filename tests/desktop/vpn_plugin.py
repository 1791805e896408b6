"""A VPN of NetworkManager as a plug-in makes it: `vpn_plugin.py NAME INTERFACE`, until it is ended.

Owns the plug-in's name on the system's bus and answers as libnm's VPN plug-ins do, without any
other end: the interface is there already, and its address is one for documents (RFC 5737).
Prints a line when it owns the name.
"""

from __future__ import annotations

import ipaddress
import sys

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

KIND = "org.freedesktop.NetworkManager.VPN.Plugin"
PLACE = "/org/freedesktop/NetworkManager/VPN/Plugin"
STARTING, STARTED, STOPPED = 3, 4, 6  # NM_VPN_SERVICE_STATE_*


def number(address: str) -> int:
    """Give an address as NetworkManager's 32 bits, in the network's order."""
    return int.from_bytes(ipaddress.IPv4Address(address).packed, sys.byteorder)


def main(name: str, interface: str) -> None:
    """Own the name and answer."""
    connection = open_dbus_connection("SYSTEM")
    Proxy(message_bus, connection).RequestName(name)
    print("owned", flush=True)
    emitter = DBusAddress(PLACE, None, KIND)

    def tell(member: str, signature: str, *body: object) -> None:
        connection.send(new_signal(emitter, member, signature, body))

    while True:
        asked = connection.receive()
        if asked.header.message_type is not MessageType.method_call:
            continue
        member = asked.header.fields[HeaderFields.member]
        if member == "NeedSecrets":
            connection.send(new_method_return(asked, "s", ("",)))
            continue
        if member == "Get":
            connection.send(new_method_return(asked, "v", (("u", STARTED),)))
            continue
        connection.send(new_method_return(asked))
        if member in {"Connect", "ConnectInteractive"}:
            tell("StateChanged", "u", STARTING)
            tell(
                "Config", "a{sv}",
                {
                    "tundev": ("s", interface), "gateway": ("u", number("192.0.2.1")),
                    "has-ip4": ("b", True), "has-ip6": ("b", False),
                },
            )  # fmt: skip
            tell(
                "Ip4Config", "a{sv}",
                {"address": ("u", number("198.51.100.2")), "prefix": ("u", 24)},
            )  # fmt: skip
            tell("StateChanged", "u", STARTED)
        elif member == "Disconnect":
            tell("StateChanged", "u", STOPPED)


if __name__ == "__main__":
    main(*sys.argv[1:])
