"""XLSX: every sheet of a workbook, hidden ones too, as columns with their names; and comments."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator

from agentguard.scan.extract import _rows
from agentguard.scan.extract._xml import has_part, text_of
from agentguard.scan.extract._zipped import part
from agentguard.scan.extract.base import Extractor, Source, Work

_FOLDER = "xl/"
_STRING = re.compile(r"<(?:\w+:)?si>(.*?)</(?:\w+:)?si>|<(?:\w+:)?si/>", re.DOTALL)
_TEXT = re.compile(r"<(?:\w+:)?t(?:\s[^<>]*)?>([^<]*)</(?:\w+:)?t>")
_ROW = re.compile(r"<(?:\w+:)?row[\s>](.*?)</(?:\w+:)?row>", re.DOTALL)
_CELL = re.compile(
    r'<(?:\w+:)?c\s(?:[^<>]*?\br="([A-Z]{1,3})[0-9]+")?([^<>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL
)
_VALUE = re.compile(r"<(?:\w+:)?v(?:\s[^<>]*)?>([^<]*)</(?:\w+:)?v>")
_BINARY = re.compile(r"worksheets/[^/]*\.bin$|/sharedStrings\.bin$")  # the sheets of XLSB
_INTEGER = 2**53


def sniff(source: Source) -> bool:
    """Tell a workbook."""
    return has_part(source, _FOLDER)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the sheets, then the text of comments and drawings."""
    with zipfile.ZipFile(source.file) as archive:
        members = [m for m in archive.infolist() if m.filename.startswith(_FOLDER)]
        strings: list[str] = []
        for member in members:
            if member.filename.endswith("sharedStrings.xml"):
                strings = _strings(_xml(archive, member, work))
        for member in members:
            if "worksheets/" in member.filename and member.filename.endswith(".xml"):
                yield from _rows.lines(_sheet(_xml(archive, member, work), strings))
                yield "\n"
            elif _holds_text(member.filename):
                yield from text_of(_xml(archive, member, work))
                yield "\n"
            elif "/embeddings/" in member.filename:
                yield from work.within(part(archive, member, work))
    if any(_BINARY.search(m.filename) for m in members):
        work.refuse("reason.unsupported")


def _holds_text(name: str) -> bool:
    return name.endswith(".xml") and ("comments" in name.lower() or "drawings/" in name)


def _xml(archive: zipfile.ZipFile, member: zipfile.ZipInfo, work: Work) -> str:
    return part(archive, member, work).decode("utf-8", "replace")


def _strings(xml: str) -> list[str]:
    return [_plain(match[1] or "") for match in _STRING.finditer(xml)]


def _plain(xml: str) -> str:
    return html.unescape("".join(_TEXT.findall(xml)))


def _sheet(xml: str, strings: list[str]) -> Iterator[dict[int, str]]:
    for row in _ROW.finditer(xml):
        cells: dict[int, str] = {}
        for cell in _CELL.finditer(row[1]):
            letters, attributes, body = cell.groups()
            column = _column(letters) if letters else len(cells)
            if text := _cell(attributes, body, strings):
                cells[column] = text
        yield cells


def _cell(attributes: str, body: str, strings: list[str]) -> str:
    value = _VALUE.search(body)
    if value is None:
        return _plain(body)
    if 't="s"' in attributes:
        index = int(value[1]) if value[1].isdecimal() else len(strings)
        return strings[index] if index < len(strings) else ""
    return html.unescape(value[1]) if "t=" in attributes else _number(value[1])


def _number(text: str) -> str:
    """Write a number as a person sees it: 15 digits may be stored as 4.0E14 or 400.0."""
    if text.isdecimal():
        return text
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < _INTEGER else text


def _column(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


EXTRACTOR = Extractor(name="xlsx", sniff=sniff, extract=extract)
