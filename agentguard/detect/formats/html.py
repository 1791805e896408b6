"""HTML of any size: text, tables by columns, what stands in forms, attributes and scripts."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import json
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.tables.document_layout import Layout
from agentguard.detect.tables.field_names import is_label, one_line

_ORDER = 40
_SNIFF = later(
    r"<!doctype html|<(?:\w+:)?html[\s>]|<body[\s>]|<head[\s>]|<table[\s>]"
    r"|\A\s*<(?:div|p|span|form|ul|ol|dl|h[1-6]|meta|br|b|a|font|center|input|label|section)[\s>]",
    re.IGNORECASE,
)
_SNIFFED = 4096
_TOKEN = later(r"<!--|<(/?)([A-Za-z][A-Za-z0-9]*+)([^<>]*+)>|([^<]++|<)")
_ATTRIBUTE = later(r"""(?<![\w:.\-])([\w:.\-]++)\s*+=\s*+("[^"]*"|'[^']*'|[^\s"'>]++)""")
_VALUES = words("value content alt title href placeholder aria-label summary action label")
_NAMES = ("name", "id", "key", "placeholder", "property", "itemprop", "aria-label", "title")
_UNTOLD = words("checkbox radio submit button reset hidden text on off true false")
_INLINE = words(
    "a abbr b bdi bdo big cite code data del dfn em font i ins kbd label mark output q s samp small"
    " span strong sub sup time tt u var wbr input textarea select option"
)
_SPAN = later(r"colspan\s*+=\s*+[\"']?([0-9]{1,4})", re.IGNORECASE)
_TERMS = words("dt label legend")
_FIELDS = words("input textarea select")
_MOST_WORDS = 8
_LONGEST = 1 << 20
_SCRIPT = 256 << 10


def sniff(source: Source) -> bool:
    """Tell a page by its first marks."""
    return b"<" in source.head[: 2 * _SNIFFED].replace(b"\0", b"") and _is_page(source.head)


def _is_page(head: bytes) -> bool:
    return bool(encoding_of(head)) and _SNIFF.search(decoded(head[:_SNIFFED])) is not None


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield the page's text."""
    page, rest = _Page(), ""
    for piece in pieces(source, work):
        text = rest + piece
        end = text.rfind("<") if len(text) < _LONGEST else len(text)
        rest = text[end:] if end >= 0 else text
        yield "".join(page.read(text[:end] if end >= 0 else ""))
    yield "".join((*page.read(rest), *page.close()))


def text_of(markup: str) -> str:
    """Return what a piece of a page says, as stands in a cell or a field."""
    page = _Page()
    return "".join((*page.read(markup), *page.close()))


def _told(attributes: str) -> dict[str, str]:
    """Return what attributes say, by their names."""
    return {
        name.lower(): html.unescape(value.strip("\"'")).strip()
        for name, value in _ATTRIBUTE.findall(attributes)
    }


class _Label:
    """The last label of a form, which names a field by its `for`, around it, or before it."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._is_open = False
        self._for = ""

    def mark(self, attributes: str, *, closing: bool) -> None:
        """Begin or end it."""
        self._is_open = not closing
        if not closing:
            self._words = []
            self._for = _told(attributes).get("for", "")

    def text(self, text: str) -> None:
        """Take text."""
        if self._is_open and len(self._words) < _MOST_WORDS:
            self._words.append(text)

    def of(self, field: str) -> str:
        """Return what it calls a field with an id, once; empty when it is another's."""
        if self._for and self._for != field:
            return ""
        words, self._words = one_line("".join(self._words).strip().rstrip(":* ")), []
        return words if is_label(words) else ""


class _Page:
    """Takes markup; gives text in which a label stands right before its value or one line above."""

    def __init__(self) -> None:
        self._layout = Layout()
        self._ended = True  # the last line is
        self._script: list[str] | None = None
        self._scripted = 0  # characters of it
        self._label = _Label()
        self._is_name = False  # what is written names what follows

    def read(self, markup: str) -> Iterator[str]:
        """Yield the text of markup that ends before a mark or behind one."""
        for match in _TOKEN.finditer(markup):
            closing, tag, attributes, plain = match.groups()
            if plain is not None:
                yield from self._text(plain)
            elif tag is not None:
                yield from self._mark(tag.lower(), attributes, closing=bool(closing))

    def close(self) -> Iterator[str]:
        """Yield what is left."""
        yield from self._end_script()
        yield from self._layout.close_all()

    def _text(self, plain: str) -> Iterator[str]:
        if self._script is not None:
            self._script.append(plain)
            self._scripted += len(plain)
            if self._scripted > _SCRIPT:
                yield from self._end_script()
            return
        if self._ended and plain.isspace():
            return
        if self._ended:  # a line break of the markup begins no line of its own
            plain = plain.lstrip("\r\n")
        self._ended = plain.endswith("\n")
        text = html.unescape(plain) if "&" in plain else plain
        self._label.text(text)
        yield from self._layout.put(one_line(text) if self._is_name and text.strip() else text)

    def _mark(self, tag: str, attributes: str, *, closing: bool) -> Iterator[str]:
        if tag == "script":
            yield from self._end_script()
            self._script = None if closing else []
        elif tag == "table":
            if closing:
                yield from self._layout.close_table()
            else:
                self._layout.open_table()
        elif tag in {"tr", "td", "th"} and self._layout.has_table:
            self._border(tag, attributes, closing=closing)
        else:
            yield from self._space(tag)
        if tag in _TERMS:
            self._name(tag, attributes, closing=closing)
        if "=" in attributes and self._script is None:
            yield from self._values(tag, attributes)

    def _space(self, tag: str) -> Iterator[str]:
        if tag not in _INLINE:
            yield from self._line()
        elif tag == "option":
            yield from self._layout.put(" ")

    def _name(self, tag: str, attributes: str, *, closing: bool) -> None:
        self._is_name = not closing
        if tag == "label":
            self._label.mark("" if closing else attributes, closing=closing)

    def _border(self, tag: str, attributes: str, *, closing: bool) -> None:
        self._ended = True
        if tag == "tr":
            if not closing:
                self._layout.row()
        elif not closing:
            span = _SPAN.search(attributes)
            self._layout.cell(int(span[1]) if span else 1)

    def _line(self) -> Iterator[str]:
        if not self._ended:
            self._ended = True
            yield from self._layout.put("\n")

    def _values(self, tag: str, attributes: str) -> Iterator[str]:
        """Yield what attributes say: the value of a field behind its name, data by their keys."""
        found = _told(attributes)
        names = (found[name] for name in _NAMES if is_label(found.get(name, "")))
        name = one_line(next(names, ""))
        if tag in _FIELDS and (label := self._label.of(found.get("id", ""))):
            name = f"{name} {label}".strip()
        values = [found[key] for key in found if key in _VALUES and found[key] not in _UNTOLD]
        if values := [value for value in values if value and value != name]:
            self._ended = False
            yield from self._layout.put(f" {name}{': ' if name else ''}{' '.join(values)} ")
        for key, value in found.items():
            if key.startswith("data-") and value:
                text = json.within(value, (key[5:],)) or f"{key[5:]}: {value}\n"
                self._ended = True
                yield from self._layout.put(f"\n{text}")

    def _end_script(self) -> Iterator[str]:
        """Yield a script: data by their keys, a program as it is."""
        if self._script:
            program = "".join(self._script)
            self._ended = True
            yield from self._layout.put((json.within(program, ()) or program) + "\n")
            self._script = []
        self._scripted = 0


EXTRACTOR = Extractor(
    name="html",
    sniff=sniff,
    extract=extract,
    prose=True,
    order=_ORDER,
    opened=True,
    flows=True,
)
