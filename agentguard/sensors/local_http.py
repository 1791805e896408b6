"""The local door's HTTP: requests of one machine, each judged before a byte of its body is read."""

from __future__ import annotations

import hmac
import io
import json
import socket
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TypeVar

from agentguard.sensors.call import LONGEST_NAME

HOST = "127.0.0.1"
PATIENCE, WHOLE = 2.0, 5.0  # seconds for each part of a request, and for the whole of it
LARGEST = 4096  # bytes of a request's body
DEFAULT = "softphone"
PREFIX = "/v1/"
T = TypeVar("T")

Deed = Callable[[str], bool]
"""Does what a path asks for, for a softphone's name; False when it cannot be taken."""
Form = Callable[[Mapping[str, str]], bool]
"""Takes what a path is told, in words by name; False when it cannot be taken."""
Told = Callable[[], bytes]
"""Gives the JSON that a path asks for."""


class LocalServer(HTTPServer):
    """Answers at a door that listens already; one request at a time."""

    def __init__(
        self,
        door: socket.socket,
        token: str,
        deeds: Mapping[str, Deed],
        now: Callable[[], float],
        told: Mapping[str, Told] | None = None,
        forms: Mapping[str, Form] | None = None,
    ) -> None:
        super().__init__(door.getsockname()[:2], _Request, bind_and_activate=False)
        self.socket.close()
        self.socket = door
        self.token = token
        self.deeds = deeds
        self.now = now
        self.told = told or {}
        self.forms = forms or {}

    def handle_error(self, _request: object, _address: object) -> None:
        """Write nothing down of a caller that hung up."""


class Hurried(io.RawIOBase):
    """What a caller sends, as long as the whole of it has come in time.

    One request is answered at a time: a caller who sends a byte now and then would keep the others
    out, and every user of the computer may call.
    """

    def __init__(self, connection: socket.socket, now: Callable[[], float]) -> None:
        self._connection, self._now = connection, now
        self._end = now() + WHOLE

    def readable(self) -> bool:
        """Say that it is read."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override] # of io's any buffer
        """Take what has come."""
        left = self._end - self._now()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(min(PATIENCE, left))
        return self._connection.recv_into(buffer)


class _Request(BaseHTTPRequestHandler):
    timeout = PATIENCE
    server: LocalServer
    server_version = "AgentGuard"
    sys_version = ""

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(Hurried(self.connection, self.server.now))

    def do_POST(self) -> None:
        self._answer(self._done(), b"")

    def do_GET(self) -> None:
        told = self._known(self.server.told)
        if isinstance(told, HTTPStatus):
            self._answer(told, b"")
        else:
            self._answer(HTTPStatus.OK, told())

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        if body:
            self.send_header("Content-Type", "application/json")
            self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def _known(self, every: Mapping[str, T]) -> T | HTTPStatus:
        """Return what a path names, or why its caller gets nothing."""
        if not _is_local(self.headers.get("Host", "")):
            return HTTPStatus.MISDIRECTED_REQUEST
        given = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self.server.token.encode()):
            return HTTPStatus.UNAUTHORIZED
        named = self.path.removeprefix(PREFIX) if self.path.startswith(PREFIX) else ""
        return every.get(named, HTTPStatus.NOT_FOUND)

    def _done(self) -> HTTPStatus:
        form = self._known(self.server.forms)
        if not isinstance(form, HTTPStatus):
            fields = _fields(self._body())
            return HTTPStatus.NO_CONTENT if form(fields) else HTTPStatus.TOO_MANY_REQUESTS
        deed = self._known(self.server.deeds)
        if deed is HTTPStatus.NOT_FOUND:
            self._body()  # Windows takes an answer back from whoever closes on what is unread
        if isinstance(deed, HTTPStatus):
            return deed
        name = _name(self._body(), self.path)
        if name is None:
            return HTTPStatus.BAD_REQUEST
        return HTTPStatus.NO_CONTENT if deed(name) else HTTPStatus.TOO_MANY_REQUESTS

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > LARGEST:
            return b"too long"
        return self.rfile.read(int(length))

    def log_message(self, *_: object) -> None:
        """Write nothing down: a request may hold a name."""


def _is_local(host: str) -> bool:
    return host.rpartition(":")[0] in {HOST, "localhost"}


def _fields(body: bytes) -> dict[str, str]:
    """Return the words of a body by name; none where it is not such a body."""
    try:
        told = json.loads(body)
    except ValueError:
        return {}
    every = told.items() if isinstance(told, dict) else ()
    return {name: value for name, value in every if isinstance(value, str)}


def _name(body: bytes, path: str) -> str | None:
    """Return the softphone's name of a body `{"name": "..."}`; None when the body is none."""
    if not body:
        return "" if path.endswith("end") else DEFAULT
    try:
        told = json.loads(body)
    except ValueError:
        return None
    name = told.get("name", DEFAULT) if isinstance(told, dict) else None
    good = isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST_NAME
    return str(name) if good else None
