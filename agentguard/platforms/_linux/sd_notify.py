"""Tells systemd that the program is up, and goes on being alive (sd_notify(3), its protocol)."""

from __future__ import annotations

import os
import socket
import sys
from contextlib import suppress

VARIABLE = "NOTIFY_SOCKET"
ALIVE = b"READY=1\nWATCHDOG=1"


def alive() -> None:
    """Say it, where systemd asks for it; a message that is lost is followed by another."""
    address = os.environ.get(VARIABLE, "")
    if sys.platform == "win32" or not address.startswith(("/", "@")):
        return
    if address.startswith("@"):  # the abstract namespace, unix(7)
        address = f"\0{address[1:]}"
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
        way.setblocking(False)
        way.sendto(ALIVE, address)
