"""A socket on which every step keeps one deadline, as http.client wants one."""

from __future__ import annotations

import io
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

Left = Callable[[], float]
"""Gives the seconds that are left; raises TimeoutError when there are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the endpoint is; `authority` is what stands in the Host header."""

    host: str
    port: int
    authority: str
    prefix: str


def place(to: Address) -> str:
    """Return the URL that the way to an address is asked by."""
    return f"https://{to.authority}/"


class _Reader(io.RawIOBase):
    """Reads from a socket; every read may take only what is left of the deadline."""

    def __init__(self, sock: socket.socket, left: Left) -> None:
        self._sock = sock
        self._left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._sock.settimeout(self._left())
        return self._sock.recv_into(buffer)


class Channel:
    """What http.client needs of a socket; whoever opened the socket closes it.

    `certificate` is the endpoint's own, in DER; empty without TLS.
    """

    def __init__(self, sock: socket.socket, left: Left) -> None:
        self._sock = sock
        self._left = left
        told = sock.getpeercert(binary_form=True) if isinstance(sock, ssl.SSLSocket) else None
        self.certificate = told or b""

    def sendall(self, data: bytes) -> None:
        """Send everything within the deadline."""
        self._sock.settimeout(self._left())
        self._sock.sendall(data)

    def makefile(self, *_mode: object, **_options: object) -> io.BufferedReader:
        """Return a reader that keeps the deadline."""
        return io.BufferedReader(_Reader(self._sock, self._left))

    def close(self) -> None:
        """Leave the socket open: the answer is still read from it."""

    def as_socket(self) -> socket.socket:
        """Return it as what http.client declares, of which it uses only the methods above."""
        return cast("socket.socket", self)
