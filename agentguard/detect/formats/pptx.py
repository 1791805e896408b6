"""PPTX: slides, tables, notes and comments of a presentation."""

from __future__ import annotations

from collections.abc import Iterator

from agentguard.detect.extractor import Extractor, Source, Work
from agentguard.detect.formats._office_xml import has_part, paragraphs

_FOLDER = "ppt/"


def sniff(source: Source) -> bool:
    """Tell a presentation."""
    return has_part(source, _FOLDER)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Return the text of every part."""
    return paragraphs(source, work, _FOLDER)


EXTRACTOR = Extractor(name="pptx", sniff=sniff, extract=extract, prose=True)
