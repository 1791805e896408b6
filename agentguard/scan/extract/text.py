"""Text in any encoding, and the printable parts of files that are no text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from agentguard.scan.extract.base import TEXT, Extractor, Source, Work
from agentguard.scan.limits import MIB

_STEP = MIB
_WINDOWS = 16
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PRINTED = bytes(
    byte if byte in b"\t\n\r" or (byte >= ord(" ") and byte != 0x7F) else ord("\n")  # noqa: PLR2004
    for byte in range(256)
)
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b")
_OLE = b"\xd0\xcf\x11\xe0"
_WIDE = re.compile(rb"(?:[\t\n\r\x20-\x7e]\0){6,}")
# Containers that cannot be unpacked yet: what shows through is searched, the rest is told.
_CONTAINERS = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
    _OLE,
    b"!BDN",
    b"\x28\xb5\x2f\xfd",
    b"MSCF",
)
_SHARE_OF_ZEROS = 5
_SHARE_OF_CONTROLS = 20
_LOPSIDED = 10


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(_CP1252[byte] for byte in wrong), error.end


_CP1252 = tuple(bytes([byte]).decode("cp1252", "replace") for byte in range(256))
_HANDLER = "agentguard-cp1252"
codecs.register_error(_HANDLER, _as_cp1252)


def encoding_of(head: bytes) -> str:
    """Tell the encoding; empty for bytes that are no text."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    zeros = head.count(0)
    if zeros and zeros * _SHARE_OF_ZEROS > len(head):
        even, odd = head[::2].count(0), head[1::2].count(0)
        if odd > _LOPSIDED * even:
            return "utf-16-le"
        if even > _LOPSIDED * odd:
            return "utf-16-be"
        return ""
    controls = len(head) - len(head.translate(None, _CONTROLS))
    return "" if controls * _SHARE_OF_CONTROLS > len(head) else "utf-8"


def decoded(data: bytes) -> str:
    """Decode bytes that are held in full."""
    name = encoding_of(data[: 64 << 10])
    if not name:
        return data.translate(_PRINTED).decode("cp1252", "replace")
    return data.decode(name, _HANDLER if name.startswith("utf-8") else "replace")


def sniff(_source: Source) -> bool:
    """Take whatever no other format took."""
    return True


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the text; of a file over the limit the head, the tail and windows between."""
    name = encoding_of(source.head)
    for start, length in _spans(source.size, work):
        yield from _decode(_read(source, start, length), name)
        yield "\n"
    if source.head.startswith(_OLE):
        yield from _wide(source, work)
    if source.head.startswith(_CONTAINERS):
        work.refuse("reason.unsupported")


def _wide(source: Source, work: Work) -> Iterator[str]:
    """Give the UTF-16 text of older Office files and Outlook messages, which shows through."""
    for found in _WIDE.finditer(source.read(work.limits.file_mib * MIB)):
        yield found[0].decode("utf-16-le") + "\n"


def _spans(size: int, work: Work) -> list[tuple[int, int]]:
    most = work.limits.file_mib * MIB
    if size <= most:
        return [(0, size)]
    work.note("reason.partial")
    edge, window = most // 4, most // 2 // _WINDOWS
    step = (size - 2 * edge) // _WINDOWS
    between = [(_even(edge + number * step), window) for number in range(_WINDOWS)]
    return [(0, edge), *between, (_even(size - edge), edge)]


def _even(place: int) -> int:
    return place & ~3


def _read(source: Source, start: int, length: int) -> Iterator[bytes]:
    source.file.seek(start)
    while length > 0 and (data := source.file.read(min(_STEP, length))):
        length -= len(data)
        yield data


def _decode(pieces: Iterator[bytes], name: str) -> Iterator[str]:
    if not name:
        for data in pieces:
            if data.count(0) < len(data):
                yield data.translate(_PRINTED).decode("cp1252", "replace")
        return
    errors = _HANDLER if name.startswith("utf-8") else "replace"
    decoder = codecs.getincrementaldecoder(name)(errors)
    for data in pieces:
        yield decoder.decode(data)
    yield decoder.decode(b"", final=True)


EXTRACTOR = Extractor(name="text", sniff=sniff, extract=extract, order=TEXT)
