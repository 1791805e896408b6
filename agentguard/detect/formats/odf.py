"""ODF: text, sheets and slides of LibreOffice, tables by columns; and whether one is encrypted."""

from __future__ import annotations

import html
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import xml
from agentguard.detect.formats._zip_members import part, stream
from agentguard.detect.formats.text import decoded, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.limits import MIB
from agentguard.detect.tables.document_layout import Layout

_KIND = b"application/vnd.oasis.opendocument"
_MANIFEST = "META-INF/manifest.xml"
_LOCKED = b"encryption-data"
_PARTS = ("content.xml", "styles.xml")
_EMBEDDED = later(r"(?:^|/)Object [^/]*(?:/content\.xml)?$")
_FLAT = later(r"\s*+(?:<\?xml[^<>]*+>\s*+)?+(?:<!--[^<>]*-->\s*+)*+<office:document\s")
_SNIFFED = 4096
_TOKEN = later(r"<(/?)(\w++:[\w-]++)((?:\s[^<>]*?)?)(/?)>|([^<>]++)|<[^<>]*+>")
_LINES = frozenset(("text:p", "text:h", "text:line-break", "text:list-item", "dc:creator"))
_SPACES = frozenset(("text:s", "text:tab"))
_CELLS = frozenset(("table:table-cell", "table:covered-table-cell"))
_REPEATED = later(r'table:number-columns-repeated="([0-9]{1,5})"')
_STORED = later(r'office:(date-value|value|string-value)="([^"]*)"')
_LINK = later(r'xlink:href="((?:mailto|https?|tel):[^"]*)"')
_SCIENTIFIC = later(r"\s*-?[0-9](?:[.,][0-9]*)?E[+-]?[0-9]+\s*|\s*#+\s*", re.IGNORECASE)
_LONGEST = 1 << 20
_DAY = 10


def sniff(source: Source) -> bool:
    """Tell an open document: by its first member, which says what it is, or by its flat root."""
    if source.head.startswith(b"PK"):
        return _KIND in source.head[:200]
    head = source.head[:_SNIFFED]
    may_be_flat = b"office:" in head or 0 in head  # or in wide characters
    return may_be_flat and _FLAT.match(decoded(head)) is not None


def is_locked(archive: zipfile.ZipFile) -> bool:
    """Check whether the manifest says that the parts are encrypted; the ZIP itself does not."""
    try:
        member = archive.getinfo(_MANIFEST)
        with archive.open(member) as manifest:
            return _LOCKED in manifest.read(MIB)
    except (KeyError, RuntimeError, EOFError, zlib.error):
        return False


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the text of the document, its headers and footers, and of what is embedded."""
    if not source.head.startswith(b"PK"):
        yield from text_of(pieces(source, work))
        return
    with zipfile.ZipFile(source.file) as archive:
        for member in archive.infolist():
            name = member.filename
            if name in _PARTS or name.endswith("/content.xml"):
                yield from text_of(stream(archive, member, work))
            elif name == "meta.xml":
                yield from xml.read(stream(archive, member, work))
            elif _EMBEDDED.search(name) and not member.filename.endswith("/"):
                yield from work.within(part(archive, member, work))
            yield "\n"


def text_of(found: Iterable[str]) -> Iterator[str]:
    """Yield the text of an ODF part; the spans of a paragraph join as they are seen."""
    walk, rest = _Walk(), ""
    for piece in found:
        markup = rest + piece
        end = markup.rfind(">") + 1 if len(markup) < _LONGEST else len(markup)
        rest = markup[end:]
        yield from walk.read(markup[:end])
    yield from walk.read(rest)
    yield from walk.close()


class _Walk:
    """Takes markup; gives text."""

    def __init__(self) -> None:
        self._layout = Layout()
        self._stored = ""

    def read(self, markup: str) -> Iterator[str]:
        """Yield the text of markup that ends behind a tag."""
        for closing, tag, attributes, empty, plain in _TOKEN.findall(markup):
            if plain:
                yield from self._layout.put(self._seen(plain))
            elif tag:
                yield from self._border(tag, attributes, closing=bool(closing), empty=bool(empty))

    def close(self) -> Iterator[str]:
        """Yield what is left."""
        yield from self._layout.close_all()

    def _seen(self, plain: str) -> str:
        """Return text; for a number that its cell shows shortened, the number that is stored."""
        if self._stored and _SCIENTIFIC.fullmatch(plain):
            return self._stored
        return html.unescape(plain) if "&" in plain else plain

    def _border(self, tag: str, attributes: str, *, closing: bool, empty: bool) -> Iterator[str]:
        if tag == "table:table":
            if closing:
                yield from self._layout.close_table()
            elif not empty:
                self._layout.open_table()
        elif tag == "table:table-row" and not closing:
            self._layout.row()
        elif tag in _CELLS and not closing:
            yield from self._cell(attributes)
        elif tag in _LINES and (closing or empty):
            yield from self._layout.put("\n")
        else:
            yield from self._inline(tag, attributes)

    def _inline(self, tag: str, attributes: str) -> Iterator[str]:
        if tag in _SPACES:
            yield from self._layout.put(" ")
        elif tag == "text:a" and (link := _LINK.search(attributes)):
            yield from self._layout.put(f" {html.unescape(link[1])} ")

    def _cell(self, attributes: str) -> Iterator[str]:
        repeated = _REPEATED.search(attributes)
        self._layout.cell(int(repeated[1]) if repeated else 1)
        stored = dict(_STORED.findall(attributes))
        self._stored = stored.get("value", "")
        if born := stored.get("date-value", "")[:_DAY]:
            yield from self._layout.put(f"{born} ")


EXTRACTOR = Extractor(name="odf", sniff=sniff, extract=extract, prose=True)
