"""What PipeWire tells of its clients, nodes and links, by its native protocol.

No program is run, no library loaded, and every answer has a time limit. Written from PipeWire's
description of the protocol (https://docs.pipewire.org/page_native_protocol.html) and of its plain
objects (https://docs.pipewire.org/page_spa_pod.html).
"""

from __future__ import annotations

import socket
import struct
import sys
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.local_socket import read_exactly

SECONDS = 1.0
VERSION = 3
LARGEST = 1024 * 1024  # bytes of one message
MOST = 10_000  # messages before an answer

_CORE, _CLIENT, _REGISTRY = 0, 1, 2  # ids: two are given, ours is the third
_HELLO, _SYNC, _PONG, _GET_REGISTRY = 1, 2, 3, 5  # methods of the core
_UPDATE_PROPERTIES = 2  # of the client
_DONE, _PING, _ERROR = 1, 2, 3  # events of the core
_GLOBAL, _GLOBAL_REMOVE = 0, 1  # events of the registry
_INT, _STRING, _STRUCT = 4, 8, 14  # SPA_TYPE_*

_HEAD = struct.Struct("=4I")
_POD = struct.Struct("=2I")
_BROKEN = (OSError, ValueError, IndexError, TypeError, struct.error)

Value = int | str | None | tuple["Value", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A client, node or link: its `kind` without `PipeWire:Interface:`, and what it tells."""

    kind: str
    told: Mapping[str, str]


class PipeWire:
    """One connection, made at the first question and again after a failure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._socket: socket.socket | None = None
        self._things: dict[int, Thing] = {}
        self._turn = 0

    def things(self) -> Mapping[int, Thing]:
        """Return everything that there is now, by its id.

        Raises:
            PlatformError: the server is not there, refuses, or does not answer in time.

        """
        try:
            server = self._connected()
            self._turn += 1
            server.sendall(_message(_CORE, _SYNC, _CORE, self._turn))
            for _ in range(MOST):
                if self._heard(server):
                    return dict(self._things)
        except _BROKEN as problem:
            self.close()
            raise PlatformError("PipeWire does not answer.") from problem
        self.close()
        raise PlatformError("PipeWire does not come to an end.")

    def close(self) -> None:
        """Put the connection away."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _connected(self) -> socket.socket:
        if sys.platform == "win32":
            raise PlatformError("This system has no PipeWire.")
        if self._socket is None:
            self._things.clear()
            self._socket = socket.socket(socket.AF_UNIX)
            weakref.finalize(self, self._socket.close)
            self._socket.settimeout(SECONDS)
            self._socket.connect(str(self._path))
            own = (1, "application.name", "AgentGuard")
            for one in (
                _message(_CORE, _HELLO, VERSION),
                _message(_CLIENT, _UPDATE_PROPERTIES, own),
                _message(_CORE, _GET_REGISTRY, VERSION, _REGISTRY),
            ):
                self._socket.sendall(one)
        return self._socket

    def _heard(self, server: socket.socket) -> bool:
        """Take one message; tell whether it is the answer to the newest question."""
        id_, second, _, _ = _HEAD.unpack(read_exactly(server, _HEAD.size))
        event, size = second >> 24, second & 0xFFFFFF
        if size > LARGEST:
            raise ValueError(size)
        body = read_exactly(server, size)
        if id_ == _REGISTRY:
            self._changed(event, _values(body))
        elif id_ == _CORE and event == _PING:
            _, number = _values(body)[:2]
            server.sendall(_message(_CORE, _PONG, _CORE, number))
        elif id_ == _CORE and event == _ERROR:
            raise ValueError(event)
        elif id_ == _CORE and event == _DONE:
            return bool(_values(body)[1] == self._turn)
        return False

    def _changed(self, event: int, values: tuple[Value, ...]) -> None:
        id_ = values[0]
        if event == _GLOBAL_REMOVE and isinstance(id_, int):
            self._things.pop(id_, None)
        if event == _GLOBAL and isinstance(id_, int):
            kind, told = str(values[2]).rpartition(":")[2], values[4]
            words = [str(word) for word in told[1:]] if isinstance(told, tuple) else []
            pairs = dict(zip(words[::2], words[1::2], strict=True))
            self._things[id_] = Thing(kind=kind, told=pairs)


def _message(id_: int, method: int, *values: Value) -> bytes:
    body = _pod(values)
    return _HEAD.pack(id_, method << 24 | len(body), 0, 0) + body


def _pod(value: Value) -> bytes:
    match value:
        case int():
            kind, body = _INT, struct.pack("=i", value)
        case str():
            kind, body = _STRING, value.encode() + b"\0"
        case tuple():
            kind, body = _STRUCT, b"".join(_pod(one) for one in value)
        case _:
            raise TypeError(value)
    return _POD.pack(len(body), kind) + body + bytes(-len(body) % 8)


def _values(body: bytes) -> tuple[Value, ...]:
    """Return the values of the struct that a message begins with; a footer may follow it."""
    whole = next(_pods(body), None)
    if not isinstance(whole, tuple):
        raise TypeError(whole)
    return whole


def _pods(body: bytes) -> Iterator[Value]:
    place = 0
    while place < len(body):
        size, kind = _POD.unpack_from(body, place)
        place += _POD.size
        inner = body[place : place + size]
        if len(inner) < size:
            raise ValueError(size)
        place += size + -size % 8
        if kind == _STRUCT:
            yield tuple(_pods(inner))
        elif kind == _STRING:
            yield inner.partition(b"\0")[0].decode("utf-8", "replace")
        else:
            yield struct.unpack("=i", inner[:4])[0] if kind == _INT else None
