"""What stands behind the opening of a text: a line or two that belong to another format than it.

Any text may begin with a mark of HTML, JSON or SQL, since somebody copied or typed it there; the
rest is no less what it is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from agentguard.detect.extractor import Source
from agentguard.detect.formats.text import encoding_of
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.limits import MIB

BETWEEN = f"\n{FENCE}\n"
"""Stands between two readings of one text, so that no value lies in both."""

BOM = b"\xef\xbb\xbf"
_WIDE = ("utf-16", "utf-32")
_DECLARED = b"<?xml"
_RICH = b"\n{\\rtf"
_STARTS, _ENDS = later(rb"<[A-Za-z_]"), later(rb"</|/>")  # of elements (XML 1.0, 3)


def is_text(source: Source) -> bool:
    """Tell a text whose lines end in one byte."""
    name = encoding_of(source.head)
    return bool(name) and not name.startswith(_WIDE)


def ends(head: bytes) -> Iterator[int]:
    """Yield where an opening may end: behind the first line, and behind all that begin alike."""
    first = _line_end(head, 0)
    if not 0 < first < len(head):
        return
    yield first
    end = first
    while (after := _line_end(head, end)) and head[end : end + 1] in (head[:1], b"\n", b"\r"):
        end = after
    if first < end < len(head):
        yield end


def is_whole(head: bytes, end: int) -> bool:
    """Tell an opening that is whole by itself, so that nothing behind belongs to it."""
    opening = head[:end]
    if opening.startswith(_DECLARED):
        is_closed = len(_STARTS.findall(opening)) <= len(_ENDS.findall(opening))
        return is_closed and not head[end:].lstrip().startswith(b"<")
    try:
        return opening[:1] in {b"{", b"["} and json.loads(opening) is not None
    except ValueError:
        return False


def rich_text_at(head: bytes) -> int:
    """Return where a later line begins a document in RTF; 0 when none does."""
    return head.find(_RICH) + 1


def _line_end(head: bytes, start: int) -> int:
    """Return the place behind a line's end; 0 when there is none."""
    return head.find(b"\n", start) + 1


def seen_from(source: Source, end: int) -> Source:
    """Return what stands behind the opening, to be told by its head alone."""
    return Source(file=source.file, size=source.size - end, head=source.head[end:])


def behind(source: Source, end: int, most_mib: int) -> bytes:
    """Return the bytes behind the opening; none when they are too many to be held."""
    return source.read(source.size)[end:] if source.size <= most_mib * MIB else b""
