"""X12: messages between insurers, employers and clinics, whose elements are told by their place.

The envelope's first segment, ISA, has 106 characters and says by what elements, components and
segments are parted. Which element holds what: X12 005010, segments NM1, DMG, REF, N9 and PER.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentguard.detect.extractor import BINARY, Extractor, Source, Work
from agentguard.detect.formats import _interchange
from agentguard.detect.formats.text import pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.field_names import said

_ORDER = BINARY + 2
_MARK = b"ISA"
_ENVELOPE = later(
    r"^ISA([^\w\s])[0-9]{2}\1.{10}\1[0-9]{2}\1.{10}\1\w{2}\1.{15}\1\w{2}\1.{15}\1"
    r"[0-9]{6}\1[0-9]{4}\1.\1[0-9]{5}\1[0-9]{9}\1[01]\1[A-Z]\1(.)([^\w]\r?\n?)",
    re.MULTILINE | re.DOTALL,
)
_DAY = later(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_IDENTIFIERS = {"SY": "ssn", "34": "ssn"}
_REACHED = {
    **dict.fromkeys(("TE", "HP", "WP", "CP", "AP", "NP"), "telephone"),
    "FX": "fax",
    "EM": "email",
}


def sniff(source: Source) -> bool:
    """Tell an interchange by its envelope."""
    return _interchange.begins(source, _MARK, _ENVELOPE)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield every element, those that are known behind their names; what is around as it is."""
    opened = yield from _interchange.opened(pieces(source, work), _ENVELOPE)
    if opened is None:
        return
    envelope, text = opened
    between, end = envelope[1], envelope[3][:1]
    yield from _interchange.segments(
        text, lambda some: some.split(end), lambda one: _segment(one.split(between))
    )


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


EXTRACTOR = Extractor(name="x12", sniff=sniff, extract=extract, order=_ORDER, flows=True)
