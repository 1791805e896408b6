"""Gives what the formats make of bytes, as people would read it."""

from __future__ import annotations

from agentguard.detect.extractor import Source, Work
from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.limits import Limits
from agentguard.detect.reading.source_reader import Reader, Reading, default_extractors
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.model.outcomes import FileOutcome


def reader(**limits: int) -> Reader:
    return Reader(default_scanner(), default_extractors(), Limits(seconds=600.0, **limits))


def read(data: bytes, **limits: int) -> Reading:
    return reader(**limits).read(Source.of_bytes(data))


def kinds(data: bytes) -> set[str]:
    reading = read(data)
    assert (reading.outcome, reading.reason) == (FileOutcome.READ, "")
    return {hit.kind for hit in reading.hits}


def counts(data: bytes) -> dict[str, int]:
    return {hit.kind: hit.count for hit in read(data).hits}


def text(data: bytes, **limits: int) -> str:
    """Give the text of bytes by the format that takes them."""
    found = reader(**limits)
    work = Work(limits=Limits(), inner=found._inner, streams=found._streams)
    return "".join(found._inner(Source.of_bytes(data), work))


def format_of(data: bytes) -> str:
    source = Source.of_bytes(data)
    taken = sorted(default_extractors(), key=lambda extractor: extractor.order)
    return next(extractor.name for extractor in taken if extractor.sniff(source))


def said(data: bytes, **limits: int) -> list[str]:
    """Give the values behind their names, without what separates them."""
    parts = text(data, **limits).split(FENCE)
    return [part.strip() for part in parts if part.strip()]
