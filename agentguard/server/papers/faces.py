"""The typefaces that a paper carries with it, and which of them has a letter.

Noto Sans for Arabic and for Devanagari come as packages with the Open Font Licence, each with the
letters of Latin scripts beside its own; Vera comes with the PDF library and has the rest of what
western Europe writes. Those of Noto
have every weight in one file.
"""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path

import fontpkg_noto_sans_arabic  # type: ignore[import-untyped]
import fontpkg_noto_sans_devanagari  # type: ignore[import-untyped]
import reportlab  # type: ignore[import-untyped]
import uharfbuzz  # type: ignore[import-untyped]

ARABIC, DEVANAGARI, LATIN = "Arab", "Deva", "Latn"
"""Scripts, by their names in ISO 15924."""
_BLOCKS = (
    (ARABIC, ((0x0600, 0x06FF), (0x0750, 0x077F), (0x08A0, 0x08FF), (0xFB50, 0xFDFF),
              (0xFE70, 0xFEFC))),
    (DEVANAGARI, ((0x0900, 0x097F), (0x1CD0, 0x1CFF), (0xA8E0, 0xA8FF))),
)  # fmt: skip
_COMMON = frozenset({0x060C, 0x061B, 0x061F, 0x0640, 0x0964, 0x0965})
"""What several scripts share, though it stands in a block of one."""
REGULAR, BOLD = 400, 700
_Point = tuple[float, ...]
UNSEEN = frozenset(
    "\u200c\u200d\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
)
"""What joins letters, keeps them apart or says their direction, and has no shape of its own."""


class Face:
    """A typeface of one weight; lengths are in its own units.

    `known` are the numbers of its letters.
    """

    def __init__(self, name: str, file: bytes, weight: int) -> None:
        typeface = uharfbuzz.Face(uharfbuzz.Blob(file))
        self.name = name
        self.font = uharfbuzz.Font(typeface)
        self.font.set_variations({"wght": weight})
        self.units = int(typeface.upem)
        self.known = frozenset(typeface.unicodes)
        self._outlines: dict[int, str] = {}

    def outline(self, glyph: int) -> str:
        """Return what a PDF says to go around a glyph; nothing for one that is not seen."""
        if glyph not in self._outlines:
            pen = _Outline()
            self.font.draw_glyph_with_pen(glyph, pen)
            self._outlines[glyph] = " ".join(pen.said)
        return self._outlines[glyph]

    def box(self, glyph: int) -> tuple[int, int, int, int]:
        """Return between which lines a glyph stands: left, lower, right, upper."""
        of = self.font.get_glyph_extents(glyph)
        if of is None:
            return 0, 0, 0, 0
        across, down = (
            (of.x_bearing, of.x_bearing + of.width),
            (of.y_bearing, of.y_bearing + of.height),
        )
        return min(across), min(down), max(across), max(down)


class _Outline:
    """Writes down an outline as HarfBuzz tells it, in the shape of a pen of fontTools."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._at: _Point = (0.0, 0.0)

    def moveTo(self, to: _Point) -> None:  # noqa: N802 - the names of a pen are given
        self._say("m", to)

    def lineTo(self, to: _Point) -> None:  # noqa: N802
        self._say("l", to)

    def curveTo(self, first: _Point, second: _Point, to: _Point) -> None:  # noqa: N802
        self._say("c", first, second, to)

    def qCurveTo(self, middle: _Point, to: _Point) -> None:  # noqa: N802
        """Go along a curve with one point beside it, which a PDF knows with two alone."""
        first, second = (
            tuple(end + (mid - end) * 2 / 3 for end, mid in zip(point, middle, strict=True))
            for point in (self._at, to)
        )
        self._say("c", first, second, to)

    def closePath(self) -> None:  # noqa: N802
        self.said.append("h")

    def endPath(self) -> None:  # noqa: N802
        """Go no further; each outline of a letter is closed."""

    def _say(self, what: str, *points: _Point) -> None:
        self.said.append(" ".join(str(round(part)) for point in points for part in point))
        self.said.append(what)
        self._at = points[-1]


def script_of(sign: str) -> str:
    """Return the script of a sign; empty for one that goes with what stands before it."""
    code = ord(sign)
    for name, blocks in _BLOCKS:
        if any(first <= code <= last for first, last in blocks) and code not in _COMMON:
            return "" if unicodedata.category(sign) == "Mn" else name
    return LATIN if sign.isalpha() else ""


@cache
def faces(weight: int, own: str) -> tuple[Face, ...]:
    """Return the typefaces of a weight, the one for the script of the paper first."""
    arabic = _noto(fontpkg_noto_sans_arabic.ROOT, weight)
    devanagari = _noto(fontpkg_noto_sans_devanagari.ROOT, weight)
    first = (arabic, devanagari) if own == ARABIC else (devanagari, arabic)
    return (*first, _vera(weight))


def known(sign: str) -> bool:
    """Check whether a typeface has a letter."""
    return any(ord(sign) in face.known for face in faces(REGULAR, LATIN))


@cache
def _noto(root: Path, weight: int) -> Face:
    (file,) = (root / "files").glob("*.ttf")
    return Face(f"{file.name.partition('[')[0]}-{weight}", file.read_bytes(), weight)


@cache
def _vera(weight: int) -> Face:
    name = "VeraBd" if weight == BOLD else "Vera"
    file = Path(reportlab.__file__).parent / "fonts" / f"{name}.ttf"
    return Face(name, file.read_bytes(), weight)
