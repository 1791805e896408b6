"""From letters to what is drawn: joined, composed, and from the right side.

A text is cut into pieces of one typeface, script and direction; HarfBuzz chooses the glyphs
of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import uharfbuzz  # type: ignore[import-untyped]

from agentguard.server.papers import bidi
from agentguard.server.papers.faces import LATIN, UNSEEN, Face, faces, script_of

_MARKS = UNSEEN - {"\u200c", "\u200d"} | {"\u00ad"}
"""What says in which direction letters stand, and is not drawn; two others change their shapes."""


class Glyph(NamedTuple):
    """A shape of a typeface, how far it goes, and where it stands, in the typeface's units."""

    id: int
    advance: int
    right: int
    up: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cluster:
    """The glyphs, from left to right, that together show some letters; there is one of each.

    `advance` is how far they go together, in the typeface's units.
    """

    text: str
    glyphs: tuple[Glyph, ...]
    advance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Letters of one typeface from left to right; `width` in thousandths of the letters' size."""

    face: Face
    level: int
    clusters: tuple[Cluster, ...]
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sign:
    sign: str
    level: int
    face: Face
    script: str


class Shaped:
    """A paragraph whose letters have their typefaces and directions.

    `own` is the script of the paper. A text without a letter from right to left is read from left
    to right, on every paper: a time or a number turns nothing around.
    """

    def __init__(self, text: str, weight: int, own: str, *, right_to_left: bool) -> None:
        base = int(right_to_left and bidi.turned(text))
        self._signs = tuple(_signs(text, bidi.levels(text, base), faces(weight, own)))
        self.text = "".join(one.sign for one in self._signs)

    def pieces(self, start: int, end: int) -> tuple[Piece, ...]:
        """Return what is drawn of a part of the text, from left to right."""
        found = tuple(self._logical(start, end))
        return tuple(found[at] for at in bidi.visual([one.level for one in found]))

    def width(self, start: int, end: int) -> float:
        """Return how wide a part of the text is, in thousandths of the letters' size."""
        return sum(one.width for one in self._logical(start, end))

    def _logical(self, start: int, end: int) -> Iterator[Piece]:
        part = self._signs[start:end]
        for (level, face, script), signs in groupby(part, lambda s: (s.level, s.face, s.script)):
            text = "".join(one.sign for one in signs)
            clusters = _clusters(face, script, text, level % 2 == 1)
            width = sum(one.advance for one in clusters) * 1000 / face.units
            yield Piece(face=face, level=level, clusters=clusters, width=width)


def _signs(text: str, levels: Sequence[int], every: Sequence[Face]) -> Iterator[_Sign]:
    """Yield each sign that is drawn; one without a script of its own is of that before it."""
    script = next(filter(None, map(script_of, text)), LATIN)
    before = every[0]
    for sign, level in zip(text, levels, strict=True):
        if sign in _MARKS:
            continue
        script = script_of(sign) or script
        if ord(sign) not in before.known or sign.isalnum():
            before = next((one for one in every if ord(sign) in one.known), before)
        yield _Sign(sign=sign, level=level, face=before, script=script)


@lru_cache(maxsize=8192)
def _clusters(
    face: Face,
    script: str,
    text: str,
    right_to_left: bool,  # noqa: FBT001 - it is a key of the cache
) -> tuple[Cluster, ...]:
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.script = script
    buffer.direction = "rtl" if right_to_left else "ltr"
    if right_to_left:  # a vowel sign is read by itself: readers turn letters around, one by one
        buffer.cluster_level = uharfbuzz.BufferClusterLevel.MONOTONE_CHARACTERS
    uharfbuzz.shape(face.font, buffer)
    both = list(zip(buffer.glyph_infos, buffer.glyph_positions, strict=True))
    starts = sorted({info.cluster for info, _ in both})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    return tuple(
        _cluster(
            face, text[start : ends[start]],
            tuple(Glyph(info.codepoint, at.x_advance, at.x_offset, at.y_offset) for info, at in of),
        )
        for start, of in groupby(both, lambda one: one[0].cluster)
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _cluster(_face: Face, text: str, glyphs: tuple[Glyph, ...]) -> Cluster:
    return Cluster(text=text, glyphs=glyphs, advance=sum(one.advance for one in glyphs))
