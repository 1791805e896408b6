"""DOCX: body, tables, headers, footers, notes, comments and deleted text of a Word document."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats._office_xml import has_part, paragraphs

_FOLDER = "word/"


def sniff(source: Source) -> bool:
    """Tell a Word document."""
    return has_part(source, _FOLDER)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Return the text of every part."""
    return paragraphs(source, work, _FOLDER)


EXTRACTOR = Extractor(name="docx", sniff=sniff, extract=extract, prose=True)
