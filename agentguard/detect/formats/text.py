"""Text in any encoding, and the printable parts of files that are no text."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator

from agentguard.detect.binary.random_bytes import is_random
from agentguard.detect.extractor import TEXT, Extractor, Source, Work, always
from agentguard.detect.formats import _text_turns
from agentguard.detect.formats._ebcdic import EBCDIC
from agentguard.detect.formats._encoding import decoder_of, encoding_of, unmarked
from agentguard.detect.formats._pasted_base64 import unpacked
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.limits import MIB
from agentguard.detect.recognition.spoken_numbers import in_digits
from agentguard.detect.tables.chat_transcripts import in_turns
from agentguard.detect.tables.embedded_tables import SHORT, unpasted
from agentguard.detect.tables.folded_lines import unfolded
from agentguard.detect.tables.line_margins import unmargined
from agentguard.detect.tables.people_in_lists import with_names
from agentguard.detect.tables.talk_turns import as_talk
from agentguard.detect.tables.wrapped_values import rejoined
from agentguard.detect.turns import Turn

__all__ = ["EXTRACTOR", "decoded", "encoding_of", "pieces", "plain", "shown"]

_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""Of UTF-16, also where the text behind is none: then no letters of a word."""

_WIDE_NAMES = ("utf-16", "utf-32")
_WINDOWS = 16
_EDGE = 4096
_OLE = b"\xd0\xcf\x11\xe0"
# What may be text among bytes that are none: ASCII in one byte a letter or in two, and no-break
# spaces. Shorter pieces hold no value.
_SHOWN = later(rb"[\t\x20-\x7e\xa0]{6,}")
_SHOWN_IN_NOISE = later(rb"[\t\x20-\x7e\xa0]{16,}")  # chance makes one in ten million bytes
_LEAST_NOISE = 4096
_WIDE = later(rb"(?:[\t\n\r\x20-\x7e]\0){4,}")
# Containers that cannot be unpacked: what shows through is searched, the rest is told.
_CONTAINERS = (
    b"Rar!",
    _OLE,
    b"!BDN",
    b"\x28\xb5\x2f\xfd",  # Zstandard (RFC 8878)
    b"\x04\x22\x4d\x18",  # LZ4 frame
    b"LZIP",
    b"\x1f\x9d",  # compress
    b"MSCF",
    b"PAR1",  # Parquet
    b"ORC",
    b"ARROW1",
    b"Obj\x01",  # Avro
    b"\x89HDF\r\n\x1a\n",
    b"\x00\x01\x00\x00Standard Jet DB",
    b"\x00\x01\x00\x00Standard ACE DB",
    b"bplist00",
)
_BASE_64 = later(rb"[A-Za-z0-9+/]{22,}+={0,2}")
_BLANKS = b" \t\r\n"


def decoded(data: bytes) -> str:
    """Decode bytes that are held in full."""
    return "".join(_decode(iter((data,)), encoding_of(data[: 64 << 10])))


def sniff(_source: Source) -> bool:
    """Take whatever no other format took."""
    return True


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text with its tables by columns, and what is wrapped in it."""
    short = source.size <= SHORT
    found = plain(source, work)
    yield from unpasted(map(_as_said, found) if short else found, short=short)


def _as_said(text: str) -> str:
    """Return a text without margins and base64, each answer behind its question, values uncut."""
    return rejoined(with_names(in_turns(as_talk(in_digits(unmargined(unpacked(unfolded(text))))))))


def plain(source: Source, work: Work) -> Iterator[str]:
    """Yield the text, or what is wrapped in it."""
    yield from pieces(source, work)
    turn = work.own_turn
    if turn is not None and turn.left:
        return
    if inside := _unwrapped(source, work):
        if turn is not None:
            turn.mind(itself=False)
        yield "\n"
        yield from work.within(inside)
    if source.head.startswith(_CONTAINERS):
        work.refuse("reason.unsupported")


def pieces(source: Source, work: Work) -> Iterator[str]:
    """Yield the text in small pieces.

    Of a file over the limit that is not read in turns: the head, the tail and windows. Of a part
    all, as it is unpacked.
    """
    name = encoding_of(source.head)
    if work.own_turn is not None:
        yield from _of_turn(source, work.own_turn, name)
        return
    spans = [(0, source.size)] if source.flows else _spans(source.size, work)
    for start, length in spans:
        encoding = name if not start else unmarked(name, source.head)
        lied = start == 0 and not name.startswith(_WIDE_NAMES) and source.head.startswith(_MARKS)
        yield from _decode(_read(source, start + 2 * lied, length - 2 * lied), encoding)
        yield "\n"


def _of_turn(source: Source, turn: Turn, name: str) -> Iterator[str]:
    """Yield the text of a turn in small pieces."""
    found = _text_turns.blocks(source, turn, _text_turns.line_end(unmarked(name, source.head)))
    if turn.start:
        yield from _decode(found, unmarked(name, source.head))
    else:
        lied = not name.startswith(_WIDE_NAMES) and source.head.startswith(_MARKS)
        yield from _decode(_without_mark(found) if lied else found, name)
    yield "\n"


def _without_mark(found: Iterator[bytes]) -> Iterator[bytes]:
    yield next(found, b"")[2:]
    yield from found


def _unwrapped(source: Source, work: Work) -> bytes:
    """Return what a file holds that is base64 throughout, as copied from a mail or a program."""
    head = source.head.translate(None, _BLANKS)
    whole = head[: len(head) & ~3] if source.size > len(source.head) else head
    if not _is_base_64(whole) or source.size > work.limits.part_mib * MIB:
        return b""
    data = source.read(source.size).translate(None, _BLANKS)
    if not _is_base_64(data):
        return b""
    work.spend(len(data))
    return base64.b64decode(data)


def _is_base_64(data: bytes) -> bool:
    return len(data) % 4 == 0 and _BASE_64.fullmatch(data) is not None


def _spans(size: int, work: Work) -> list[tuple[int, int]]:
    most = work.limits.file_mib * MIB
    if size <= most:
        return [(0, size)]
    work.note("reason.partial")
    edge, window = most // 4, most // 2 // _WINDOWS
    step = (size - 2 * edge) // _WINDOWS
    between = [(_even(edge + number * step), window) for number in range(_WINDOWS)]
    tail = _even(size - edge)
    return [(0, edge), *between, (tail, size - tail)]


def _even(place: int) -> int:
    return place & ~3


def _read(source: Source, start: int, length: int) -> Iterator[bytes]:
    """Yield the bytes of a window, from a line's end on so that no value is cut in two."""
    source.file.seek(start)
    end, is_first = start + length < source.size, start > 0
    while length > 0 and (data := source.file.read(min(_text_turns.STEP, length))):
        length -= len(data)
        if data == _text_turns.NOTHING and not source.flows:
            length -= _passed(source, source.file.tell(), length)
        if is_first:
            data, is_first = _after_break(data), False
        yield data if length > 0 or not end else _before_break(data)


def _passed(source: Source, place: int, most: int) -> int:
    """Pass over the rest of a hole; return its bytes, at most those of the window."""
    passed = min(most, _text_turns.behind_hole(source, place) - place)
    source.file.seek(place + passed)
    return passed


def _after_break(data: bytes) -> bytes:
    place = data.find(b"\n", 0, _EDGE)
    return data[_even(place + _UNIT) :] if place >= 0 else data


def _before_break(data: bytes) -> bytes:
    place = data.rfind(b"\n", max(0, len(data) - _EDGE))
    return data[: _even(place)] if place >= 0 else data


_UNIT = 4  # bytes of the widest character


def _decode(found: Iterator[bytes], name: str) -> Iterator[str]:
    if not name:
        for data in found:
            is_noise = len(data) >= _LEAST_NOISE and is_random(data)
            yield shown(data, _SHOWN_IN_NOISE if is_noise else _SHOWN)
        return
    decoder = decoder_of(name)
    narrow = not name.startswith((*_WIDE_NAMES, EBCDIC))
    for data in found:
        yield decoder.decode(_narrowed(data) if narrow and b"\0" in data else data)
    yield decoder.decode(b"", final=True)


def _narrowed(data: bytes) -> bytes:
    """Read wide letters that were added to a narrow text; another zero ends a value."""
    return _WIDE.sub(_halved, data).replace(b"\0", b"\n")


def _halved(match: re.Match[bytes]) -> bytes:
    return match[0][::2]


def shown(data: bytes, pieces: re.Pattern[bytes] = _SHOWN) -> str:
    """Return what can be read of bytes that are no text."""
    if b"\0" in data:
        data = _WIDE.sub(_halved, data)
    return b"\n".join((*pieces.findall(data), b"")).decode("cp1252", "replace")


EXTRACTOR = Extractor(name="text", sniff=sniff, extract=extract, order=TEXT, on=always, flows=True)
