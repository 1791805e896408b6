"""The sheet of offline codes to print: a PDF with boxes to cross out."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QPageLayout, QPageSize, QPdfWriter, QTextDocument

from agentguard.base import atomic_files
from agentguard.base.translations import Texts

RESOLUTION = 300
MARGIN = 20.0  # millimetres


def save(file: Path, codes: Sequence[str], texts: Texts) -> bool:
    """Write it; tell whether it could be written."""
    writer = QPdfWriter(str(file))
    writer.setResolution(RESOLUTION)
    writer.setTitle(texts.say("ui.factors.sheet-title"))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    margins = QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)
    writer.setPageMargins(margins, QPageLayout.Unit.Millimeter)
    document = QTextDocument()
    document.setHtml(_page(codes, texts))
    try:
        atomic_files.blank(file)
    except OSError:
        return False
    document.print_(writer)
    return file.stat().st_size > 0


def _page(codes: Sequence[str], texts: Texts) -> str:
    rows = "".join(
        f'<tr><td style="font-size:18pt">&#9744;&nbsp;&nbsp;</td>'
        f'<td style="font-family:monospace;font-size:18pt">{escape(code)}</td></tr>'
        for code in codes
    )
    title, lead = texts.say("ui.factors.sheet-title"), texts.say("ui.factors.sheet-lead")
    return (
        f'<h1>{escape(title)}</h1><p style="font-size:12pt">{escape(lead)}</p><table>{rows}</table>'
    )
