"""The programs that record from a microphone, by what the sound server tells of their streams.

Not counted are streams that stand still (corked), that take what is played (a monitor source), or
that only take the loudness, as volume controls do. A program names itself to the sound server.

PulseAudio, or PipeWire in its place, is asked by its native protocol. No program is run, no library
loaded, and every answer has a time limit. Written from the protocol's own description (PROTOCOL in
the sources of PulseAudio, https://gitlab.freedesktop.org/pulseaudio) and the values of its
native-common.h and tagstruct.h. Of version 19 is what is spoken here.
"""

from __future__ import annotations

import socket
import struct
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux.local_socket import read_exactly
from agentguard.platforms._linux.x11 import image_name

SYSTEM = Path("/run/pulse/native")
T = TypeVar("T")
SECONDS = 1.0
VERSION = 19
COOKIE = 256  # bytes
LARGEST = 16 * 1024 * 1024  # bytes of one answer, as the server's own limit
NOBODY = 0xFFFFFFFF
TAG = 1  # one question at a time
_REPLY, _AUTH, _SET_CLIENT_NAME = 2, 8, 9
_SOURCES, _RECORDINGS = 24, 32
_BROKEN = (OSError, ValueError, IndexError, TypeError, StopIteration, struct.error)
_HEAD = struct.Struct(">5I")
_NUMBERS = {"L": ">I", "B": ">B", "R": ">Q", "r": ">q", "U": ">Q", "V": ">I"}
_PLAIN = {"N": None, "1": True, "0": False}
_FIXED = {"a": 6, "T": 8}
_COUNTED = {"m": 1, "v": 4}


class Microphones:
    """The Calls port of Linux."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._pulse: Pulse | None = None

    def recording(self) -> tuple[str, ...]:
        """Return the image names of the programs that record now, each once.

        Raises:
            PlatformError: there is a sound server, and it does not answer.

        """
        path = server(self._environment)
        if path is None:
            return ()
        if self._pulse is None:
            self._pulse = Pulse(path, _cookie(self._environment))
        try:
            return self._programs(self._pulse)
        except PlatformError:
            self._pulse = None
            raise

    @staticmethod
    def _programs(pulse: Pulse) -> tuple[str, ...]:
        live = [one for one in pulse.recordings() if not (one.corked or one.peaks)]
        if not live:
            return ()
        played = pulse.monitors()
        return tuple(sorted({_program(one) for one in live if one.source not in played}))


def server(environment: Mapping[str, str]) -> Path | None:
    """Return the sound server's socket; None when there is none on this computer."""
    named = environment.get("PULSE_SERVER", "").rpartition("}")[2].removeprefix("unix:")
    runtime = environment.get("PULSE_RUNTIME_PATH", "")
    session = environment.get("XDG_RUNTIME_DIR", "")
    places = (
        Path(named) if named.startswith("/") else None,
        Path(runtime) / "native" if runtime else None,
        Path(session) / "pulse" / "native" if session else None,
        SYSTEM,
    )
    return next((place for place in places if place is not None and place.is_socket()), None)


def _cookie(environment: Mapping[str, str]) -> bytes:
    """Return the shared secret where there is one; a server of the same user asks for none."""
    home = environment.get("HOME", "/")
    config = environment.get("XDG_CONFIG_HOME") or f"{home}/.config"
    for place in (environment.get("PULSE_COOKIE", ""), f"{config}/pulse/cookie"):
        with suppress(OSError):
            if place:
                return Path(place).read_bytes()
    return b""


def _program(one: Recording) -> str:
    told = one.properties
    name = told.get("application.process.binary") or told.get("application.name") or "?"
    return image_name(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A stream that takes sound from a source; `peaks` says that only its loudness is taken."""

    source: int
    corked: bool
    peaks: bool
    properties: dict[str, str]


class Pulse:
    """One connection to the sound server, made at the first question and again after a failure."""

    def __init__(self, path: Path, cookie: bytes = b"") -> None:
        self._path = path
        self._cookie = cookie.ljust(COOKIE, b"\0")[:COOKIE]
        self._socket: socket.socket | None = None

    def recordings(self) -> tuple[Recording, ...]:
        """List every recording.

        Raises:
            PlatformError: the server is not there, refuses, or does not answer in time.

        """
        return self._ask(_RECORDINGS, lambda values: tuple(_recordings(values)))

    def monitors(self) -> frozenset[int]:
        """Return the sources that only repeat what is played.

        Raises:
            PlatformError: the server is not there, refuses, or does not answer in time.

        """
        return self._ask(_SOURCES, lambda values: frozenset(_monitors(values)))

    def close(self) -> None:
        """Put the connection away."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def _ask(self, command: int, read: Callable[[Iterator[Any]], T]) -> T:
        try:
            return read(_call(self._connected(), command))
        except _BROKEN as problem:
            self.close()
            raise PlatformError("The sound server does not answer.") from problem

    def _connected(self) -> socket.socket:
        if sys.platform == "win32":
            raise PlatformError("This system has no such sound server.")
        if self._socket is None:
            self._socket = socket.socket(socket.AF_UNIX)
            weakref.finalize(self, self._socket.close)
            self._socket.settimeout(SECONDS)
            self._socket.connect(str(self._path))
            secret = b"x" + struct.pack(">I", COOKIE) + self._cookie
            _call(self._socket, _AUTH, _whole(VERSION) + secret)
            _call(self._socket, _SET_CLIENT_NAME, _properties({"application.name": "AgentGuard"}))
        return self._socket


def _call(server: socket.socket, command: int, body: bytes = b"") -> Iterator[Any]:
    """Send a command and give the values of its answer; other news are passed over."""
    payload = _whole(command) + _whole(TAG) + body
    server.sendall(_HEAD.pack(len(payload), NOBODY, 0, 0, 0) + payload)
    while True:
        values = _values(_packet(server))
        kind, tag = next(values), next(values)
        if tag != TAG:
            continue
        if kind != _REPLY:
            raise ValueError(kind)
        return values


def _packet(server: socket.socket) -> bytes:
    length, *_ = _HEAD.unpack(read_exactly(server, _HEAD.size))
    if length > LARGEST:
        raise ValueError(length)
    return read_exactly(server, length)


def _whole(number: int) -> bytes:
    return b"L" + struct.pack(">I", number)


def _properties(values: dict[str, str]) -> bytes:
    told = bytearray(b"P")
    for key, value in values.items():
        raw = value.encode() + b"\0"
        told += b"t" + key.encode() + b"\0" + _whole(len(raw))
        told += b"x" + struct.pack(">I", len(raw)) + raw
    return bytes(told + b"N")


def _values(data: bytes) -> Iterator[Any]:
    """Read tagged values one after the other; what ends too early is a ValueError."""
    place = 0
    while place < len(data):
        value, place = _value(data, place)
        yield value


def _value(data: bytes, place: int) -> tuple[Any, int]:
    tag, place = chr(data[place]), place + 1
    if tag in _NUMBERS:
        (number,) = struct.unpack_from(_NUMBERS[tag], data, place)
        return number, place + struct.calcsize(_NUMBERS[tag])
    if tag in _PLAIN:
        return _PLAIN[tag], place
    if tag in _FIXED:
        return None, place + _FIXED[tag]
    if tag in _COUNTED:
        return None, place + 1 + data[place] * _COUNTED[tag]
    return _long(tag, data, place)


def _long(tag: str, data: bytes, place: int) -> tuple[Any, int]:
    match tag:
        case "t":
            end = data.index(b"\0", place)
            return data[place:end].decode("utf-8", "replace"), end + 1
        case "x":
            (length,) = struct.unpack_from(">I", data, place)
            return data[place + 4 : place + 4 + length], place + 4 + length
        case "P":
            return _table(data, place)
        case _:
            raise ValueError(tag)


def _table(data: bytes, place: int) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    while True:
        key, place = _value(data, place)
        if key is None:
            return found, place
        _, place = _value(data, place)
        raw, place = _value(data, place)
        found[str(key)] = bytes(raw).rstrip(b"\0").decode("utf-8", "replace")


def _recordings(values: Iterator[Any]) -> Iterator[Recording]:
    """Read source outputs: index, name, module, client, source, ..., properties, corked."""
    while one := tuple(islice(values, 13)):
        _, _, _, _, source, _, _, _, _, resampler, _, properties, corked = one
        yield Recording(
            source=source,
            corked=bool(corked),
            peaks=resampler == "peaks",
            properties=properties,
        )


def _monitors(values: Iterator[Any]) -> Iterator[int]:
    """Read sources: index at 0, the sink that it repeats at 8, the number of ports at 19."""
    while one := tuple(islice(values, 20)):
        for _ in islice(values, 3 * one[19] + 1):  # each port's three values, and the one in use
            pass
        if one[8] != NOBODY:
            yield one[0]
