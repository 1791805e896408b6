"""HTML: text, tables by columns, and what stands in form fields."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from agentguard.errors import ScanError
from agentguard.pii.base import words
from agentguard.scan.extract._layout import Layout
from agentguard.scan.extract.base import Extractor, Source, Work
from agentguard.scan.extract.text import decoded
from agentguard.scan.limits import MIB

_ORDER = 40
_SNIFF = re.compile(r"<!doctype html|<html[\s>]|<body[\s>]|<head[\s>]|<table[\s>]", re.IGNORECASE)
_SNIFFED = 4096
_TOKEN = re.compile(r"<!--|<(/?)([A-Za-z][A-Za-z0-9]*)([^<>]*)>|([^<]+|<)")
_VALUE = re.compile(
    r"""\b(?:value|content|alt|title|href)\s*=\s*("[^"]*"|'[^']*')""", re.IGNORECASE
)
_NAME = re.compile(r"""\b(?:name|id|placeholder)\s*=\s*["']?([\w \-]{1,40})""", re.IGNORECASE)
_INLINE = words("a abbr b big code em font i mark s small span strong sub sup tt u wbr")


def sniff(source: Source) -> bool:
    """Tell a page by its first marks."""
    return _SNIFF.search(decoded(source.head[:_SNIFFED])) is not None


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give the page's text."""
    if source.size > work.limits.part_mib * MIB:
        raise ScanError("reason.too-large")
    layout = Layout()
    for match in _TOKEN.finditer(decoded(source.read(source.size))):
        closing, tag, attributes, plain = match.groups()
        if plain is not None:
            yield from layout.put(html.unescape(plain))
        elif tag is not None:
            yield from _mark(layout, tag.lower(), attributes, closing=bool(closing))
    yield from layout.close_all()


def _mark(layout: Layout, tag: str, attributes: str, *, closing: bool) -> Iterator[str]:
    if tag == "table":
        if closing:
            yield from layout.close_table()
        else:
            layout.open_table()
    elif tag in {"tr", "td", "th"}:
        if not closing:
            (layout.row if tag == "tr" else layout.cell)()
    elif tag not in _INLINE:
        yield from layout.put("\n")
    if attributes:
        yield from _values(layout, attributes)


def _values(layout: Layout, attributes: str) -> Iterator[str]:
    values = [html.unescape(quoted[1:-1]) for quoted in _VALUE.findall(attributes)]
    if values:
        name = _NAME.search(attributes)
        yield from layout.put(f" {name[1] if name else ''} {' '.join(values)} ")


EXTRACTOR = Extractor(name="html", sniff=sniff, extract=extract, order=_ORDER)
