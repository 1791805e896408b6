"""Questions to CUPS on this computer, by the Internet Printing Protocol over its own socket.

Sources: RFC 8010 (how it is written), RFC 8011 (Get-Jobs, Get-Printer-Attributes). No program is
run, and every answer has a time limit. Only what is asked for is answered: never a job's name.
"""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from agentguard.base.errors import PlatformError

SECONDS = 2.0
LARGEST = 4 * 1024 * 1024  # bytes of one answer
GET_JOBS, GET_PRINTER = 0x000A, 0x000B

_VERSION = (1, 1)
_OPERATION, _END = 0x01, 0x03  # delimiter tags
_DELIMITERS = 0x10  # tags below are delimiters
_BOOLEAN, _KEYWORD, _NAME, _URI, _CHARSET, _LANGUAGE = 0x22, 0x44, 0x42, 0x45, 0x47, 0x48
_NUMBERS = frozenset({0x21, 0x23})  # integer, enum
_FIRST_ERROR = 0x0100  # status codes below are successes
_NOT_FOUND = 0x0406
_BROKEN = (OSError, ValueError, IndexError, struct.error)
_HEAD = (
    "POST / HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/ipp\r\n"
    "Content-Length: {}\r\n\r\n"
)

Value = int | str
Attributes = Mapping[str, Value]


class Cups:
    """CUPS by its socket."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def jobs(self, user: str, names: Sequence[str]) -> tuple[Attributes, ...]:
        """Return these attributes of a user's jobs that have ended, the newest first.

        Raises:
            PlatformError: CUPS is not there, refuses, or does not answer in time.

        """
        body = _asked(GET_JOBS, "ipp://localhost/", user, names)
        body += _one(_KEYWORD, "which-jobs", b"completed") + _one(_BOOLEAN, "my-jobs", b"\1")
        return tuple(self._ask(body))

    def printer(self, uri: str, user: str, names: Sequence[str]) -> Attributes:
        """Return these attributes of a printer; none of one that is not there any more.

        Raises:
            PlatformError: CUPS is not there, refuses, or does not answer in time.

        """
        found = tuple(self._ask(_asked(GET_PRINTER, uri, user, names)))
        return found[0] if found else {}

    def _ask(self, body: bytes) -> Iterator[Attributes]:
        try:
            return iter(tuple(_groups(self._answer(body + bytes([_END])))))
        except _BROKEN as problem:
            raise PlatformError("CUPS does not answer.") from problem

    def _answer(self, body: bytes) -> bytes:
        """Return what is answered, spoken as HTTP 1.0: the answer ends with the connection.

        Python's own HTTP would bring TLS and mail into every agent.
        """
        if sys.platform == "win32":
            raise PlatformError("This system has no such socket.")
        with socket.socket(socket.AF_UNIX) as server:
            server.settimeout(SECONDS)
            server.connect(str(self._path))
            server.sendall(_HEAD.format(len(body)).encode() + body)
            told = bytearray()
            while len(told) <= LARGEST and (more := server.recv(65536)):
                told += more
        head, found, answer = bytes(told).partition(b"\r\n\r\n")
        if not found or len(told) > LARGEST or head.split()[1] != b"200":
            raise ValueError(len(told))
        return answer


def _asked(operation: int, uri: str, user: str, names: Sequence[str]) -> bytes:
    head = struct.pack(">BBHI", *_VERSION, operation, 1) + bytes([_OPERATION])
    head += _one(_CHARSET, "attributes-charset", b"utf-8")
    head += _one(_LANGUAGE, "attributes-natural-language", b"en")
    head += _one(_URI, "printer-uri", uri.encode())
    head += _one(_NAME, "requesting-user-name", user.encode())
    wanted = (_one(_KEYWORD, "" if n else "requested-attributes", one.encode())
              for n, one in enumerate(names))  # fmt: skip
    return head + b"".join(wanted)


def _one(tag: int, name: str, value: bytes) -> bytes:
    sizes = struct.pack(">BH", tag, len(name)) + name.encode()
    return sizes + struct.pack(">H", len(value)) + value


def _groups(told: bytes) -> Iterator[Attributes]:
    """Yield the groups of attributes after the first, which is about the question itself."""
    _, _, status, _ = struct.unpack_from(">BBHI", told)
    if status == _NOT_FOUND:
        return
    if status >= _FIRST_ERROR:
        raise ValueError(status)
    place, own = 8, True
    group: dict[str, Value] = {}
    while (tag := told[place]) != _END:
        if tag < _DELIMITERS:
            if not own and group:
                yield group
            place, group, own = place + 1, {}, tag == _OPERATION
            continue
        name, value, place = _attribute(told, place)
        if name and value is not None:
            group[name] = value
    if not own and group:
        yield group


def _attribute(told: bytes, place: int) -> tuple[str, Value | None, int]:
    """Read one attribute; a further value of the one before has no name."""
    tag = told[place]
    name, place = _sized(told, place + 1)
    raw, place = _sized(told, place)
    if tag in _NUMBERS:
        return name.decode(), struct.unpack(">i", raw)[0], place
    text = raw.decode("utf-8", "replace") if tag in {_URI, _KEYWORD} else None
    return name.decode(), text, place


def _sized(told: bytes, place: int) -> tuple[bytes, int]:
    (size,) = struct.unpack_from(">H", told, place)
    end = place + 2 + size
    if end > len(told):
        raise ValueError(size)
    return told[place + 2 : end], end
