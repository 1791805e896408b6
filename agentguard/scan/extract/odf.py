"""ODF: text, sheets and slides of LibreOffice, tables by columns; and whether one is encrypted."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterator

from agentguard.scan.extract._layout import Layout
from agentguard.scan.extract._zipped import part
from agentguard.scan.extract.base import Extractor, Source, Work
from agentguard.scan.limits import MIB

_KIND = b"application/vnd.oasis.opendocument"
_MANIFEST = "META-INF/manifest.xml"
_LOCKED = b"encryption-data"
_PARTS = ("content.xml", "styles.xml", "meta.xml")
_EMBEDDED = re.compile(r"(?:^|/)Object [^/]*(?:/content\.xml)?$")
_TOKEN = re.compile(r"<(/?)(\w+:[\w-]+)(?:\s[^<>]*?)?(/?)>|([^<>]+)|<[^<>]*>")
_LINES = frozenset(("text:p", "text:h", "text:line-break", "text:list-item"))
_SPACES = frozenset(("text:s", "text:tab"))
_CELLS = frozenset(("table:table-cell", "table:covered-table-cell"))


def sniff(source: Source) -> bool:
    """Tell an open document by its first member, which says what it is."""
    return source.head.startswith(b"PK") and _KIND in source.head[:200]


def is_locked(archive: zipfile.ZipFile) -> bool:
    """Tell whether the manifest says that the parts are encrypted; the ZIP itself does not."""
    try:
        member = archive.getinfo(_MANIFEST)
        with archive.open(member) as manifest:
            return _LOCKED in manifest.read(MIB)
    except (KeyError, RuntimeError, EOFError, zlib.error):
        return False


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the text of the document, its headers and footers, and of what is embedded."""
    with zipfile.ZipFile(source.file) as archive:
        for member in archive.infolist():
            name = member.filename
            if name in _PARTS or name.endswith("/content.xml"):
                yield from text_of(part(archive, member, work).decode("utf-8", "replace"))
                yield "\n"
            elif _EMBEDDED.search(name) and not member.filename.endswith("/"):
                yield from work.within(part(archive, member, work))


def text_of(xml: str) -> Iterator[str]:
    """Give the text of an ODF part; the spans of a paragraph join as they are seen."""
    layout = Layout()
    for closing, tag, empty, plain in _TOKEN.findall(xml):
        if plain:
            yield from layout.put(html.unescape(plain))
        elif tag:
            yield from _border(layout, tag, closing=bool(closing), empty=bool(empty))
    yield from layout.close_all()


def _border(layout: Layout, tag: str, *, closing: bool, empty: bool) -> Iterator[str]:
    if tag == "table:table":
        if closing:
            yield from layout.close_table()
        elif not empty:
            layout.open_table()
    elif tag == "table:table-row" and not closing:
        layout.row()
    elif tag in _CELLS and not closing:
        layout.cell()
    elif tag in _SPACES:
        yield from layout.put(" ")
    elif tag in _LINES and (closing or empty):
        yield from layout.put("\n")


EXTRACTOR = Extractor(name="odf", sniff=sniff, extract=extract)
