"""The bytes of one turn through a large text: from a line's end to a line's end, with what is near.

Whatever may hold a value is shown to one turn as a whole: each begins again some way before the
place at which the last one ended. What stands there alone is read a second time by itself, so that
it is known and does not count twice.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator

from agentguard.detect.extractor import Source
from agentguard.detect.formats._ebcdic import EBCDIC
from agentguard.detect.turns import Turn

STEP = 64 << 10
"""Bytes that are read at once."""

NEAR = 16 << 10
"""Bytes before a turn that are read again: many times what any value and its words take."""

_MOST_TRIES = 16
"""Blocks in which a line's end outside of quotes is looked for when the time is over."""

_MOST_ENDS = 400
_UNIT = 4
_QUOTE = b'"'
_GAPS = b" \t,;|"
_WIDE = {"utf-16": 2, "utf-32": 4}
NOTHING = bytes(STEP)
"""A piece of a hole."""


def line_end(name: str) -> bytes:
    """Return the bytes that end a line in an encoding; without a mark of its order, as Intel's."""
    if name == EBCDIC:
        return b"\x15"
    if not name.startswith(tuple(_WIDE)):
        return b"\n"
    return "\n".encode(name if name.endswith(("-le", "-be")) else f"{name}-le")


def blocks(source: Source, turn: Turn, end: bytes) -> Iterator[bytes]:
    """Yield the bytes of a turn, `end` being those of a line's end; note where it was left."""
    if turn.start:
        yield _near(source, turn.start, end)
    if turn.end is not None:
        turn.leave(turn.end)
        return
    place, odd, tries = turn.start, False, 0
    while data := _at(source, place):
        if data == NOTHING[: len(data)]:
            yield end
            place = behind_hole(source, place + len(data))
            if place < source.size and turn.over():
                turn.leave(place)
                return
            continue
        opens = odd ^ (data.count(_QUOTE) % 2 == 1)
        if place + len(data) < source.size and turn.over():
            tries += 1
            anywhere = tries >= _MOST_TRIES or not (opens or end in data)
            if cut := _cut(data, end, odd=odd) or (_gap(data, end) if anywhere else 0):
                yield data[:cut]
                turn.leave(place + cut)
                return
        odd = opens
        yield data
        place += len(data)


def _at(source: Source, place: int) -> bytes:
    if place >= source.size:
        return b""
    source.file.seek(place)
    return source.file.read(min(STEP, source.size - place))


def _near(source: Source, start: int, end: bytes) -> bytes:
    """Return what stands before a turn, from a line's end on that is outside of quotes."""
    begin = max(0, start - NEAR) & -_UNIT
    source.file.seek(begin)
    data = source.file.read(start - begin)
    place = 0 if not begin else _next_end(data, end, 0)
    for _ in range(_MOST_ENDS):
        if place < 0:
            break
        if data.count(_QUOTE, place) % 2 == 0:
            return data[place:]
        place = _next_end(data, end, place)
    return data


def _next_end(data: bytes, end: bytes, place: int) -> int:
    """Return the place behind the next line's end; -1 when there is none."""
    while (place := data.find(end, place)) >= 0:
        if place % len(end) == 0:
            return place + len(end)
        place += 1
    return -1


def _cut(data: bytes, end: bytes, *, odd: bool) -> int:
    """Return the place behind the last line's end outside of quotes; 0 when there is none."""
    place = len(data)
    for _ in range(_MOST_ENDS):
        place = data.rfind(end, 0, place)
        if place < 0:
            return 0
        if place % len(end) == 0 and (data.count(_QUOTE, 0, place) % 2 == 1) == odd:
            return place + len(end)
    return 0


def _gap(data: bytes, end: bytes) -> int:
    """Return where else a text may be parted: between two words, or anywhere."""
    signs = (end, *(_GAPS[n : n + 1] for n in range(len(_GAPS)))) if len(end) == 1 else ()
    return max((data.rfind(sign) + 1 for sign in signs), default=0) or len(data)


def behind_hole(source: Source, place: int) -> int:
    """Return where there is something again: a hole in a sparse file takes no place on the disk.

    `place` stands behind a piece of nothing; the file is left where it was.
    """
    if sys.platform != "linux" or place >= source.size:
        return place
    try:
        number = source.file.fileno()
        at = os.lseek(number, 0, os.SEEK_CUR)
        try:
            there = os.lseek(number, place, os.SEEK_DATA)
        finally:
            os.lseek(number, at, os.SEEK_SET)
    except (OSError, AttributeError) as error:  # no file of the system's, or nothing behind
        return source.size if getattr(error, "errno", 0) == errno.ENXIO else place
    return max(place, min(there & -_UNIT, source.size))
