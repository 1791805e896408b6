"""Reads the files of a pack once each, and holds every byte against the list.

A packed file is unpacked only as far as its bytes are those that were signed, and a MiB at a time:
nobody who changes a pack reaches what unpacks it.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agentguard.trust.evidence.manifest import FILE, MIB, Listed
from agentguard.trust.evidence.writing import GZIP, PACKED, Counting

Block = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a pack: `kind` is of `evidence.problem`, and where.

    `mib` counts from 1, `first` and `last` are the lines that stand in it; 0 where none is meant.
    """

    kind: str
    file: str = ""
    mib: int = 0
    first: int = 0
    last: int = 0


def found(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every entry of a folder, whatever it is: its path, and what is wrong with its kind.

    Raises:
        OSError: a folder could not be read.

    """
    yield from _found(folder, "")


def _found(folder: Path, above: str) -> Iterator[tuple[str, str]]:
    with os.scandir(folder) as entries:
        every = sorted(entries, key=lambda one: one.name)
    for one in every:
        name = f"{above}{one.name}"
        if one.is_symlink() or getattr(one, "is_junction", lambda: False)():
            yield name, "link"
        elif one.is_dir(follow_symlinks=False):
            inner = list(_found(Path(one.path), f"{name}/"))
            yield from inner or [(f"{name}/", "")]
        else:
            yield name, "" if one.is_file(follow_symlinks=False) else "special"


def compare(folder: Path, listed: Iterable[str]) -> list[Problem]:
    """Return what is missing, what is there and not listed, and what is a link.

    Raises:
        OSError: a folder could not be read.

    """
    wanted = {*listed, FILE}
    problems, met = [], set()
    for name, wrong in found(folder):
        met.add(name)
        if wrong or name not in wanted:
            problems.append(Problem(kind=wrong or "extra", file=_shown(name)))
    missing = sorted(wanted - met)
    return problems + [Problem(kind="missing", file=one) for one in missing]


def _shown(name: str) -> str:
    """Return a name as it may be shown: others chose it."""
    return "".join(one if one.isprintable() else "?" for one in name)[:200]


def hold(path: Path, name: str, listed: Listed, digest: str, take: Block) -> Problem | None:
    """Read a file, giving its text block by block to `take`, and return what differs from the list.

    Nothing is given any more from the first MiB on that differs.

    Raises:
        OSError: it could not be read.

    """
    read = _Read(name, listed, take)
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(path, flags), "rb") as file:
        while block := file.read(MIB):
            read.block(block)
    counting, places = read.counting, read.places
    has = counting.listed(name)
    whole = (has.mib, has.bytes) == (listed.mib, listed.bytes)
    if whole and not read.unpacked:
        return Problem(kind="packing", file=name)
    if has == listed and counting.whole.hexdigest() == digest:
        return None
    if whole:
        return Problem(kind="listed", file=name)
    kinds = {-1: "shorter", 0: "changed", 1: "longer"}
    kind = kinds[(has.bytes > listed.bytes) - (has.bytes < listed.bytes)]
    at = next((at for at, one in enumerate(has.mib) if one != _at(listed, at)), len(has.mib))
    first, last = places[at] if at < len(places) else (counting.lines, counting.lines)
    return Problem(kind=kind, file=name, mib=at + 1, first=first, last=last)


class _Read:
    """Takes a file MiB by MiB; `places` are the lines in which each begins and ends."""

    def __init__(self, name: str, listed: Listed, take: Block) -> None:
        self.counting = Counting()
        self.places: list[tuple[int, int]] = []
        self._listed, self._take = listed, take
        self._unpack = zlib.decompressobj(GZIP) if name.endswith(PACKED) else None
        self._sound = self._unpacks = True

    @property
    def unpacked(self) -> bool:
        """Whether what was packed was unpacked to its end, and nothing stands behind that."""
        return self._unpack is None or (self._unpacks and self._unpack.eof)

    def block(self, block: bytes) -> None:
        """Take the next MiB, or the rest."""
        counting = self.counting
        place, begins = len(self.places), counting.lines + 1
        counting.take(block)
        full = len(block) == MIB
        own = counting.mib[-1] if full else hashlib.sha256(block).hexdigest()
        self._sound = self._sound and own == _at(self._listed, place)
        if self._unpack is None:
            counting.count_lines(block)
            ends = counting.lines + (not block.endswith(b"\n"))
            if self._sound:
                self._take(block)
        elif self._sound:
            self._packed(block, self._unpack)
            ends = counting.lines + 1
        else:  # no line of it can be read any more
            ends = max(begins, self._listed.rows + 1)
        self.places.append((begins, ends))

    def _packed(self, block: bytes, unpack: zlib._Decompress) -> None:
        """Unpack and give a block, of which a hostile maker can make a thousand times as much."""
        try:
            while self._unpacks:
                self._unpacks = not (unpack.eof and block)
                text = unpack.decompress(block, MIB)
                block = unpack.unconsumed_tail or unpack.unused_data
                self.counting.count_lines(text)
                self._take(text)
                if not block and len(text) < MIB:
                    return
        except zlib.error:
            self._unpacks = False


def _at(listed: Listed, place: int) -> str:
    return listed.mib[place] if place < len(listed.mib) else ""
