"""PPT: the text of a presentation of PowerPoint 97 to 2003: slides, notes, comments, links."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.binary.compound_file import Compound, top_names
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import _ole_embedded
from agentguard.detect.limits import MIB

_NAME = "powerpoint document"
_HEAD = 8
_CONTAINER = 0x0F
_WIDE_TEXT, _TEXT, _STRING, _EMBEDDED = 0x0FA0, 0x0FA8, 0x0FBA, 0x1011
_PACKED = 0x0010
_LINES = str.maketrans({"\r": "\n", "\x0b": "\n", "\0": " "})
_PAUSE = 4096
_FIRST = range(0x03E8, 0x1800)
"""Kinds of records that there are (MS-PPT 2.13.24)."""


def sniff(source: Source) -> bool:
    """Tell a presentation by the name of its stream."""
    return _NAME in top_names(source)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text, then what is embedded."""
    container = Compound(source)
    yield from slides(container, (_NAME,), work)
    yield from _ole_embedded.parts(container, work)


def slides(container: Compound, path: tuple[str, ...], work: Work) -> Iterator[str]:
    """Yield the text of one stream.

    The records that hold text, wherever they stand (MS-PPT 2.3).
    """
    if container.size(*path) > work.limits.held_mib * MIB:
        work.note("reason.too-large-part")
        return
    data = container.stream(*path) or b""
    work.spend(len(data))
    if len(data) < _HEAD or struct.unpack_from("<H", data, 2)[0] not in _FIRST:
        yield from _ole_embedded.damaged(data, path, work)
        return
    for number, (flags, kind, record) in enumerate(_records(data)):
        if kind in {_WIDE_TEXT, _STRING}:
            yield record.decode("utf-16-le", "replace").translate(_LINES) + "\n"
        elif kind == _TEXT:
            yield record.decode("latin-1").translate(_LINES) + "\n"
        elif kind == _EMBEDDED:
            yield from _object(record, flags & _PACKED, work)
        elif number % _PAUSE == 0:
            yield ""


def _records(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the records that hold no others: flags, kind and data."""
    place = 0
    while place + _HEAD <= len(data):
        flags, kind, size = struct.unpack_from("<HHI", data, place)
        place += _HEAD
        if flags & 0x0F != _CONTAINER:
            yield flags, kind, data[place : place + size]
            place += size


def _object(data: bytes, packed: int, work: Work) -> Iterator[str]:
    """Read an embedded document, which may be packed."""
    if packed:
        size, limits = int.from_bytes(data[:4], "little"), work.limits
        if size > limits.part_mib * MIB:
            if size > limits.ratio * len(data):
                raise ScanError("reason.bomb")
            work.note("reason.too-large-part")
            return
        work.spend(size)
        try:
            data = zlib.decompressobj().decompress(data[4:], max(size, 1))
        except zlib.error:
            work.note("reason.corrupt-part")
            return
    yield from work.within(data)
    yield "\n"


EXTRACTOR = Extractor(
    name="ppt", sniff=sniff, extract=extract, streams={"powerpoint document": slides}
)
