"""A sealed file: age v1 around one line of JSON (what the file was) and its bytes.

Any age program opens it: the first line is the header, the rest the file. pyrage gives plain bytes
before the end is authenticated, and may swallow the error of the last write (it is flushed as the
stream is dropped), so sinks remember their error and nobody trusts a copy before it was read back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

import pyrage

from agentguard.model.hits import Hit
from agentguard.model.moments import Moment

if TYPE_CHECKING:
    from pyrage import x25519

FORMAT = 1
LONGEST_HEADER = 256 * 1024


class BrokenSeal(Exception):
    """The sealed file is damaged, cut, or sealed for another key."""


class Sink(Protocol):
    """Takes plain bytes."""

    def write(self, data: bytes, /) -> object:
        """Take some bytes."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a file was; `sha256` in hex and `size` in bytes are of its content."""

    item: str
    path: str
    mode: int
    mtime_ns: int
    size: int
    sha256: str
    put: Moment
    hits: tuple[Hit, ...]

    def line(self) -> bytes:
        """Return the first line of the sealed content."""
        hits = [{"kind": h.kind, "count": h.count, "masked": list(h.masked)} for h in self.hits]
        values = {
            "format": FORMAT,
            "item": self.item,
            "path": self.path,
            "mode": self.mode,
            "mtime_ns": self.mtime_ns,
            "size": self.size,
            "sha256": self.sha256,
            "put": [self.put.boot, self.put.wall],
            "hits": hits,
        }
        return json.dumps(values).encode("ascii") + b"\n"


def header(line: bytes) -> Header:
    """Read a header's line.

    Raises:
        BrokenSeal: it is no header of this format.

    """
    try:
        values = json.loads(line)
        if values["format"] != FORMAT:
            raise BrokenSeal
        return Header(
            item=str(values["item"]),
            path=str(values["path"]),
            mode=int(values["mode"]),
            mtime_ns=int(values["mtime_ns"]),
            size=int(values["size"]),
            sha256=str(values["sha256"]),
            put=Moment(boot=float(values["put"][0]), wall=float(values["put"][1])),
            hits=tuple(
                Hit(kind=str(h["kind"]), count=int(h["count"]), masked=tuple(h["masked"]))
                for h in values["hits"]
            ),
        )
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise BrokenSeal from error


class _Source:
    """Gives the header, then the file."""

    def __init__(self, line: bytes, file: BinaryIO) -> None:
        self._line = line
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        if self._line:
            cut = len(self._line) if size < 0 else size
            given, self._line = self._line[:cut], self._line[cut:]
            return given
        return self._file.read(size)


class _Remembering:
    """Passes writes on and remembers the first error, which the library may swallow."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self.error: OSError | None = None

    def write(self, data: bytes, /) -> int:
        try:
            self._sink.write(data)
        except OSError as error:
            self.error = self.error or error
            raise
        return len(data)

    def flush(self) -> None:
        """Do nothing: the owner of the sink flushes and syncs it."""


def seal(
    head: Header, file: BinaryIO, target: BinaryIO, recipients: Sequence[x25519.Recipient]
) -> None:
    """Seal a file into `target` in constant memory.

    What was sealed is what the header says only once it was read back.

    Raises:
        OSError: the file could not be read, or the target not written.

    """
    source = _Source(head.line(), file)
    sink = _Remembering(target)
    try:
        pyrage.encrypt_io(source, sink, recipients)
    except pyrage.EncryptError as error:
        raise sink.error or OSError(str(error)) from error
    if sink.error:
        raise sink.error


class _Enough(Exception):
    """The header is complete and no more is wanted."""


class _Splitter:
    """Takes the header's line off and gives the rest to a sink; None wants only the header."""

    def __init__(self, sink: Sink | None) -> None:
        self._sink = sink
        self._line = bytearray()
        self._digest = hashlib.sha256()
        self.size = 0
        self.header: Header | None = None

    def write(self, data: bytes, /) -> int:
        rest = data if self.header else self._head(data)
        if self.header and self._sink is None:
            raise _Enough
        if self._sink is not None:
            self._digest.update(rest)
            self.size += len(rest)
            self._sink.write(rest)
        return len(data)

    def _head(self, data: bytes) -> bytes:
        line, end, rest = data.partition(b"\n")
        self._line += line
        if len(self._line) > LONGEST_HEADER:
            raise BrokenSeal
        if end:
            self.header = header(bytes(self._line))
        return rest

    def whole(self) -> Header:
        """Return the header of a file that was read to its end and is what was put in."""
        head = self.header
        if head is None or head.size != self.size or head.sha256 != self._digest.hexdigest():
            raise BrokenSeal
        return head


def unseal(sealed: BinaryIO, sink: Sink, identity: x25519.Identity) -> Header:
    """Return the file's bytes to `sink` and return its header once all of it is proved.

    Raises:
        BrokenSeal: damaged, or another key; what the sink has taken is worth nothing.
        OSError: the sealed file could not be read, or the sink not written.

    """
    splitter = _Splitter(sink)
    guarded = _Remembering(splitter)
    try:
        pyrage.decrypt_io(sealed, guarded, [identity])
    except (OSError, pyrage.DecryptError) as error:
        if guarded.error:
            raise guarded.error from error
        raise BrokenSeal from error
    if guarded.error:
        raise guarded.error
    return splitter.whole()


def peek(sealed: BinaryIO, identity: x25519.Identity) -> Header:
    """Read only the header.

    Raises:
        BrokenSeal: damaged, or another key.

    """
    splitter = _Splitter(None)
    try:
        pyrage.decrypt_io(sealed, _Remembering(splitter), [identity])
    except _Enough:
        pass
    except (OSError, pyrage.DecryptError) as error:
        raise BrokenSeal from error
    if splitter.header is None:
        raise BrokenSeal
    return splitter.header


class Nothing:
    """A sink that keeps nothing, for reading back."""

    def write(self, data: bytes, /) -> int:
        """Take and forget."""
        return len(data)
