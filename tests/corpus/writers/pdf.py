"""PDF: lines, tables set by position, a form's field, passwords."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pikepdf
import reportlab
from reportlab.lib.pagesizes import A4, landscape
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

_DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def sheet(lines: Sequence[str], rows: Sequence[Sequence[str]] = (), field: str = "") -> bytes:
    """Write pages; a table is set at the place of each cell, as reports are."""
    target = io.BytesIO()
    letters = 6 if rows else 10
    font = _font()
    widths = [
        max(pdfmetrics.stringWidth(cell, font, letters) for cell in column) + 8
        for column in zip(*rows, strict=True)
    ]
    wide, high = landscape(A4) if rows else A4
    size = (max(wide, sum(widths) + 40), high)
    canvas = Canvas(target, pagesize=size, invariant=1)
    canvas.setFont(font, letters)
    y = size[1] - 40
    for line in lines:
        for part in line.split("\n"):
            canvas.drawString(40, y, part)
            y -= 14
    y = _grid(canvas, rows, widths, y)
    if field:
        shown = field.encode("latin-1", "replace").decode("latin-1")  # all that reportlab can
        canvas.acroForm.textfield(name="f1", value=shown, x=40, y=y - 40, width=300, height=20)
    canvas.save()
    return target.getvalue()


def _grid(
    canvas: Canvas, rows: Sequence[Sequence[str]], widths: Sequence[float], y: float
) -> float:
    for row in rows:
        if y < 40:
            canvas.showPage()
            canvas.setFont(_font(), 6)
            y = landscape(A4)[1] - 40
        x = 20.0
        for cell, width in zip(row, widths, strict=True):
            canvas.drawString(x, y, cell)
            x += width
        y -= 12
    return y


@cache
def _font() -> str:
    """Take a font that has the letters of all languages, or the one that reportlab brings."""
    brought = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    pdfmetrics.registerFont(TTFont("Wide", _DEJAVU if _DEJAVU.exists() else brought))
    return "Wide"


def locked(data: bytes, user: str) -> bytes:
    """Encrypt; without a user's password everyone can read it."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as made:
        made.save(target, encryption=pikepdf.Encryption(owner="owner", user=user, R=6))
    return target.getvalue()
