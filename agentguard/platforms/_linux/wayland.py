"""A connection to a Wayland compositor: the wire format, the registry, and events with a deadline.

Source: The Wayland Protocol, chapter 4, "Wire Format"
(https://wayland.freedesktop.org/docs/html/ch04.html). Only what the capabilities need is here, in
plain Python: a library would bring libwayland and generated code into the frozen agent. What the
compositor sends is not believed: sizes are bounded, and everything odd ends the connection.
"""

from __future__ import annotations

import os
import select
import struct
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentguard.base.errors import PlatformError
from agentguard.platforms._linux import local_socket
from agentguard.ports.clock import Alarm

DISPLAY = 1
ANSWER = 1.0  # seconds for the compositor to answer
LARGEST = 1 << 16
_HEADER = struct.Struct("=IHH")
_UINT = struct.Struct("=I")

Argument = int | str | None


@dataclass(frozen=True, slots=True)
class Event:
    """What an object says: `opcode` and the bytes of its arguments."""

    sender: int
    opcode: int
    data: bytes

    def uint(self, place: int = 0) -> int:
        """Return the number (or object) at a place in bytes, 0 where there is none."""
        return int(_UINT.unpack_from(self.data, place)[0]) if len(self.data) >= place + 4 else 0

    def text(self, place: int = 0) -> str:
        """Return the text that begins at a place in bytes."""
        size = self.uint(place)
        return self.data[place + 4 : place + 4 + max(0, size - 1)].decode("utf-8", "replace")

    def after_text(self, place: int = 0) -> int:
        """Return the place behind the text that begins at a place."""
        return place + 4 + -(-self.uint(place) // 4) * 4

    def numbers(self) -> tuple[int, ...]:
        """Return an array of numbers."""
        body = self.data[4 : 4 + self.uint()]
        return tuple(int(n[0]) for n in _UINT.iter_unpack(body[: len(body) // 4 * 4]))


@dataclass(frozen=True, slots=True)
class Global:
    """Something that the compositor offers: by which number it is bound, and its version."""

    name: int
    version: int


def is_wayland(environment: Mapping[str, str]) -> bool:
    """Check whether a session's desktop is a Wayland one, whatever X display it offers beside."""
    kind = environment.get("XDG_SESSION_TYPE", "")
    return kind == "wayland" or (kind != "x11" and "WAYLAND_DISPLAY" in environment)


def socket_path(environment: Mapping[str, str]) -> Path:
    """Return where the compositor listens."""
    name = environment.get("WAYLAND_DISPLAY") or "wayland-0"
    return Path(environment.get("XDG_RUNTIME_DIR", "/nonexistent")) / name


class Connection:
    """One connection, used by one thread; every failure is a PlatformError."""

    def __init__(self, path: Path) -> None:
        self._last = DISPLAY
        self._received = bytearray()
        self._descriptors: list[int] = []
        try:
            self._socket = local_socket.connect(str(path), ANSWER)
        except OSError as error:
            raise PlatformError("The Wayland compositor does not answer.") from error
        weakref.finalize(self, self._socket.close)
        self.globals: dict[str, Global] = {}
        self._registry = self.request(DISPLAY, 1, new=True)
        for event in self.round_trip():
            if event.sender == self._registry and event.opcode == 0:
                version = event.uint(event.after_text(4))
                self.globals[event.text(4)] = Global(event.uint(), version)

    def fileno(self) -> int:
        """Return the socket's number, to wait on."""
        return self._socket.fileno()

    def close(self) -> None:
        """Close the connection; what it owned is gone with it."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors.clear()
        self._socket.close()

    def bind(self, interface: str, version: int) -> int:
        """Bind a global at a version or the lower one that there is; 0 when there is none."""
        found = self.globals.get(interface)
        if found is None:
            return 0
        self._last += 1
        words = (found.name, interface, min(version, found.version), self._last)
        self.request(self._registry, 0, *words)
        return self._last

    def version(self, interface: str) -> int:
        """Return the version of a global; 0 when there is none."""
        found = self.globals.get(interface)
        return 0 if found is None else found.version

    def request(
        self, target: int, opcode: int, *words: Argument, new: bool = False, descriptor: int = -1
    ) -> int:
        """Send a request; with `new` its first argument is a new object, whose number is given."""
        made = 0
        if new:
            self._last += 1
            made = self._last
            words = (made, *words)
        body = b"".join(map(_argument, words))
        message = _HEADER.pack(target, opcode, _HEADER.size + len(body)) + body
        extra = [] if descriptor < 0 else [descriptor]
        try:
            local_socket.send(self._socket, message, extra)
        except OSError as error:
            raise PlatformError("The Wayland compositor does not answer.") from error
        return made

    def round_trip(self) -> Iterator[Event]:
        """Yield the events up to the answer to a question that is asked now.

        What comes after it, even in one piece with it, is there for whoever asks next.
        """
        asked = self.request(DISPLAY, 0, new=True)
        end = time.monotonic() + ANSWER
        while (left := end - time.monotonic()) > 0:
            for event in self._whole():
                if event.sender == asked:
                    return
                yield event
            self._wait(left)
        raise PlatformError("The Wayland compositor does not answer in time.")

    def events(self, seconds: float | None, *also: int | Alarm) -> tuple[Event, ...]:
        """Return what is there or comes within `seconds`; data on `also` ends the wait as well.

        None waits for ever.
        """
        found = tuple(self._whole())
        if found:
            return found
        self._wait(seconds, *also)
        return tuple(self._whole())

    def descriptor(self) -> int:
        """Return the file descriptor that came with an event.

        Raises:
            PlatformError: none came.

        """
        if not self._descriptors:
            raise PlatformError("The Wayland compositor sent no file.")
        return self._descriptors.pop(0)

    def _wait(self, seconds: float | None, *also: int | Alarm) -> None:
        left = None if seconds is None else max(0.0, seconds)
        ready, _, _ = select.select([self.fileno(), *also], [], [], left)
        if self.fileno() in ready:
            self._receive()

    def _receive(self) -> None:
        try:
            data, descriptors = local_socket.receive(self._socket, LARGEST)
        except OSError as error:
            raise PlatformError("The Wayland compositor went away.") from error
        self._descriptors += descriptors
        if not data:
            raise PlatformError("The Wayland compositor went away.")
        self._received += data

    def _whole(self) -> Iterator[Event]:
        while len(self._received) >= _HEADER.size:
            sender, opcode, size = _HEADER.unpack_from(self._received)
            if size < _HEADER.size:
                raise PlatformError("The Wayland compositor spoke nonsense.")
            if len(self._received) < size:
                return
            event = Event(sender, opcode, bytes(self._received[_HEADER.size : size]))
            del self._received[:size]
            if sender == DISPLAY and opcode == 0:
                raise PlatformError("The Wayland compositor refused.")
            if sender != DISPLAY:
                yield event


def _argument(word: Argument) -> bytes:
    if word is None:
        return _UINT.pack(0)
    if isinstance(word, int):
        return _UINT.pack(word)
    data = word.encode() + b"\0"
    return _UINT.pack(len(data)) + data + b"\0" * (-len(data) % 4)


@contextmanager
def connected(path: Path) -> Iterator[Connection]:
    """Have a connection for a while."""
    connection = Connection(path)
    try:
        yield connection
    finally:
        connection.close()


def offered(path: Path) -> frozenset[str]:
    """Return the names of what the compositor offers; nothing when it does not answer."""
    try:
        with connected(path) as connection:
            return frozenset(connection.globals)
    except PlatformError:
        return frozenset()
