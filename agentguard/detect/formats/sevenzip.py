"""7z: every member whose packing the standard library knows, solid archives too."""

from __future__ import annotations

import lzma
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentguard.base.errors import ScanError
from agentguard.detect.binary.sevenzip_header import MAGIC, folders_of
from agentguard.detect.binary.sevenzip_streams import Folder, Member, unpacked
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.limits import MIB

_DAMAGED = (lzma.LZMAError, zlib.error, OSError, EOFError, ValueError)


def sniff(source: Source) -> bool:
    """Tell a 7z archive by its mark."""
    return source.head.startswith(MAGIC)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of the members; each folder is judged before it is unpacked.

    Raises:
        ScanError: the header cannot be read, nothing can be unpacked, or it is a bomb.

    """
    folders = folders_of(source)
    _judge(folders, work)
    unknown = 0
    for folder in folders:
        if folder.is_locked:
            work.note("reason.sealed-part")
        elif not work.may_spend(folder.size):
            raise ScanError("reason.bomb")
        else:
            try:
                yield from _folder(source, folder, work)
            except ScanError as error:
                if error.reason not in {"reason.unsupported", "reason.corrupt"}:
                    raise
                unknown += 1
                work.note(f"{error.reason}-part")
    if unknown and unknown == len(folders):
        work.refuse("reason.unsupported")


def _judge(folders: Sequence[Folder], work: Work) -> None:
    """Refuse what unfolds to far more than it seems to hold."""
    limits = work.limits
    for folder in folders:
        if folder.size > limits.plain_mib * MIB and folder.size > limits.ratio * folder.packed:
            raise ScanError("reason.bomb")


def _folder(source: Source, folder: Folder, work: Work) -> Iterator[str]:
    pieces, place = _Pieces(unpacked(source, folder)), 0
    for member in folder.members:
        if member.size:
            yield from _member(_Packed(source, folder, place, pieces), member, work)
            yield "\n"
        if pieces.is_over and member is not folder.members[-1]:
            work.note("reason.corrupt-part")
            return
        place += member.size


@dataclass(slots=True)
class _Packed:
    """Where a member begins in what a folder unpacks to, and what unpacks that once for all."""

    source: Source
    folder: Folder
    place: int
    pieces: _Pieces
    begun: bool = False

    def unpacked(self, size: int) -> Iterator[bytes]:
        """Yield the member's bytes; again, if it was begun before."""
        pieces = self.pieces
        if self.begun:
            pieces = _Pieces(unpacked(self.source, self.folder))
            deque(pieces.take(self.place), maxlen=0)
        self.begun = True
        yield from pieces.take(size)


def _member(packed: _Packed, member: Member, work: Work) -> Iterator[str]:
    taken = seen = crc = 0

    def read() -> Iterator[bytes]:
        nonlocal taken, seen, crc
        first, size = not packed.begun, 0
        for piece in packed.unpacked(member.size):
            size += len(piece)
            taken += len(piece) if first else 0
            if size > seen:
                crc = zlib.crc32(piece[seen - size :], crc)
                seen = size
            yield piece

    yield from work.unfolded(read, member.size)
    for piece in packed.pieces.take(member.size - taken):
        taken += len(piece)
        if taken > seen:
            crc = zlib.crc32(piece[seen - taken :], crc)
            seen = taken
        yield ""  # so that time can be told
    if seen < member.size or (member.crc is not None and crc != member.crc):
        work.note("reason.corrupt-part")


class _Pieces:
    """Cuts a stream into members."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")
        self.is_over = False

    def take(self, size: int) -> Iterator[bytes]:
        """Yield the next bytes; fewer when the stream ends or is damaged there."""
        try:
            while size > 0 and self._more():
                found, self._rest = self._rest[:size], self._rest[size:]
                size -= len(found)
                yield bytes(found)
        except _DAMAGED:
            self.is_over = True

    def _more(self) -> bool:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
            self.is_over = not self._rest
        return bool(self._rest)


EXTRACTOR = Extractor(name="sevenzip", sniff=sniff, extract=extract, flows=True)
