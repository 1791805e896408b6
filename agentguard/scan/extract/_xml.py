"""Office XML as text: paragraphs, tabs and tables, by a walk over tags that builds no tree."""

from __future__ import annotations

import html
import re
import zipfile
from collections.abc import Iterator

from agentguard.scan.extract._layout import Layout
from agentguard.scan.extract._zipped import part
from agentguard.scan.extract.base import Source, Work

_TOKEN = re.compile(
    r"<(/?)(?:[A-Za-z0-9]+:)?(t|p|tr|tc|tbl|tab|br|cr|instrText|delText)(?=[\s/>])[^<>]*?(/?)>|([^<>]+)|<[^<>]*>"
)
_TEXT_TAGS = frozenset(("t", "instrText", "delText"))


def text_of(xml: str) -> Iterator[str]:
    """Give the text of WordprocessingML or DrawingML."""
    layout = Layout()
    inside = False
    for match in _TOKEN.finditer(xml):
        closing, tag, empty, plain = match.groups()
        if plain is not None:
            if inside:
                yield from layout.put(html.unescape(plain))
        elif tag in _TEXT_TAGS:
            inside = not closing and not empty
        else:
            yield from _border(layout, tag, closing=bool(closing), empty=bool(empty))
    yield from layout.close_all()


def _border(layout: Layout, tag: str | None, *, closing: bool, empty: bool) -> Iterator[str]:
    if tag == "tbl":
        if closing:
            yield from layout.close_table()
        else:
            layout.open_table()
    elif tag in {"tr", "tc"}:
        if not closing:
            (layout.row if tag == "tr" else layout.cell)()
    elif tag is not None and (closing or empty):
        yield from layout.put("\t" if tag == "tab" else "\n")


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
