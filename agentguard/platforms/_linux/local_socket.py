"""Local sockets with file descriptors, as far as this system has them."""

from __future__ import annotations

import os
import socket
import sys

MOST = 28  # descriptors with one message, as libwayland sends them


def read_exactly(source: socket.socket, count: int) -> bytes:
    """Receive so many bytes.

    Raises:
        ConnectionResetError: the other side went before.

    """
    taken = bytearray()
    while len(taken) < count:
        more = source.recv(count - len(taken))
        if not more:
            raise ConnectionResetError
        taken += more
    return bytes(taken)


if sys.platform == "win32":

    def connect(path: str, seconds: float) -> socket.socket:  # noqa: ARG001 - there is none
        """Refuse: there are none here."""
        raise OSError

    def send(to: socket.socket, data: bytes, descriptors: list[int]) -> None:  # noqa: ARG001 - there is none
        """Refuse: there are none here."""
        raise OSError

    def receive(source: socket.socket, size: int) -> tuple[bytes, list[int]]:  # noqa: ARG001 - there is none
        """Refuse: there are none here."""
        raise OSError

    def unblock(descriptor: int) -> None:
        """Do nothing: there are none here."""

else:

    def connect(path: str, seconds: float) -> socket.socket:
        """Connect to a path; each later step may take so many seconds."""
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        try:
            made.settimeout(seconds)
            made.connect(path)
        except OSError:
            made.close()
            raise
        return made

    def send(to: socket.socket, data: bytes, descriptors: list[int]) -> None:
        """Send data with descriptors."""
        sent = socket.send_fds(to, [data], descriptors)
        if sent < len(data):
            to.sendall(data[sent:])

    def receive(source: socket.socket, size: int) -> tuple[bytes, list[int]]:
        """Receive data with descriptors."""
        data, descriptors, _, _ = socket.recv_fds(source, size, MOST)
        return data, descriptors

    def unblock(descriptor: int) -> None:
        """Let writes to a descriptor never wait."""
        os.set_blocking(descriptor, False)
