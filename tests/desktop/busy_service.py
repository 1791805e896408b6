"""A service that tells of do-not-disturb: `busy_service.py KIND NAME`, until it is ended.

inhibited, free    the property `Inhibited` of notices, or xfconf's, is true or false
plain              it has neither    odd  it tells a text    silent  it never answers
"""

from __future__ import annotations

import sys

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

TOLD = {"inhibited": ("b", True), "free": ("b", False), "odd": ("s", "yes")}
KNOWN = {("Get", "Inhibited"), ("GetProperty", "/do-not-disturb")}


def main(kind: str, name: str) -> None:
    """Own the name and answer."""
    connection = open_dbus_connection("SESSION")
    Proxy(message_bus, connection).RequestName(name)
    while True:
        asked = connection.receive()
        if kind == "silent" or asked.header.message_type is not MessageType.method_call:
            continue
        member = asked.header.fields[HeaderFields.member]
        wanted = asked.body[1] if len(asked.body) > 1 else ""
        if kind in TOLD and (member, wanted) in KNOWN:
            connection.send(new_method_return(asked, "v", (TOLD[kind],)))
        else:
            connection.send(new_error(asked, "org.freedesktop.DBus.Error.InvalidArgs"))


if __name__ == "__main__":
    main(*sys.argv[1:])
