"""The cells of a sheet of XLSX, row by row from a stream, as a person sees them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from agentguard.detect.formats import _sheet_serials
from agentguard.detect.lexicon.lazy_pattern import later

_STRING = later(r"<si>\s*<t(?:\s[^<>]*)?>([^<]*)</t>\s*</si>|<si>(.*?)</si>|<si/>", re.DOTALL)
_TEXT = later(r"<t(?:\s[^<>]*)?>([^<]*)</t>")
_ROW = later(r"<row\b([^<>]*)>")
_ROW_NUMBER = later(r'\br="([0-9]{1,7})"')
_USUAL_CELL = later(
    r'<c r="([A-Z]{1,3})[0-9]+"(?: s="([0-9]+)")?(?: t="(\w+)")?>'
    r"(?:<v>([^<]*)</v>|<is><t(?: [^<>]*)?>([^<]*)</t></is>|(.*?))</c>",
    re.DOTALL,
)
_CELL = later(r"<c(\s[^<>]*)?(?:(?<=/)>|>(.*?)</c>)", re.DOTALL)
_USUAL_EMPTY = later(r"<c [^<>]*/>")
_VALUE = later(r"<v(?:\s[^<>]*)?>([^<]*)</v>")
_ATTRIBUTE = later(r'\b(r|s|t)="([^"]*)"')
_LETTERS = later(r"[A-Z]{1,3}")
_FORMAT = later(r"<numFmt\s([^<>]*)>")
_FORMAT_SAYS = later(r'\b(numFmtId|formatCode)="([^"]*)"')
_USES, _USES_END = later(r"<cellXfs\b[^<>]*>"), "</cellXfs>"
_USE = later(r"<xf\b([^<>]*)>")
_FORMAT_ID = later(r'\bnumFmtId="([0-9]{1,9})"')
_PREFIXED = later(r"<\w+:(?:sst|worksheet|chartsheet|dialogsheet|styleSheet)\b")
_PREFIX = later(r"<(/?)\w+:")
_INDEX = later(r"[0-9]{1,9}")
_LONGEST = 4 << 20
_EXACT_DIGITS = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """What the sheets of a workbook share: strings, and the formats of numbers by their style."""

    strings: list[str]
    dates: frozenset[str] = frozenset()
    codes: dict[str, str]
    from_1904: bool = False

    def shown(self, text: str, style: str) -> str:
        """Write a number as a person sees it: a date, with its zeros, and without a point."""
        if style in self.dates or style in self.codes or not text.isdecimal():
            return self._formatted(text, style)
        return text

    def _formatted(self, text: str, style: str) -> str:
        code = self.codes.get(style, "")
        if text.isdecimal() and len(text) > _EXACT_DIGITS:
            return text
        try:
            value = float(text)
        except ValueError:
            return text
        if style in self.dates:
            return _sheet_serials.date(value, from_1904=self.from_1904)
        if not value.is_integer() or abs(value) >= 10**_EXACT_DIGITS * 9:
            return text
        return _sheet_serials.number(value, code)


def strings_of(found: Iterable[str]) -> list[str]:
    """Return the shared strings."""
    strings: list[str] = []
    for markup in _cut(found, "</si>"):
        for plain, rich in _STRING.findall(markup):
            text = plain or ("".join(_TEXT.findall(rich)) if rich else "")
            strings.append(_unescaped(text))
    return strings


def formats_of(styles: str) -> tuple[frozenset[str], dict[str, str]]:
    """Return which styles show dates, and the formats of those that show numbers by one."""
    if _PREFIXED.search(styles):
        styles = _PREFIX.sub(r"<\1", styles)
    own = dict(map(_own_format, _FORMAT.findall(styles)))
    begin = _USES.search(styles)
    end = styles.find(_USES_END, begin.end()) if begin else -1
    uses = styles[begin.end() : end] if begin and end >= 0 else ""
    found = (_FORMAT_ID.search(attributes) for attributes in _USE.findall(uses))
    return shown_by(own, (number[1] if number else "0" for number in found))


def shown_by(own: dict[str, str], uses: Iterable[str]) -> tuple[frozenset[str], dict[str, str]]:
    """Return which styles show dates, and the formats of those that show numbers by one.

    `own` has a workbook's formats by their ids, `uses` the id of each style's format.
    """
    dates, codes = set(), {}
    for style, id_ in enumerate(uses):
        code = own.get(id_, "")
        if _sheet_serials.is_date(code) if code else int(id_) in _sheet_serials.BUILT_IN_DATES:
            dates.add(str(style))
        elif "0" in code:
            codes[str(style)] = code
    return frozenset(dates), codes


def _own_format(attributes: str) -> tuple[str, str]:
    told = dict(_FORMAT_SAYS.findall(attributes))
    return told.get("numFmtId", ""), html.unescape(told.get("formatCode", ""))


def rows_of(found: Iterable[str], book: Book) -> Iterator[dict[int, str]]:
    """Yield the rows; one without cells where the sheet leaves some out."""
    last = 0
    for markup in _cut(found, "</row>"):
        for one in markup.split("</row>"):
            start = _ROW.search(one)
            if start is None:
                continue
            number = _ROW_NUMBER.search(start[1])
            place = int(number[1]) if number else last + 1
            if place > last + 1:
                yield {}
            last = place
            yield _cells(one[start.end() :], book)


def _cut(found: Iterable[str], end: str) -> Iterator[str]:
    """Cut pieces behind the last closing tag of a kind; one that is never closed is given up."""
    rest, is_prefixed = "", None
    for piece in found:
        text = rest + piece
        if is_prefixed is None:
            is_prefixed = _PREFIXED.search(text) is not None
        if is_prefixed:
            text = _PREFIX.sub(r"<\1", text)
        place = text.rfind(end)
        rest = text[place + len(end) :] if place >= 0 else text[-_LONGEST:]
        if place >= 0:
            yield text[: place + len(end)]


def _cells(row: str, book: Book) -> dict[int, str]:
    row = row[: row.rfind("</c>") + 4]  # an open cell without an end would be looked for again
    found = _USUAL_CELL.findall(row)
    if len(found) + len(_USUAL_EMPTY.findall(row)) != row.count("<c "):
        return _unusual(row, book)
    cells: dict[int, str] = {}
    for letters, style, kind, value, written, inside in found:
        text = _unescaped(written) or _shown(kind, style, value, inside, book)
        if text:
            cells[column(letters)] = text
    return cells


def _unusual(row: str, book: Book) -> dict[int, str]:
    """Read cells with prefixes, with attributes in another order, or without a place."""
    cells: dict[int, str] = {}
    for place, (attributes, inside) in enumerate(_CELL.findall(row)):
        told = dict(_ATTRIBUTE.findall(attributes))
        letters = _LETTERS.match(told.get("r", ""))
        value = _VALUE.search(inside)
        text = _shown(told.get("t", ""), told.get("s", ""), value[1] if value else "", inside, book)
        if text:
            cells[column(letters[0]) if letters else place] = text
    return cells


def _shown(kind: str, style: str, value: str, inside: str, book: Book) -> str:
    if kind == "s":
        index = int(value) if _INDEX.fullmatch(value) else len(book.strings)
        return book.strings[index] if index < len(book.strings) else ""
    if not value and inside:
        found = _VALUE.search(inside)
        value = found[1] if found else ""
        if not value:
            return _unescaped("".join(_TEXT.findall(inside)))
        if kind == "s":
            return _shown(kind, style, value, "", book)
    return _unescaped(value) if kind and kind != "n" else book.shown(value, style)


def _unescaped(text: str) -> str:
    return html.unescape(text) if "&" in text else text


@lru_cache(maxsize=1024)
def column(letters: str) -> int:
    """Return a column's number, from 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
