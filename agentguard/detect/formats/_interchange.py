"""Interchanges: messages in segments, of which the first says by what signs all are parted.

One may stand within other text, such as a mail or a log, which is read as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import chain

from agentguard.detect.extractor import Source
from agentguard.detect.formats.text import decoded, encoding_of

_LONGEST = 64 << 10
"""Characters that are held for the end of a segment."""

Opened = tuple[re.Match[str], Iterator[str]]
"""The first segment, and the text from its beginning on."""


def begins(source: Source, mark: bytes, first: re.Pattern[str]) -> bool:
    """Check whether the head of a text holds the first segment, which has a mark in any case."""
    if mark not in source.head:
        return False
    return bool(encoding_of(source.head)) and first.search(decoded(source.head)) is not None


def opened(found: Iterator[str], first: re.Pattern[str]) -> Generator[str, None, Opened | None]:
    """Yield what stands before the first segment; return that and what follows, or None."""
    held = ""
    for piece in found:
        held += piece
        if begin := first.search(held):
            yield held[: begin.start()]
            return begin, chain((held[begin.start() :],), found)
        if len(held) > _LONGEST:
            yield held[:-_LONGEST]
            held = held[-_LONGEST:]
    yield held
    return None


def segments(
    found: Iterable[str],
    split: Callable[[str], list[str]],
    written: Callable[[str], Iterable[str]],
) -> Iterator[str]:
    """Yield each segment as it is `written`, and what none ends as it is."""
    rest = ""
    for piece in found:
        *whole, rest = split(rest + piece)
        for segment in whole:
            yield from written(segment.strip())
        if len(rest) > _LONGEST:
            yield rest
            rest = ""
    yield rest
