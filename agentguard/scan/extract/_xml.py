"""Office XML as text: paragraphs, tabs and tables, by a walk over tags that builds no tree."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from agentguard.scan.extract import _rows
from agentguard.scan.extract._zipped import part
from agentguard.scan.extract.base import Source, Work

_TOKEN = re.compile(
    r"<(/?)(?:[A-Za-z0-9]+:)?(t|p|tr|tc|tbl|tab|br|cr|instrText|delText)(?=[\s/>])[^<>]*?(/?)>|([^<>]+)|<[^<>]*>"
)
_TEXT_TAGS = frozenset(("t", "instrText", "delText"))


@dataclass(slots=True)
class _Table:
    rows: list[dict[int, str]] = field(default_factory=list)
    cell: list[str] = field(default_factory=list)


def text_of(xml: str) -> Iterator[str]:
    """Give the text of WordprocessingML or DrawingML."""
    tables: list[_Table] = []
    inside = False
    for match in _TOKEN.finditer(xml):
        closing, tag, empty, plain = match.groups()
        if plain is not None:
            if inside:
                yield from _put(tables, html.unescape(plain))
        elif tag in _TEXT_TAGS:
            inside = not closing and not empty
        elif tag == "tbl":
            yield from _table(tables, closing=bool(closing))
        elif tag in {"tr", "tc"}:
            _cell(tables, tag, closing=bool(closing))
        elif tag is not None and (closing or empty):
            yield from _put(tables, "\n" if tag != "tab" else "\t")


def _put(tables: list[_Table], text: str) -> Iterator[str]:
    if tables:
        tables[-1].cell.append(text)
    else:
        yield text


def _table(tables: list[_Table], *, closing: bool) -> Iterator[str]:
    if not closing:
        tables.append(_Table())
    elif tables:
        table = tables.pop()
        for line in _rows.lines(table.rows):
            yield from _put(tables, line)


def _cell(tables: list[_Table], tag: str, *, closing: bool) -> None:
    if not tables:
        return
    table = tables[-1]
    if tag == "tr" and not closing:
        table.rows.append({})
    elif tag == "tc" and not closing:
        table.cell = []
    elif tag == "tc" and table.rows:
        row = table.rows[-1]
        row[len(row)] = "".join(table.cell).strip() or " "
        table.cell = []


def has_part(source: Source, folder: str) -> bool:
    """Tell whether a ZIP holds an Office document whose parts stand in `folder`."""
    if not source.head.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(source.file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names)


def paragraphs(source: Source, work: Work, folder: str) -> Iterator[str]:
    """Give the text of every XML part in `folder`, then what is embedded there."""
    with zipfile.ZipFile(source.file) as archive:
        for member in archive.infolist():
            if not member.filename.startswith(folder):
                continue
            if member.filename.endswith(".xml"):
                yield from text_of(part(archive, member, work).decode("utf-8", "replace"))
                yield "\n"
            elif "/embeddings/" in member.filename:
                yield from work.within(part(archive, member, work))
