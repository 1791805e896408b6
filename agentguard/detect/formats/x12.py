"""X12: messages between insurers, employers and clinics, whose elements are told by their place.

The envelope's first segment, ISA, has 106 characters and says by what elements, components and
segments are parted. Which element holds what: X12 005010, segments NM1, DMG, REF, N9 and PER.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from agentguard.detect.extractor import BINARY, Extractor, Source, Work
from agentguard.detect.formats.text import decoded, encoding_of, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.field_names import said

_ORDER = BINARY + 2
_MARK = b"ISA"
_ENVELOPE = later(
    r"^ISA([^\w\s])[0-9]{2}\1.{10}\1[0-9]{2}\1.{10}\1\w{2}\1.{15}\1\w{2}\1.{15}\1"
    r"[0-9]{6}\1[0-9]{4}\1.\1[0-9]{5}\1[0-9]{9}\1[01]\1[A-Z]\1(.)([^\w]\r?\n?)",
    re.MULTILINE | re.DOTALL,
)
_LONGEST = 64 << 10
_DAY = later(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_IDENTIFIERS = {"SY": "ssn", "34": "ssn"}
_REACHED = {
    **dict.fromkeys(("TE", "HP", "WP", "CP", "AP", "NP"), "telephone"),
    "FX": "fax",
    "EM": "email",
}


def sniff(source: Source) -> bool:
    """Tell an interchange by its envelope."""
    if _MARK not in source.head:
        return False
    return bool(encoding_of(source.head)) and _ENVELOPE.search(decoded(source.head)) is not None


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield every element, those that are known behind their names; what is around as it is."""
    found = pieces(source, work)
    held = ""
    for piece in found:
        held += piece
        envelope = _ENVELOPE.search(held)
        if envelope is not None:
            break
        if len(held) > _LONGEST:
            yield held[:-_LONGEST]
            held = held[-_LONGEST:]
    else:
        yield held
        return
    yield held[: envelope.start()]
    yield from _segments(chain((held[envelope.start() :],), found), envelope[1], envelope[3][:1])


def _segments(found: Iterable[str], between: str, end: str) -> Iterator[str]:
    rest = ""
    for piece in found:
        *whole, rest = (rest + piece).split(end)
        for segment in whole:
            yield from _segment(segment.strip().split(between))
        if len(rest) > _LONGEST:
            yield rest
            rest = ""
    yield rest


def _segment(told: list[str]) -> Iterator[str]:
    name, elements = told[0], told[1:] + [""] * 9
    if name == "DMG":
        day = _DAY.fullmatch(elements[1])
        yield said("date of birth", "-".join(day.groups()) if day else elements[1])
    elif name in {"REF", "N9"}:
        yield said(_IDENTIFIERS.get(elements[0], ""), elements[1])
    elif name == "NM1":
        yield said("", " ".join(part for part in elements[2:7] if part))
        yield said(_IDENTIFIERS.get(elements[7], ""), elements[8])
    elif name == "PER":
        yield said("", elements[1])
        for kind, value in zip(elements[2:8:2], elements[3:9:2], strict=False):
            yield said(_REACHED.get(kind, ""), value)
    else:
        yield said("", " ".join(part for part in told[1:] if part))


EXTRACTOR = Extractor(name="x12", sniff=sniff, extract=extract, order=_ORDER)
