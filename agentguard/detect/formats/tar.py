"""TAR: every regular member, told by headers that are read one by one.

Sources: POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"; GNU tar, "Basic Tar
Format". The library's own reader takes the square of a header's length, and a size below zero for
one (CVE-2024-6232, CVE-2025-8194).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.lexicon.lazy_pattern import later

_BLOCK = 512
_SUM, _SIZE = slice(148, 156), slice(124, 136)
_TYPES = frozenset(b"\x0001234567gxLKSVDMNA")
_TYPE_AT, _MORE_AT = 156, 482  # a sparse file of GNU whose map goes on in the next block
_SPARSE, _FILES, _ABOUT = ord("S"), frozenset(b"\x0007S"), frozenset(b"xg")
_KINDS_ABOUT = (b"x", b"g", b"L", b"K")
_MAP_MORE_AT = 504
_HOLDS_NOTHING = frozenset(b"123456")  # links, devices and folders, whatever their size says
_BINARY, _BELOW_ZERO = 0x80, 0xFF
_MOST_ABOUT = 64 << 10
_TOLD_SIZE = later(rb"(?:^|\n)[0-9]{1,6} size=([0-9]{1,18})\n")
_TOLD_SPARSE = b"GNU.sparse."
_MOST_EMPTY = 40  # blocks between archives that were joined
_STEP = 128 << 10


@dataclass(slots=True)
class _Told:
    """What a header of its own kind told about the next member."""

    size: int | None = None
    is_sparse: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """Where a member stands, and its size in bytes."""

    place: int
    size: int
    is_sparse: bool


def sniff(source: Source) -> bool:
    """Tell a TAR by its first header, whose sum must be right: the oldest kind has no mark."""
    return _is_header(source.head[:_BLOCK])


def _is_header(block: bytes) -> bool:
    if len(block) < _BLOCK or not block[0] or block[_TYPE_AT] not in _TYPES:
        return False
    return _octal(block[_SUM]) == sum(block) - sum(block[_SUM]) + 8 * ord(" ")


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of the members; nothing is written to disk.

    Raises:
        ScanError: a header is damaged, and what follows cannot be found.

    """
    place, told = 0, _Told()
    while True:
        place = _next(source, place)
        block = _read(source, place, _BLOCK)
        if not any(block):
            return
        size, kind = _size(block, told), block[_TYPE_AT] if len(block) > _TYPE_AT else 0
        if not _is_header(block) or size < 0:
            _damaged(work, place)
            return
        place = _behind_map(source, place + _BLOCK, block)
        if kind in _ABOUT:
            told = _about(_read(source, place, min(size, _MOST_ABOUT)), told)
        elif kind in _FILES:
            yield from _member(_Part(place, size, told.is_sparse or kind == _SPARSE), source, work)
            told = _Told()
        yield ""  # so that time can be told
        place += 0 if kind in _HOLDS_NOTHING else -(-size // _BLOCK) * _BLOCK


def _next(source: Source, place: int) -> int:
    """Pass over the empty blocks at the end of an archive to one that was joined to it."""
    for _ in range(_MOST_EMPTY):
        if any(_read(source, place, _BLOCK)):
            break
        place += _BLOCK
    return place


def _read(source: Source, place: int, size: int) -> bytes:
    if place >= source.size:
        return b""
    source.file.seek(place)
    return source.file.read(size)


def _damaged(work: Work, place: int) -> None:
    """Tell a header that is none: of all, when it is the first."""
    if not place:
        raise ScanError("reason.corrupt")
    work.note("reason.corrupt-part")


def _octal(field: bytes) -> int:
    try:
        return int(field.strip(b" \0") or b"0", 8)
    except ValueError:
        return -1


def _size(block: bytes, told: _Told) -> int:
    """Read a size in octal digits, or in binary as GNU writes large ones; -1 when it is none."""
    if told.size is not None and block[_TYPE_AT : _TYPE_AT + 1] not in _KINDS_ABOUT:
        return told.size
    field = block[_SIZE]
    if not field or not field[0] & _BINARY:
        return _octal(field)
    return int.from_bytes(field[1:], "big") if field[0] != _BELOW_ZERO else -1


def _about(data: bytes, told: _Told) -> _Told:
    size = _TOLD_SIZE.search(data)
    return _Told(
        size=int(size[1]) if size else told.size,
        is_sparse=told.is_sparse or _TOLD_SPARSE in data,
    )


def _behind_map(source: Source, place: int, block: bytes) -> int:
    """Pass over the blocks that go on with a sparse file's map."""
    more = block[_MORE_AT] if block[_TYPE_AT] == _SPARSE else 0
    while more and place < source.size:
        data = _read(source, place, _BLOCK)
        more = data[_MAP_MORE_AT] if len(data) > _MAP_MORE_AT else 0
        place += _BLOCK
    return place


def _member(part: _Part, source: Source, work: Work) -> Iterator[str]:
    if not source.flows and part.place + part.size > source.size:
        work.note("reason.corrupt-part")
    if part.is_sparse:
        work.note("reason.unsupported-part")
    elif part.size:
        yield from work.unfolded(lambda: _pieces(part, source, work), part.size)
        yield "\n"


def _pieces(part: _Part, source: Source, work: Work) -> Iterator[bytes]:
    place, end = part.place, part.place + part.size
    while place < end:
        data = _read(source, place, min(_STEP, end - place))
        if not data:
            work.note("reason.corrupt-part")
            return
        yield data
        place += len(data)


EXTRACTOR = Extractor(name="tar", sniff=sniff, extract=extract, flows=True)
