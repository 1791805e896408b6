"""PDF: the text of every page, its rows rebuilt from where the words stand, fields and files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agentguard.base.errors import ScanError
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import image
from agentguard.detect.formats.text import decoded
from agentguard.detect.limits import MIB
from agentguard.detect.tables import table_rows

_MAGIC = b"%PDF-"
_MAGIC_WITHIN = 1024
_MOST_PAGES = 5000
_MOST_RUNS = 50_000
_SAME_ROW = 0.5
_GAP_OF_COLUMNS = 0.8
_GAP_OF_WORDS = 0.1
_LEAST_COLUMNS = 3
_LARGEST = 512 * MIB
_LOCKED = ("password", "security")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of text and its box."""

    left: float
    bottom: float
    right: float
    top: float
    text: str


def sniff(source: Source) -> bool:
    """Tell a PDF; the mark may stand behind some bytes."""
    return _MAGIC in source.head[:_MAGIC_WITHIN]


def needs_password(source: Source) -> bool:
    """Check whether the document opens only with a password."""
    import pypdfium2  # noqa: PLC0415 - dear, and not every file is a PDF

    if source.size > _LARGEST:  # a damaged one would be read from end to end
        return False
    try:
        pypdfium2.PdfDocument(source.file).close()
    except pypdfium2.PdfiumError as error:
        return any(word in str(error).lower() for word in _LOCKED)
    return False


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the pages; a damaged document gives its printable strings, with a note."""
    import pypdfium2  # noqa: PLC0415 - as above

    if source.size > work.limits.held_mib * MIB:
        raise ScanError("reason.too-large")
    data = source.read(source.size)
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        work.note("reason.corrupt")
        yield decoded(data)
        return
    try:
        yield from _document(document, work)
    finally:
        document.close()


def _document(document: Any, work: Work) -> Iterator[str]:
    from agentguard.detect.formats import _pdf_forms  # noqa: PLC0415 - it loads PDFium

    _pdf_forms.begin(document, work)
    yield from _pdf_forms.info(document)
    for number in range(min(len(document), _MOST_PAGES)):
        page = _pdf_forms.page(document, number, work)
        if page is not None:
            yield from _page(page, work)
            yield from _pdf_forms.notes(document, page, work)
            page.close()
    if len(document) > _MOST_PAGES:
        work.note("reason.partial")
    yield from _pdf_forms.files(document, work)


def _page(page: Any, work: Work) -> Iterator[str]:
    text = page.get_textpage()
    try:
        count = text.count_chars()
        work.spend(count)
        if not count:
            yield from image.of_page(page, work)
        yield from _blocks(_rows_of(_pieces(text, work)))
    finally:
        text.close()


def _pieces(text: Any, work: Work) -> list[_Piece]:
    """Return the runs of text with their boxes, as the document wrote them."""
    runs = text.count_rects()
    if runs > _MOST_RUNS:
        work.note("reason.partial")
    found: list[_Piece] = []
    for number in range(min(runs, _MOST_RUNS)):
        left, bottom, right, top = text.get_rect(number)
        said = text.get_text_bounded(left, bottom, right, top).strip("\r\n\0")
        if said.strip():
            found.append(_Piece(left, bottom, right, top, said))
    return found


def _rows_of(pieces: list[_Piece]) -> list[list[_Piece]]:
    rows: list[list[_Piece]] = []
    for piece in sorted(pieces, key=lambda p: (-p.bottom, p.left)):
        height = max(piece.top - piece.bottom, 1.0)
        if rows and abs(rows[-1][0].bottom - piece.bottom) < _SAME_ROW * height:
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return [_joined(sorted(row, key=lambda p: p.left)) for row in rows]


def _joined(row: list[_Piece]) -> list[_Piece]:
    """Join runs that stand as close as words do; what is left are cells."""
    cells: list[_Piece] = []
    for piece in row:
        height = max(piece.top - piece.bottom, 1.0)
        gap = piece.left - cells[-1].right if cells else height
        if cells and gap < _GAP_OF_COLUMNS * height:
            last = cells.pop()
            space = " " if gap > _GAP_OF_WORDS * height else ""
            text = f"{last.text}{space}{piece.text}"
            cells.append(_Piece(last.left, last.bottom, piece.right, last.top, text))
        else:
            cells.append(piece)
    return cells


def _blocks(rows: list[list[_Piece]]) -> Iterator[str]:
    """Write rows; neighbours of one and the same width, from three columns on, are a table."""
    start = 0
    while start < len(rows):
        end = start + 1
        width = len(rows[start])
        while width >= _LEAST_COLUMNS and end < len(rows) and len(rows[end]) == width:
            end += 1
        if end > start + 1:
            table = ({n: piece.text for n, piece in enumerate(row)} for row in rows[start:end])
            yield from table_rows.lines(table)
        else:
            yield "\t".join(piece.text for piece in rows[start]) + "\n"
        start = end


EXTRACTOR = Extractor(name="pdf", sniff=sniff, extract=extract, prose=True, opened=True)
