"""XML of any size and however broken: elements and attributes behind their names.

Nothing is expanded that a document declares (no DTD is read), so that no entity grows or leads
to another file.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats import json
from agentguard.detect.formats._xml_elements import Elements
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.field_names import said
from agentguard.detect.tables.record_inference import proving

_BEFORE_PAGES = 38
_SNIFFED = 8 << 10
_PROLOG = (
    r"\s*+(?:<\?xml[^<>]*+>\s*+)?+"
    r"(?:<!DOCTYPE[^<>\[]*+(?:\[[^\]]*+\]\s*+)?+>\s*+|<[!?][^<>]*+>\s*+)*+"
)
_SNIFF = later(
    _PROLOG + r"<(?!(?:html|head|body|table|div|p|span|form|script|style|br|center|font|meta)\b)"
    r"([A-Za-z_][\w:.\-]*+)(?:\s++[\w:.\-]++\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'))*+\s*+/?>"
    r"(\s*+<[\w/!?]|[^<]*+</\1\s*+>)",
    re.IGNORECASE,
)
_DECLARED = later(r"\s*<\?xml\s")
_PAGE = later(_PROLOG + r"<(?:\w+:)?html\b", re.IGNORECASE)
_TOKEN = later(
    r"<([^\W\d][\w:.\-]*+)>([^<]*+)</\1>|([^<]++)|<(/?)([^\W\d][\w:.\-]*+)([^<>]*+)>|<!--|<!\[CDATA\["
    r"|<[!?][^<>]*+>|<"
)
_ATTRIBUTE = later(r"""(?<![\w:.\-])([\w:.\-]++)\s*+=\s*+("[^"]*"|'[^']*')""")
_SPANS = {"<!--": "-->", "<![CDATA[": "]]>"}
_LONGEST = 1 << 20
_NESTED_LEVELS = 3


def sniff(source: Source) -> bool:
    """Tell XML that is no web page by its declaration or its first elements."""
    if source.head[:1] not in b"<\xef\xff\xfe \t\r\n\0" or not encoding_of(source.head):
        return False
    head = decoded(source.head[:_SNIFFED])
    if _DECLARED.match(head):
        return not _PAGE.match(head)
    return _SNIFF.match(head) is not None


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield every text and attribute."""
    yield from proving(read(pieces(source, work)))


def read(
    found: Iterator[str], names: tuple[str, ...] = (), levels: int = _NESTED_LEVELS
) -> Iterator[str]:
    """Yield the text of a document that comes in pieces, which may end anywhere."""

    def nested(text: str, above: tuple[str, ...]) -> str | None:
        if levels <= 0:
            return None
        if _SNIFF.match(text):
            return "".join(read(iter((text,)), above, levels - 1))
        return json.within(text, above)

    elements, rest = Elements(nested, names), ""
    for piece in found:
        text = rest + piece
        end = _whole(text)
        rest = text[end:]
        yield "".join(_walk(elements, text[:end]))
    yield "".join(_walk(elements, rest)) + elements.close_all()


def _whole(text: str) -> int:
    """Return where the last token begins that may go on in the next piece."""
    if len(text) > _LONGEST:
        return len(text)
    place = max(text.rfind("<!--"), text.rfind("<![CDATA["))
    if place >= 0 and text.find("-->" if text[place + 2] == "-" else "]]>", place) < 0:
        return place
    return max(text.rfind("<"), 0)


def _walk(elements: Elements, text: str) -> Iterator[str]:
    place, unclosed = 0, False
    while place < len(text):
        for match in _TOKEN.finditer(text, place):
            place = match.end()
            if not unclosed and match[0] in _SPANS:
                end = text.find(_SPANS[match[0]], place)
                unclosed = end < 0  # none of the others is closed either
                end = len(text) if unclosed else end
                yield _span(elements, match[0], text[place:end])
                place = end + 3
                break
            if written := _token(elements, match):
                yield written


def _span(elements: Elements, mark: str, text: str) -> str:
    """Return a comment as text of its own, and marked text as the text that it is."""
    return elements.text(text) if mark.endswith("[") else said("", text)


def _token(elements: Elements, match: re.Match[str]) -> str:
    leaf, inside, plain, closing, name, attributes = match.groups()
    if leaf is not None:
        return elements.leaf(leaf, html.unescape(inside) if "&" in inside else inside)
    if plain is not None:
        return elements.text(html.unescape(plain) if "&" in plain else plain)
    if name is None:
        return _declaration(elements, match[0])
    if closing:
        return elements.end(name)
    found = _ATTRIBUTE.findall(attributes) if "=" in attributes else ()
    rest = "" if found or attributes in {"", "/"} else said("", attributes.strip())
    written = elements.start(name, [(key, html.unescape(value[1:-1])) for key, value in found])
    ended = elements.end(name) if attributes.endswith("/") else ""
    return rest + written + ended


def _declaration(elements: Elements, mark: str) -> str:
    """Return what stands in a declaration as text, except the first of all."""
    return "" if mark.startswith("<?xml") or mark in _SPANS else elements.text(mark[2:-1])


EXTRACTOR = Extractor(
    name="xml", sniff=sniff, extract=extract, order=_BEFORE_PAGES, opened=True, flows=True
)
