"""The system's log on Linux: journald's own socket, else the socket of syslog.

Sources: systemd, "Native Journal Protocol" (https://systemd.io/JOURNAL_NATIVE_PROTOCOL); RFC 3164
as glibc's syslog(3) writes it to /dev/log.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.ports.desktop import Weight

JOURNALD, SYSLOG = Path("/run/systemd/journal/socket"), Path("/dev/log")
NAME = "agentguard"
LONGEST = 8000  # characters

PRIORITIES: Mapping[Weight, int] = {Weight.ERROR: 3, Weight.WARNING: 4, Weight.INFORMATION: 6}
_USER = 1 << 3  # the facility of a user's programs

Form = Callable[[int, Weight, str], str]


def _native(event: int, weight: Weight, text: str) -> str:
    fields = {
        "MESSAGE": text,
        "PRIORITY": str(PRIORITIES[weight]),
        "SYSLOG_IDENTIFIER": NAME,
        "AGENTGUARD_EVENT": str(event),
    }
    return "".join(f"{name}={value}\n" for name, value in fields.items())


def _plain(event: int, weight: Weight, text: str) -> str:
    return f"<{_USER | PRIORITIES[weight]}>{NAME}[{os.getpid()}]: event {event}: {text}"


def offers(journald: Path = JOURNALD, syslog: Path = SYSLOG) -> bool:
    """Check whether the system has such a socket."""
    return journald.is_socket() or syslog.is_socket()


class LinuxSystemLog:
    """The SystemLog port; what a full socket does not take at once is lost."""

    def __init__(self, journald: Path = JOURNALD, syslog: Path = SYSLOG) -> None:
        self._places: tuple[tuple[Path, Form], ...] = ((journald, _native), (syslog, _plain))

    def write(self, event: int, weight: Weight, text: str) -> None:
        """Write one line to the first that is there.

        Raises:
            PlatformError: none is there, or it does not take it.

        """
        place, form = self._place()
        line = " ".join(text[:LONGEST].split())
        self._send(place, form(event, weight, line).encode("utf-8", "replace"))

    def tried(self) -> bool:
        """Connect without writing.

        Raises:
            PlatformError: none is there, or it does not answer.

        """
        self._send(self._place()[0], None)
        return True

    def _place(self) -> tuple[Path, Form]:
        for place, form in self._places:
            if place.is_socket():
                return place, form
        raise PlatformError("This system has no log that programs may write to.")

    def _send(self, place: Path, data: bytes | None) -> None:
        if sys.platform == "win32":
            raise PlatformError("This system has no such sockets.")
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as way:
                way.setblocking(False)
                way.connect(str(place))
                if data is not None:
                    way.send(data)
        except OSError as error:
            raise PlatformError("The system's log does not take the line.") from error
