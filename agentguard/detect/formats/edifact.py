"""EDIFACT: messages of airlines, carriers and banks, whose elements are told by their place.

An interchange begins with UNB, perhaps behind UNA, which says by what elements, components and
segments are parted and what takes away their meaning (ISO 9735). Which element holds what: the
UN/EDIFACT directories, segments COM, DTM, DOC, FII and RFF; PAXLST for passengers and crews.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from agentguard.detect.extractor import BINARY, Extractor, Source, Work
from agentguard.detect.formats import _interchange
from agentguard.detect.formats.text import pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.tables.field_names import said

_ORDER = BINARY + 2
_MARK = b"UNB"
_USUAL = (":", "+", "?", "'")
_INTERCHANGE = later(
    r"^(?:UNA([^\w\s])([^\w\s])[.,]([^\w])[ *+]([^\w])\s*)?UNB([^\w\s])UNO[A-Z][^\w\s][0-9]",
    re.MULTILINE,
)
_ADVICE = "UNA:+.? '"  # which signs part what; every one of them may be another
_LONG_DAY = later(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{4,6})?")
_SHORT_DAY = later(r"([0-9]{2})([0-9]{2})([0-9]{2})")
_BIRTH = "329"  # of a date or time (2005)
_TRAVEL = frozenset(("P", "I", "C", "V", "A", "F", "AC", "IP", "39", "40"))  # of a document (1001)
_REACHED = {"TE": "telephone", "FX": "fax", "AL": "mobile", "EM": "email"}  # by what means (3155)
_IDENTIFIERS = {"AHL": "ssn", "AVX": "national id", "CCN": "card number"}  # of a reference (1153)
_REFERENCE = "reference"

_Components = list[str]


def sniff(source: Source) -> bool:
    """Tell an interchange by its first segment."""
    return _interchange.begins(source, _MARK, _INTERCHANGE)


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield every element, those that are known behind their names; what is around as it is."""
    opened = yield from _interchange.opened(pieces(source, work), _INTERCHANGE)
    if opened is None:
        return
    begin, text = opened
    signs = begin.groups()[:4] if begin[1] else (*_USUAL[:1], begin[5], *_USUAL[2:])
    if begin[1]:
        text = chain((next(text)[len(_ADVICE) :],), text)
    yield from _segments(text, *signs)


def _segments(
    found: Iterable[str], component: str, element: str, release: str, end: str
) -> Iterator[str]:
    """Yield what each segment says; a released sign is none."""
    free = rf"(?<!{re.escape(release)})" if release.strip() else ""
    ends, elements, components = (
        re.compile(free + re.escape(sign)) for sign in (end, element, component)
    )
    plain = re.compile(rf"{re.escape(release)}(.)") if release.strip() else None

    def written(segment: str) -> Iterator[str]:
        told = [components.split(each) for each in elements.split(segment)]
        if plain is not None:
            told = [[plain.sub(r"\1", part) for part in each] for each in told]
        return _segment(told)

    yield from _interchange.segments(found, ends.split, written)


def _segment(told: list[_Components]) -> Iterator[str]:
    name, elements = told[0][0], told[1:]
    written = _SEGMENTS.get(name)
    if written is None:
        yield said("", " ".join(part for each in elements for part in each if part))
        return
    for place, each in enumerate(elements):
        yield written(place, [*each, "", ""], elements)


def _reached(_place: int, told: _Components, _all: list[_Components]) -> str:
    return said(_REACHED.get(told[1], ""), told[0])


def _dated(_place: int, told: _Components, _all: list[_Components]) -> str:
    """Write a day of birth; with two digits of a year it lies in the past."""
    if told[0] != _BIRTH:
        return said("date", told[1])
    day = _LONG_DAY.fullmatch(told[1]) or _SHORT_DAY.fullmatch(told[1])
    return said("date of birth", "-".join(day.groups()[::-1]) if day else told[1])


def _documented(place: int, told: _Components, every: list[_Components]) -> str:
    """Write the number of a travel document behind what it is."""
    is_travel = place == 1 and every[0][0] in _TRAVEL
    return said("passport number" if is_travel else "", told[0])


def _referred(_place: int, told: _Components, _all: list[_Components]) -> str:
    return said(_IDENTIFIERS.get(told[0], _REFERENCE), told[1])


def _banked(place: int, told: _Components, _all: list[_Components]) -> str:
    return said("account" if place == 1 else "", " ".join(filter(None, told)))


_SEGMENTS = {
    "COM": _reached,
    "DTM": _dated,
    "DOC": _documented,
    "RFF": _referred,
    "FII": _banked,
}

EXTRACTOR = Extractor(name="edifact", sniff=sniff, extract=extract, order=_ORDER, flows=True)
