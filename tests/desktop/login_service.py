"""logind as far as sleep goes: `login_service.py`, driven by lines on its standard input.

Answers Inhibit with one end of a pipe. `sleep` and `wake` send the signal, `held` says `free` once
nobody holds the other end of the newest pipe. Prints a line for each.
"""

from __future__ import annotations

import os
import select
import sys

from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageType,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

NAME = "org.freedesktop.login1"
MANAGER = DBusAddress("/org/freedesktop/login1", NAME, f"{NAME}.Manager")


def main() -> None:
    """Own the name, answer, and do what the lines say."""
    connection = open_dbus_connection("SESSION", enable_fds=True)
    Proxy(message_bus, connection).RequestName(NAME)
    print("owned", flush=True)
    pipe = -1
    while True:
        ready, _, _ = select.select([connection.sock, sys.stdin], [], [])
        if sys.stdin in ready:
            line = sys.stdin.readline().strip()
            if not line:
                return
            if line == "held":
                os.read(pipe, 1)  # ends when the lock is given back
                print("free", flush=True)
            else:
                connection.send(new_signal(MANAGER, "PrepareForSleep", "b", (line == "sleep",)))
                print(line, flush=True)
            continue
        asked = connection.receive()
        if asked.header.message_type is not MessageType.method_call:
            continue
        if asked.header.fields[HeaderFields.member] == "Inhibit":
            pipe, theirs = os.pipe()
            connection.send(new_method_return(asked, "h", (theirs,)))
            os.close(theirs)
            print(f"inhibit {asked.body[0]} {asked.body[3]}", flush=True)
        else:
            connection.send(new_error(asked, "org.freedesktop.DBus.Error.UnknownMethod"))


if __name__ == "__main__":
    main()
