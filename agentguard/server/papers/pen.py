"""Writes a paper in a language: its letters, and the side from which it is read.

The PDF library draws with the typefaces that every reader of PDFs has, which hold the letters of
western Europe; other letters are drawn from the typefaces that a paper carries. One that is in none
of them is written as a question mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib.pagesizes import A4  # type: ignore[import-untyped]
from reportlab.lib.styles import ParagraphStyle  # type: ignore[import-untyped]
from reportlab.platypus import Flowable, Paragraph  # type: ignore[import-untyped]

from agentguard.base.translations import Texts
from agentguard.server.papers import faces
from agentguard.server.papers.faces import ARABIC, DEVANAGARI, LATIN, REGULAR
from agentguard.server.papers.shaping import Shaped
from agentguard.server.papers.written import write_line, written

_SCRIPTS = {"ar": ARABIC, "hi": DEVANAGARI}
"""The languages whose letters no reader of PDFs has by itself."""
FOOT = 8
"""The size of the letters below a page (points)."""
LETTERS = "cp1252"
"""The letters that every reader of PDFs has, as Python names them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pen:
    """Writes in the letters of one language; `longest` is how many signs a paragraph has at most.

    On a paper from right to left, paragraphs stand at the right, and the first column does too.
    """

    language: str
    right_to_left: bool
    longest: int

    @property
    def side(self) -> str:
        """Where a table stands that is less wide than the page, as ReportLab says it."""
        return "RIGHT" if self.right_to_left else "LEFT"

    def write(self, text: str, style: ParagraphStyle, longest: int = 0) -> Flowable:
        """Return a paragraph of plain text: what somebody wrote is never read as markup."""
        most = longest or self.longest
        shown = drawable(text if len(text) <= most else f"{text[:most]} …")
        own = _SCRIPTS.get(self.language)
        if own is None and plain(shown):
            return Paragraph(escape(shown), style)
        return written(shown, style, own or LATIN, right_to_left=self.right_to_left)

    def columns(self, row: Sequence[Any]) -> list[Any]:
        """Return the cells of a row, or what is said of each column, from left to right."""
        return list(reversed(row)) if self.right_to_left else list(row)

    def paddings(self, start: float, end: float) -> list[tuple[Any, ...]]:
        """Return what a table leaves free (points) where its cells begin and where they end."""
        left, right = (end, start) if self.right_to_left else (start, end)
        return [("LEFTPADDING", (0, 0), (-1, -1), left), ("RIGHTPADDING", (0, 0), (-1, -1), right)]

    def foot(self, canvas: Any, margin: float, height: float, first: str, last: str) -> None:
        """Draw what stands below a page: where its lines begin, and where they end."""
        canvas.setFont("Helvetica", FOOT)
        for text, from_right in ((first, self.right_to_left), (last, not self.right_to_left)):
            x = A4[0] - margin if from_right else margin
            shown, own = drawable(text), _SCRIPTS.get(self.language)
            if own is not None or not plain(shown):
                line = Shaped(shown, REGULAR, own or LATIN, right_to_left=self.right_to_left)
                write_line(canvas, line, FOOT, (x, height), from_right=from_right)
            elif from_right:
                canvas.drawRightString(x, height, shown)
            else:
                canvas.drawString(x, height, shown)


def pen_of(words: Texts, longest: int) -> Pen:
    """Return the pen for the language of some sentences."""
    return Pen(language=words.language, right_to_left=words.right_to_left, longest=longest)


def plain(text: str) -> bool:
    """Check whether every reader of PDFs has the letters of a text."""
    try:
        text.encode(LETTERS)
    except UnicodeEncodeError:
        return False
    return True


def drawable(text: str) -> str:
    """Return a text with question marks for the letters that cannot be drawn."""
    if plain(text):
        return text
    return "".join(one if plain(one) or _drawn(one) else "?" for one in text)


def _drawn(sign: str) -> bool:
    return sign in "\t\r\n" or sign in faces.UNSEEN or faces.known(sign)
