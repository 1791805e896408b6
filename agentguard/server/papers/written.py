"""A paragraph in letters that the PDF library cannot set: broken into lines, drawn, and readable.

Each line is drawn from left to right, whatever its direction: readers of PDFs know how to turn it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.platypus import Flowable  # type: ignore[import-untyped]

from agentguard.server.papers.carried import code_of
from agentguard.server.papers.faces import BOLD, REGULAR
from agentguard.server.papers.shaping import Shaped

LEADING = 1.42
"""How far lines are apart at the least: vowels stand above and below the letters."""
_SPACES = re.compile(r"[ \t\r\n]+")
_THIN = 0.5


class Line(NamedTuple):
    """The signs of a line, by their places in the text."""

    start: int
    end: int


class Written(Flowable):  # type: ignore[misc]
    """A paragraph in any letters; `lines` are how it was broken for a width, by now."""

    def __init__(
        self,
        shaped: Shaped,
        style: ParagraphStyle,
        *,
        right_to_left: bool,
        lines: Sequence[Line] | None = None,
        broken_at: float = 0.0,
    ) -> None:
        super().__init__()
        self.style = style
        self._shaped = shaped
        self._right = right_to_left
        self._lines = lines
        self._broken_at = broken_at
        self._leading = max(style.leading, style.fontSize * LEADING)

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Return the room that it takes (points)."""
        self.width = width
        if self._lines is None or self._broken_at != width:
            self._lines = tuple(self._broken(width))
            self._broken_at = width
        self.height = len(self._lines) * self._leading
        return width, self.height

    def split(self, width: float, height: float) -> list[Written]:
        """Return what fits into a height and what is left; nothing if no line fits."""
        self.wrap(width, height)
        lines, fit = self._lines or (), int(height // self._leading)
        if fit <= 0:
            return []
        if fit >= len(lines):
            return [self]
        return [self._part(lines[:fit]), self._part(lines[fit:])]

    def draw(self) -> None:
        """Draw it on the canvas that the layout gave it."""
        size = self.style.fontSize
        self.canv.saveState()
        self.canv.setFillColor(self.style.textColor)
        for number, line in enumerate(self._lines or ()):
            y = self.height - number * self._leading - size * 1.05
            left = self.width - self._wide(line) if self._right else 0.0
            _draw_line(self.canv, self._shaped, line, size, (left, y))
        self.canv.restoreState()

    def _part(self, lines: Sequence[Line]) -> Written:
        return Written(
            self._shaped, self.style, right_to_left=self._right, lines=lines,
            broken_at=self._broken_at,
        )  # fmt: skip

    def _wide(self, line: Line) -> float:
        return self._shaped.width(*line) * float(self.style.fontSize) / 1000

    def _broken(self, width: float) -> Iterator[Line]:
        """Yield the lines for a width: broken at spaces, and inside a word that is longer."""
        start = end = 0
        for word in re.finditer(r"[^ ]+", self._shaped.text):
            if end > start and self._wide(Line(start, word.end())) > width + _THIN:
                yield Line(start, end)
                start = word.start()
            end = word.end()
            while self._wide(Line(start, end)) > width + _THIN:
                cut = self._cut(start, end, width)
                yield Line(start, cut)
                start = cut
        yield Line(start, end)

    def _cut(self, start: int, end: int, width: float) -> int:
        """Return where a word is cut so that its first part fits; one sign always does."""
        fits, over = start + 1, end
        while over - fits > 1:
            middle = (fits + over) // 2
            if self._wide(Line(start, middle)) <= width:
                fits = middle
            else:
                over = middle
        return fits


def written(text: str, style: ParagraphStyle, own: str, *, right_to_left: bool) -> Written:
    """Return a paragraph; `own` is the script of the paper, by whose side it stands."""
    weight = BOLD if style.fontName.endswith("Bold") else REGULAR
    plain = _SPACES.sub(" ", text).strip()
    shaped = Shaped(plain, weight, own, right_to_left=right_to_left)
    return Written(shaped, style, right_to_left=right_to_left)


def write_line(
    canvas: Any, shaped: Shaped, size: float, at: tuple[float, float], *, from_right: bool
) -> None:
    """Draw one line; `at` is where it begins, or where it ends with `from_right`."""
    line = Line(0, len(shaped.text))
    wide = shaped.width(*line) * size / 1000 if from_right else 0.0
    _draw_line(canvas, shaped, line, size, (at[0] - wide, at[1]))


def _draw_line(
    canvas: Any, shaped: Shaped, line: Line, size: float, at: tuple[float, float]
) -> None:
    canvas.addLiteral("BT")
    x, y = at
    for piece in shaped.pieces(*line):
        canvas.addLiteral(f"1 0 0 1 {x:.3f} {y:.3f} Tm")
        codes = [code_of(canvas._doc, piece.face, one) for one in piece.clusters]  # noqa: SLF001
        for font, of in groupby(codes, lambda one: one[0]):
            shown = "".join(f"{code:02X}" for _, code in of)
            canvas.addLiteral(f"/{font} {size:g} Tf <{shown}> Tj")
        x += piece.width * size / 1000
    canvas.addLiteral("ET")
