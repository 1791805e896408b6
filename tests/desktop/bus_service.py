"""A service on the session bus: `bus_service.py saver|silent NAME`, until it is ended.

saver    a screen saver with Lock and GetActive        silent   owns the name and never answers
Prints a line when it owns the name, and a silent one a line for each call.
"""

from __future__ import annotations

import sys

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection


def main(kind: str, name: str) -> None:
    """Own the name and answer."""
    connection = open_dbus_connection("SESSION")
    Proxy(message_bus, connection).RequestName(name)
    print("owned", flush=True)
    active = False
    while True:
        asked = connection.receive()
        if asked.header.message_type is not MessageType.method_call:
            continue
        if kind == "silent":
            print("asked", flush=True)
            continue
        member = asked.header.fields[HeaderFields.member]
        if member == "Lock":
            active = True
            connection.send(new_method_return(asked))
        elif member == "GetActive":
            connection.send(new_method_return(asked, "b", (active,)))
        else:
            connection.send(new_error(asked, "org.freedesktop.DBus.Error.UnknownMethod"))


if __name__ == "__main__":
    main(*sys.argv[1:])
