"""Writes a pack file by file, and counts what its list says of each as the bytes go by."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Protocol

from agentguard.base import atomic_files
from agentguard.trust.evidence.manifest import FILE, MIB, Listed

NAME = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*\.[a-z0-9.]+")
"""A file's path within the folder: short, without case, and good on every system."""
CSV = ".csv"
COUNTED = (CSV, ".jsonl")
"""The endings of files whose lines are rows; the first of a `.csv` is its head."""
PACKED = ".gz"
"""The ending of files that lie there as gzip; digests and bytes are those of what lies there."""
GZIP = 31
"""zlib's word for gzip with the largest window; its header tells no time and no name."""
LEVEL = 4
"""Tables of gaps get a sixth smaller by it than by 1; 6 takes thrice as long for a twentieth."""


def rows_of(name: str, lines: int) -> int:
    """Return how many rows so many lines of a file are."""
    name = name.removesuffix(PACKED)
    if not name.endswith(COUNTED):
        return 0
    return max(lines - 1, 0) if name.endswith(CSV) else lines


@dataclass(slots=True)
class Counting:
    """Counts bytes and digests; a MiB is finished as soon as its last byte is there.

    `lines` are those of the text, which is packed in some files; whoever has it counts them.
    """

    whole: hashlib._Hash = field(default_factory=hashlib.sha256)
    size: int = 0
    lines: int = 0
    mib: list[str] = field(default_factory=list)
    _part: hashlib._Hash = field(default_factory=hashlib.sha256)
    _room: int = MIB

    def take(self, data: bytes) -> None:
        """Count what comes next."""
        self.whole.update(data)
        self.size += len(data)
        rest = memoryview(data)
        while len(rest) >= self._room:
            self._part.update(rest[: self._room])
            rest = rest[self._room :]
            self._finish()
        if rest:
            self._part.update(rest)
            self._room -= len(rest)

    def count_lines(self, data: bytes) -> None:
        """Count the lines that end in what comes next of the text."""
        self.lines += data.count(b"\n")

    def _finish(self) -> None:
        self.mib.append(self._part.hexdigest())
        self._part, self._room = hashlib.sha256(), MIB

    def listed(self, name: str) -> Listed:
        """Return what the list says of the file; nothing may be taken afterwards."""
        if self._room < MIB:
            self._finish()
        return Listed(bytes=self.size, rows=rows_of(name, self.lines), mib=tuple(self.mib))


class Packing(Protocol):
    """What packs the text of a file."""

    def compress(self, data: bytes, /) -> bytes:
        """Return what is to be written by now."""

    def flush(self) -> bytes:
        """Return the rest."""


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes one file of a pack."""

    _file: BinaryIO
    _counting: Counting
    _tick: Callable[[], None]
    _packing: Packing | None = None

    def write(self, data: bytes) -> None:
        """Write what comes next.

        Raises:
            OSError: it could not be written.

        """
        self._tick()
        self._counting.count_lines(data)
        self._put(data if self._packing is None else self._packing.compress(data))

    def finish(self) -> None:
        """Write what the packing holds back; nothing may be written afterwards.

        Raises:
            OSError: as above.

        """
        if self._packing is not None:
            self._put(self._packing.flush())

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._counting.take(data)

    def lines(self, every: Iterable[bytes], at_once: int = 2000) -> None:
        """Write lines that end with a line feed, many at once.

        Raises:
            OSError: as above.

        """
        held: list[bytes] = []
        for one in every:
            held.append(one)
            if len(held) == at_once:
                self.write(b"".join(held))
                held.clear()
        if held:
            self.write(b"".join(held))


class PackFolder:
    """A new folder that files are written to, readable by its owner only; the list comes last.

    `tick` is called at each write, and may raise to end it all.
    """

    def __init__(self, folder: Path, tick: Callable[[], None] = lambda: None) -> None:
        self.folder = folder
        self._tick = tick
        self.files: dict[str, Listed] = {}
        self.digests: dict[str, str] = {}
        """The SHA-256 of each file that is whole."""
        atomic_files.make_folder(folder)

    @contextmanager
    def file(self, name: str) -> Iterator[Pen]:
        """Yield the pen of a new file, which is listed once it is whole.

        Raises:
            ValueError: no pack may have a file of this name.
            OSError: it is there already, or could not be written.

        """
        if not NAME.fullmatch(name) or name == FILE:
            raise ValueError(name)
        path, counting = self.folder / name, Counting()
        atomic_files.make_folder(path.parent)
        packing = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP) if name.endswith(PACKED) else None
        with atomic_files.open_new(path) as file:
            pen = Pen(file, counting, self._tick, packing)
            yield pen
            pen.finish()
        self.files[name] = counting.listed(name)
        self.digests[name] = counting.whole.hexdigest()

    def put(self, name: str, data: bytes) -> None:
        """Write a small file at once.

        Raises:
            ValueError, OSError: as above.

        """
        with self.file(name) as pen:
            pen.write(data)

    def close(self, envelope: bytes) -> None:
        """Write the signed list; afterwards the pack is whole.

        Raises:
            OSError: it could not be written.

        """
        atomic_files.write_new(self.folder / FILE, envelope)
        atomic_files.sync_folder(self.folder)
