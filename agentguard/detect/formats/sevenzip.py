"""7z: every member whose packing the standard library knows, solid archives too."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator, Sequence

from agentguard.base.errors import ScanError
from agentguard.detect.binary.sevenzip_header import MAGIC, folders_of
from agentguard.detect.binary.sevenzip_streams import Folder, Member, unpacked
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.limits import MIB


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
    unknown, left = 0, work.limits.members
    for folder in folders:
        if folder.is_locked:
            work.note("reason.sealed-part")
        elif left <= 0 or work.spent + folder.size > work.limits.total_mib * MIB:
            work.note("reason.partial")
        else:
            left -= len(folder.members)
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
    work.spend(folder.size)
    pieces = _Pieces(unpacked(source, folder))
    try:
        for member in folder.members:
            if member.size > work.limits.part_mib * MIB:
                work.note("reason.too-large-part")
                yield from pieces.skip(member.size)
            elif member.size:
                yield from _member(pieces, member, work)
                yield "\n"
            if pieces.is_over and member is not folder.members[-1]:
                work.note("reason.corrupt-part")
                return
    except (lzma.LZMAError, zlib.error, OSError, EOFError, ValueError):
        work.note("reason.corrupt-part")


def _member(pieces: _Pieces, member: Member, work: Work) -> Iterator[str]:
    data = pieces.take(member.size)
    if len(data) < member.size or (member.crc is not None and zlib.crc32(data) != member.crc):
        work.note("reason.corrupt-part")
    yield from work.within(data)


class _Pieces:
    """Cuts a stream into members."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")
        self.is_over = False

    def take(self, size: int) -> bytes:
        """Return the next bytes; fewer when the stream ends or is damaged there."""
        found = bytearray()
        try:
            while len(found) < size and self._more():
                found += self._next(size - len(found))
        except (lzma.LZMAError, zlib.error, OSError, EOFError, ValueError):
            self.is_over = True
        return bytes(found)

    def skip(self, size: int) -> Iterator[str]:
        """Leave out bytes, and let go in between so that time can be told."""
        while size > 0 and self._more():
            size -= len(self._next(size))
            yield ""

    def _more(self) -> bool:
        if not self._rest:
            self._rest = memoryview(next(self._pieces, b""))
            self.is_over = not self._rest
        return bool(self._rest)

    def _next(self, most: int) -> memoryview:
        found, self._rest = self._rest[:most], self._rest[most:]
        return found


EXTRACTOR = Extractor(name="sevenzip", sniff=sniff, extract=extract)
