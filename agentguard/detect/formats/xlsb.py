"""XLSB: every sheet of a binary workbook of Excel, as columns with their names; and what is beside.

MS-XLSB: a ZIP as XLSX is, whose parts are records. https://learn.microsoft.com/openspecs/office_file_formats/ms-xlsb
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator

from agentguard.detect.binary import xlsb_records
from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import xml
from agentguard.detect.formats._office_xml import CONTENT_TYPES, beside, names_of, text_of
from agentguard.detect.formats._xlsb_sheet import Sheet, formats_of, is_from_1904, strings_of
from agentguard.detect.formats._xlsx_sheet import Book
from agentguard.detect.formats._zip_members import stream, stream_bytes
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables import table_rows

_ORDER = 9
"""Before XLSX, which tells a workbook by its folder."""

_BOOK, _STRINGS, _STYLES = "xl/workbook.bin", "xl/sharedstrings.bin", "xl/styles.bin"
_SHEET = later(
    r"^xl/(?:worksheets|chartsheets|dialogsheets|macrosheets)/(?!binaryindex)[^/]*\.bin$"
)
_PAGES = later(r"^xl/drawings/[^/]*\.(?:xml|vml)$")
_WORDS = later(
    r"^xl/(?:workbook|connections|comments[^/]*)\.bin$"
    r"|^xl/(?:comments|tables|pivottables|pivotcache|externallinks|querytables)/[^/]*\.bin$"
)
_RECORDS = later(
    r"^xl/(?:threadedcomments|charts|persons|customproperty)/[^/]*\.xml$"
    r"|^xl/connections\.xml$|^(?:docprops|customxml)/[^/]*\.xml$"
)


def sniff(source: Source) -> bool:
    """Tell a workbook by the records of its first part, or of a sheet."""
    names = names_of(source)
    return CONTENT_TYPES in names and any(name == _BOOK or _SHEET.search(name) for name in names)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the sheets, then what else the workbook says."""
    with zipfile.ZipFile(source.file) as archive:
        members = {member.filename.lower(): member for member in archive.infolist()}
        book = _book(archive, members, work)
        has_rows = False
        for name, member in members.items():
            if _SHEET.search(name):
                sheet = Sheet(book, work)
                yield from _sheet(sheet, _records(archive, member, work))
                has_rows |= sheet.has_rows
            else:
                yield from _beside(archive, member, work)
    if not has_rows and work.notes:
        work.refuse("reason.corrupt")


def _book(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], work: Work) -> Book:
    def of(name: str) -> Iterator[xlsb_records.Record]:
        member = members.get(name)
        return _records(archive, member, work) if member else iter(())

    dates, codes = formats_of(of(_STYLES))
    strings, from_1904 = strings_of(of(_STRINGS)), is_from_1904(of(_BOOK))
    return Book(strings=strings, dates=dates, codes=codes, from_1904=from_1904)


def _records(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work
) -> Iterator[xlsb_records.Record]:
    try:
        yield from xlsb_records.records(stream_bytes(archive, member, work))
    except xlsb_records.Damaged:
        work.note("reason.corrupt-part")


def _sheet(sheet: Sheet, records: Iterable[xlsb_records.Record]) -> Iterator[str]:
    """Yield the rows; then what stands around them: headers and footers, links, allowed values."""
    work = sheet.work
    yield from table_rows.lines(table_rows.counted(sheet.rows(records), work), work.full)
    yield from (f"{text}\n" for text in sheet.said)
    yield "\n"


def _beside(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> Iterator[str]:
    """Yield what a part says that is no sheet."""
    name = member.filename.lower()
    if _PAGES.search(name):
        yield from text_of(stream(archive, member, work))
    elif _WORDS.search(name):
        for _, data in _records(archive, member, work):
            yield from (f"{text}\n" for text in xlsb_records.words(data))
    elif _RECORDS.search(name):
        yield from xml.read(stream(archive, member, work))
    elif not name.endswith((".xml", ".bin")):
        yield from beside(archive, member, work)
    else:
        return
    yield "\n"


EXTRACTOR = Extractor(name="xlsb", sniff=sniff, extract=extract, order=_ORDER)
