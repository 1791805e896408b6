"""What stands embedded in an older Office document: packages, and documents in storages."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from agentguard.base.errors import ScanError
from agentguard.detect.binary.compound_file import Compound, Path
from agentguard.detect.extractor import Work
from agentguard.detect.formats.text import decoded
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.limits import MIB

_NATIVE = "\x01ole10native"
_RAW = frozenset(("package", "contents"))
_PACKAGE = b"Package"
_MOST = 1000
_WIDE = later(rb"(?:[\t\n\r\x20-\x7e]\0){6,}")


def parts(container: Compound, work: Work) -> Iterator[str]:
    """Yield the text of every part below the root, up to a number of them."""
    paths = [path for path in container.paths if len(path) > 1]
    for path in paths[:_MOST]:
        yield from part(container, path, work)
    if len(paths) > _MOST:
        work.note("reason.partial")


def part(container: Compound, path: Path, work: Work) -> Iterator[str]:
    """Yield the text of one embedded stream, if it is of a kind that holds any."""
    name = path[-1]
    if reader := work.streams.get(name):
        yield from reader(container, path, work)
    elif name == _NATIVE or name in _RAW:
        if container.size(*path) > work.limits.part_mib * MIB:
            work.note("reason.too-large-part")
            return
        data = container.stream(*path) or b""
        work.spend(len(data))
        yield from work.within(native(data) if name == _NATIVE else data)
    yield "\n"


def damaged(data: bytes, path: Path, work: Work) -> Iterator[str]:
    """Yield what shows through in a damaged stream, and tell that it was not read.

    Raises:
        ScanError: it is the file itself that is damaged, and not a part of another.

    """
    yield decoded(data)
    for found in _WIDE.finditer(data):
        yield found[0].decode("utf-16-le") + "\n"
    if len(path) == 1 and not work.depth:
        raise ScanError("reason.corrupt")
    work.note("reason.corrupt-part")


def native(data: bytes) -> bytes:
    """Take the file out of an Ole10Native stream: a label, two paths, its size and its bytes."""
    place = 6
    for _ in range(2):  # the label, and the path it came from
        place = data.find(b"\0", place) + 1
        if not place:
            return data[4:]
    try:
        length = struct.unpack_from("<4xI", data, place)[0]
        place += 8 + length
        size = struct.unpack_from("<I", data, place)[0]
    except struct.error:
        return data[4:]
    found = data[place + 4 : place + 4 + size]
    return found or data[4:]


def of_ole_1(data: bytes) -> bytes:
    """Return what an OLE 1 object holds (MS-OLEDS 2.2.5): three names, a size, the bytes."""
    place, names = 8, []
    try:
        for _ in range(3):
            length = struct.unpack_from("<I", data, place)[0]
            names.append(data[place + 4 : place + 4 + length])
            place += 4 + length
        size = struct.unpack_from("<I", data, place)[0]
    except struct.error:
        return data
    found = data[place + 4 : place + 4 + size]
    return native(bytes(4) + found) if names[0].startswith(_PACKAGE) else found
