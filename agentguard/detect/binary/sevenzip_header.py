"""The header of a 7z archive: its packed streams, how each was packed, and the members within.

Source: 7zFormat.txt and Methods.txt of the LZMA SDK. The names of members are not needed.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from agentguard.base.errors import ScanError
from agentguard.detect.binary.sevenzip_streams import AES, Folder, Member, Step, unpacked
from agentguard.detect.extractor import Source
from agentguard.detect.limits import MIB

MAGIC = b"7z\xbc\xaf\x27\x1c"

_START = 32
_MOST_HEADER = 32 * MIB
_MOST_STREAMS = 100_000
_MOST_STEPS = 32
_MOST_WRAPPINGS = 4
_END, _HEADER, _PROPERTIES, _MORE_STREAMS, _MAIN_STREAMS = 0x00, 0x01, 0x02, 0x03, 0x04
_PACK, _UNPACK, _SUBSTREAMS, _SIZE, _CRC, _FOLDER = 0x06, 0x07, 0x08, 0x09, 0x0A, 0x0B
_UNPACK_SIZES, _COUNTS, _ENCODED = 0x0C, 0x0D, 0x17


def folders_of(source: Source) -> Sequence[Folder]:
    """Return what is packed.

    Raises:
        ScanError: `reason.sealed` when even the header is encrypted; `reason.corrupt` or
            `reason.unsupported` when it cannot be read.

    """
    start = _START + int.from_bytes(source.head[12:20], "little")
    size = int.from_bytes(source.head[20:28], "little")
    if not size:
        return ()
    if start + size > source.size:
        raise ScanError("reason.corrupt")
    if size > _MOST_HEADER:
        raise ScanError("reason.too-large")
    source.file.seek(start)
    try:
        return _main(source, source.file.read(size))
    except (IndexError, ValueError, OverflowError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise ScanError("reason.corrupt") from error


def _main(source: Source, header: bytes) -> Sequence[Folder]:
    """Read a header; nearly all are packed themselves."""
    found = _Fields(header)
    for _ in range(_MOST_WRAPPINGS):
        if not found.take(_ENCODED):
            break
        found = _Fields(_plain(source, found.streams()))
    if not found.take(_HEADER):
        raise ScanError("reason.corrupt")
    if found.take(_PROPERTIES):
        while not found.take(_END):
            found.skip(1)
            found.skip(found.number())
    if found.take(_MORE_STREAMS):
        found.streams()
    return found.streams() if found.take(_MAIN_STREAMS) else ()


def _plain(source: Source, folders: Sequence[Folder]) -> bytes:
    if not folders:
        raise ScanError("reason.corrupt")
    folder = folders[0]
    if any(step.method == AES for step in folder.steps):
        raise ScanError("reason.sealed")
    if folder.size > _MOST_HEADER:
        raise ScanError("reason.too-large")
    return b"".join(unpacked(source, folder))


class _Fields:
    """Reads the properties of a header one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, mark: int) -> bool:
        """Go on if the next byte is `mark`."""
        if self._data[self._place] != mark:
            return False
        self._place += 1
        return True

    def skip(self, count: int) -> None:
        """Leave out bytes."""
        self.bytes(count)

    def bytes(self, count: int) -> bytes:
        """Return the next bytes."""
        found = self._data[self._place : self._place + count]
        if len(found) < count:
            raise ValueError
        self._place += count
        return found

    def number(self) -> int:
        """Read a number whose first byte tells by its leading ones how many follow."""
        first = self.bytes(1)[0]
        more, mask = 0, 0x80
        while first & mask:
            more, mask = more + 1, mask >> 1
        low = int.from_bytes(self.bytes(more), "little")
        return low + ((first & (mask - 1)) << (8 * more) if mask else 0)

    def count(self) -> int:
        """Read how many things follow."""
        found = self.number()
        if found > _MOST_STREAMS:
            raise ScanError("reason.unsupported")
        return found

    def streams(self) -> list[Folder]:
        """Read what StreamsInfo tells: packed streams, folders, members."""
        start, sizes = self._packed() if self.take(_PACK) else (0, [])
        folders = self._folders(start, sizes) if self.take(_UNPACK) else []
        if self.take(_SUBSTREAMS):
            folders = self._members(folders)
        self._expect(_END)
        return folders

    def _expect(self, mark: int) -> None:
        if not self.take(mark):
            raise ValueError

    def _packed(self) -> tuple[int, list[int]]:
        start, count = self.number(), self.count()
        sizes = [self.number() for _ in range(count)] if self.take(_SIZE) else []
        if self.take(_CRC):
            self._digests(count)
        self._expect(_END)
        return start, sizes

    def _digests(self, count: int) -> list[int | None]:
        known = [True] * count if self.take(1) else self._bits(count)
        return [int.from_bytes(self.bytes(4), "little") if one else None for one in known]

    def _bits(self, count: int) -> list[bool]:
        self._expect(0)
        packed = self.bytes((count + 7) // 8)
        return [bool(packed[n // 8] & 0x80 >> n % 8) for n in range(count)]

    def _folders(self, start: int, sizes: Sequence[int]) -> list[Folder]:
        self._expect(_FOLDER)
        count = self.count()
        self._expect(0)  # not told elsewhere
        shapes = [self._shape() for _ in range(count)]
        self._expect(_UNPACK_SIZES)
        place, left = _START + start, iter(sizes)
        folders = []
        for steps, inputs, main in shapes:
            plain = [self.number() for _ in steps]
            packed = sum(islice(left, inputs))
            size = plain[main] if plain else 0
            folders.append(Folder(steps=steps, start=place, packed=packed, size=size))
            place += packed
        digests = self._digests(count) if self.take(_CRC) else [None] * count
        self._expect(_END)
        return [
            replace(folder, members=(Member(size=folder.size, crc=crc),))
            for folder, crc in zip(folders, digests, strict=True)
        ]

    def _shape(self) -> tuple[tuple[Step, ...], int, int]:
        """Read a folder: its steps in the order of unpacking, its packed streams, its last step."""
        steps, plain = [], True
        inputs = outputs = 0
        for _ in range(min(self.number(), _MOST_STEPS + 1)):
            flags = self.bytes(1)[0]
            method = self.bytes(flags & 0x0F)
            ins, outs = (self.number(), self.number()) if flags & 0x10 else (1, 1)
            plain = plain and (ins, outs) == (1, 1)
            inputs, outputs = inputs + ins, outputs + outs
            props = self.bytes(self.number()) if flags & 0x20 else b""
            steps.append(Step(method=method, props=props))
        if not outputs or max(inputs, outputs, len(steps)) > _MOST_STEPS:
            raise ScanError("reason.unsupported")
        binds = {
            out: into for into, out in [(self.number(), self.number()) for _ in range(outputs - 1)]
        }
        streams = inputs - len(binds)
        first = [self.number() for _ in range(streams)] if streams > 1 else []
        if first or not plain:  # of many inputs, as BCJ2 has
            return tuple(steps), max(streams, 1), 0
        order = _order(binds, len(steps))
        return tuple(steps[n] for n in order), 1, order[-1]

    def _members(self, folders: Sequence[Folder]) -> list[Folder]:
        counts = [1] * len(folders)
        if self.take(_COUNTS):
            counts = [self.count() for _ in folders]
        if sum(counts) > _MOST_STREAMS:
            raise ScanError("reason.unsupported")
        sizes = self._sizes(folders, counts)
        known = [f.members[0].crc if n == 1 else None for f, n in zip(folders, counts, strict=True)]
        missing = sum(n for n, crc in zip(counts, known, strict=True) if crc is None)
        found = iter(self._digests(missing) if self.take(_CRC) else [None] * missing)
        self._expect(_END)
        return [
            replace(
                folder,
                members=tuple(
                    Member(size=size, crc=next(found) if crc is None else crc) for size in own
                ),
            )
            for folder, own, crc in zip(folders, sizes, known, strict=True)
        ]

    def _sizes(self, folders: Sequence[Folder], counts: Sequence[int]) -> list[list[int]]:
        """Read the members' sizes; the last of each folder is what remains."""
        told = self.take(_SIZE)
        sizes = []
        for folder, count in zip(folders, counts, strict=True):
            own = [self.number() if told else 0 for _ in range(count - 1)]
            sizes.append([*own, max(0, folder.size - sum(own))] if count else [])
        return sizes


def _order(binds: dict[int, int], count: int) -> list[int]:
    """Return the steps from the packed stream on: the one that no other feeds is the first."""
    (first,) = set(range(count)) - set(binds.values())
    order = [first]
    while order[-1] in binds and len(order) < count:
        order.append(binds[order[-1]])
    if sorted(order) != list(range(count)):
        raise ValueError
    return order
