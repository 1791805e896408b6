"""XLSX: every sheet of a workbook, hidden ones too, as columns with their names; and comments."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import xml
from agentguard.detect.formats._office_xml import beside, has_part, text_of
from agentguard.detect.formats._xlsx_sheet import Book, formats_of, rows_of, strings_of
from agentguard.detect.formats._zip_members import part, stream
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables import table_rows

_FOLDER = "xl/"
_SHEET = later(r"^xl/(?:worksheets|chartsheets|dialogsheets|macrosheets)/[^/]*\.xml$")
_PAGES = later(r"^xl/(?:comments[^/]*|comments/[^/]*|drawings/[^/]*)\.(?:xml|vml)$")
_RECORDS = later(
    r"^xl/(?:threadedcomments|pivotcache|externallinks|charts|persons|querytables|customproperty)"
    r"/[^/]*\.xml$|^xl/(?:workbook|connections)\.xml$|^(?:docprops|customxml)/[^/]*\.xml$"
)
_FROM_1904 = later(r'\bdate1904="(?:1|true)"')
_END = later(r"</(?:\w+:)?sheetData>")
_SECTION = later(r"&amp;[LCR]")  # of a header or footer
_TAIL = 256 << 10


def sniff(source: Source) -> bool:
    """Tell a workbook."""
    return has_part(source, _FOLDER)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the sheets, then what else the workbook says."""
    with zipfile.ZipFile(source.file) as archive:
        members = {member.filename.lower(): member for member in archive.infolist()}
        book = _book(archive, members, work)
        for name, member in members.items():
            if _SHEET.search(name):
                yield from _sheet(archive, member, book, work)
            elif _PAGES.search(name):
                yield from text_of(stream(archive, member, work))
            elif _RECORDS.search(name):
                yield from xml.read(stream(archive, member, work))
            elif name.startswith(_FOLDER) and not name.endswith(".xml"):
                yield from beside(archive, member, work)
            else:
                continue
            yield "\n"


def _book(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], work: Work) -> Book:
    strings: list[str] = []
    dates: frozenset[str] = frozenset()
    codes: dict[str, str] = {}
    from_1904 = False
    for name, member in members.items():
        if name.endswith("sharedstrings.xml"):
            strings = strings_of(stream(archive, member, work))
        elif name == "xl/styles.xml":
            dates, codes = formats_of(part(archive, member, work).decode("utf-8", "replace"))
        elif name == "xl/workbook.xml":
            about = part(archive, member, work).decode("utf-8", "replace")
            from_1904 = _FROM_1904.search(about) is not None
    return Book(strings=strings, dates=dates, codes=codes, from_1904=from_1904)


def _sheet(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, book: Book, work: Work
) -> Iterator[str]:
    """Yield the rows; then what stands behind them: headers and footers, links, allowed values."""
    tail = ""

    def passed() -> Iterator[str]:
        nonlocal tail
        for piece in stream(archive, member, work):
            tail = (tail + piece)[-_TAIL:]
            yield piece

    yield from table_rows.lines(table_rows.counted(rows_of(passed(), book), work), work.full)
    if end := _END.search(tail):
        yield from xml.read(iter((_SECTION.sub(" ", tail[end.end() :]),)))


EXTRACTOR = Extractor(name="xlsx", sniff=sniff, extract=extract)
