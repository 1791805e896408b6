"""Word, Excel and PowerPoint files by the libraries that write them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime

import docx
import openpyxl
import pptx
from pptx.util import Inches

_DAY = datetime(2026, 1, 2)  # noqa: DTZ001 - the format's times have no zone
_EXACT = 15
"""Digits that a number in a sheet keeps."""


def workbook(
    rows: Sequence[Sequence[str]],
    *,
    numbers: bool = False,
    hidden: bool = False,
    protected: bool = False,
) -> bytes:
    """Write a workbook; numbers as numbers, the sheet very hidden or protected, if asked."""
    book = openpyxl.Workbook()
    sheet = book.active
    if hidden:
        sheet["A1"] = "Summary"
        sheet = book.create_sheet("data")
        sheet.sheet_state = "veryHidden"
    for row in rows:
        sheet.append([_cell(cell, numbers=numbers) for cell in row])
    if protected:
        sheet.protection.sheet = True
        sheet.protection.password = "x"
    book.properties.created = book.properties.modified = _DAY
    return _saved(book)


def _cell(text: str, *, numbers: bool) -> str | int:
    plain = text.isdigit() and text[0] != "0" and len(text) <= _EXACT
    return int(text) if numbers and plain else text


def letter(
    lines: Sequence[str],
    rows: Sequence[Sequence[str]] = (),
    *,
    pieces: int = 0,
    header: str = "",
    comment: str = "",
) -> bytes:
    """Write a document; `pieces` cuts each line into runs of so many characters."""
    document = docx.Document()
    for line in lines:
        paragraph = document.add_paragraph()
        step = pieces or max(1, len(line))
        for begin in range(0, len(line), step):
            paragraph.add_run(line[begin : begin + step]).bold = bool(begin % 2)
    if rows:
        grid = document.add_table(0, len(rows[0]))
        for row in rows:
            for cell, text in zip(grid.add_row().cells, row, strict=True):
                cell.text = text
    if header:
        document.sections[0].header.paragraphs[0].text = header
    if comment:
        document.add_comment(document.paragraphs[0].runs, text=comment, author="qa")
    return _saved(document)


def slides(lines: Sequence[str], rows: Sequence[Sequence[str]] = (), notes: str = "") -> bytes:
    """Write a presentation with a list, a table and the speaker's notes."""
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[1])
    slide.shapes.title.text = lines[0]
    slide.placeholders[1].text = "\n".join(lines[1:])
    if rows:
        wide = show.slides.add_slide(show.slide_layouts[5])
        size = (Inches(0.5), Inches(1), Inches(9), Inches(4))
        grid = wide.shapes.add_table(len(rows), len(rows[0]), *size).table
        for i, row in enumerate(rows):
            for j, text in enumerate(row):
                grid.cell(i, j).text = text
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    return _saved(show)


def _saved(made: object) -> bytes:
    target = io.BytesIO()
    made.save(target)  # type: ignore[attr-defined]  # all three libraries name it so
    return target.getvalue()
