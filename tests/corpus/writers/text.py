"""Plain text in its encodings, tables with separators, JSON, logs."""

from __future__ import annotations

import codecs
import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import Any

_MARKS = {
    "utf-16": ("utf-16-le", codecs.BOM_UTF16_LE),
    "utf-16-be": ("utf-16-be", codecs.BOM_UTF16_BE),
    "utf-16-bare": ("utf-16-le", b""),
    "utf-32": ("utf-32-le", codecs.BOM_UTF32_LE),
}


def lines(content: Iterable[str], encoding: str = "utf-8", end: str = "\n") -> bytes:
    """Write lines; what an encoding cannot hold must not be put into them."""
    return encoded(end.join(content) + end, encoding)


_CODE_PAGES = ("cp1252", "cp1250", "cp1253")
"""What Notepad calls ANSI on a western, a central European and a Greek desk."""


def encoded(text: str, encoding: str = "utf-8") -> bytes:
    """Encode with the mark that the encoding is known by; `ansi` is the desk's own code page."""
    if encoding == "ansi":
        return _ansi(text)
    codec, mark = _MARKS.get(encoding, (encoding, b""))
    return mark + text.encode(codec, "replace")


def _ansi(text: str) -> bytes:
    for page in _CODE_PAGES:
        try:
            return text.encode(page)
        except UnicodeEncodeError:
            continue
    return text.encode()


def table(rows: Sequence[Sequence[str]], separator: str = ",", encoding: str = "utf-8") -> bytes:
    """Write a table."""
    sheet = io.StringIO()
    csv.writer(sheet, delimiter=separator).writerows(rows)
    return encoded(sheet.getvalue(), encoding)


def objects(rows: Sequence[Sequence[str]], *, numbers: bool = False) -> list[dict[str, Any]]:
    """Give a table as objects, digits as numbers if asked."""
    head, *body = rows
    return [
        {name: _number(cell, numbers=numbers) for name, cell in zip(head, row, strict=True)}
        for row in body
    ]


def document(content: Any, *, escaped: bool = False, indent: int | None = 2) -> bytes:
    """Write JSON; `escaped` hides what is not ASCII behind \\u."""
    return json.dumps(content, indent=indent, ensure_ascii=escaped).encode()


def json_lines(content: Iterable[Any]) -> bytes:
    """Write an object a line, escaped as most libraries do."""
    return "\n".join(json.dumps(one) for one in content).encode()


def _number(cell: str, *, numbers: bool) -> str | int:
    return int(cell) if numbers and cell.isdigit() and cell[0] != "0" else cell
