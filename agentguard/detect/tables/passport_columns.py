"""Columns of passports whose names are short for it, or say no more than "document"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from agentguard.detect.kinds._travel import fits, is_number
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.tables.header_rows import Row

_APART = later(r"[^a-z]+")
_OUTSIDE = later(r"[ .\-]")
_DIGIT, _LETTER = later(r"[0-9]"), later(r"[A-Z]")
PLAIN = words("passport epassport ppt pptno ppn psprt pspt passp passpt pport mrtd")
"""Short for a passport, and for nothing else."""

_SHORT = words("pp ppno mrz")  # also of prices and pages
# Of much else as well: "pass" is a passport in Nordic, Dutch, Czech and Slovak.
_PASSES = words("pass passno passnr passnum psp rp")
_PAPER = _PASSES | words("doc docs docno document travel identity id idno paper td tdn apis ssr")
# Of one state without letters: "kunde_pass", but not "pass no".
_PASS = later(
    r"(?:(?:kund|klient|resen|reis|rejs|cest|z\xe1k|guest|pax|travel)[^\W\d_]*[\s_.\-])?pass?(?:et)?",
    re.IGNORECASE,
)
# Shortened, or beside another document that its column may hold: "P.P. No", "pass/ID".
_BESIDE = later(
    r"\bp[./]p\b|\b(?:pass?|pp|paszport)(?:[ ./\-]{1,3}|- oder )(?:id|ausweis|personal)"
    r"|(?:\bid|personalid|ausweis|dni|cni)[ ./\-]{1,3}(?:pass?|pp)\b"
    r"|\bpass\. ?n|\bpsp\.? ?n(?:o|r|um)\b"
    r"|\b(?:passap|paszp|pasap|rpass)\b|\bpaspn|\bpas\b\W{1,2}n",
    re.IGNORECASE,
)
_FEWEST, _STATES = 4, 3
_NEAR, _SHAPES = 3, 2


@lru_cache(maxsize=1024)
def _may_name_one(name: str) -> bool:
    said = frozenset(_APART.split(name.lower()))
    short = said & (PLAIN | _SHORT | _PAPER)
    return bool(short) or may_be_either(name) or _PASS.fullmatch(name) is not None


def may_be_either(name: str) -> bool:
    """Tell a column that names passports beside another document."""
    return _BESIDE.search(name) is not None


def are_passports(name: str, cells: Sequence[str]) -> bool:
    """Tell passports by their name, or by how several states write them (ICAO 9303-4; PRADO)."""
    if not _may_name_one(name):
        return False
    numbers = {_OUTSIDE.sub("", cell).upper() for cell in cells}
    if len(numbers) < _FEWEST or not all(map(is_number, numbers)):
        return False
    said = frozenset(_APART.split(name.lower()))
    shapes = {_LETTER.sub("A", _DIGIT.sub("9", number)) for number in numbers}
    is_named = bool(said & PLAIN) or may_be_either(name)
    if is_named or (_PASS.fullmatch(name) and len(shapes) == 1):
        return True
    if said & _SHORT and len(shapes) == 1:
        return "A" in next(iter(shapes))
    return bool(said & (_SHORT | _PAPER)) and len(shapes) >= _STATES


def are_of_their_states(rows: Sequence[Row], column: int, name: str = "") -> bool:
    """Tell passports without a name by the nationality near them: each is written as there.

    Two states that write them differently leave hardly another number that would fit. One state
    is enough below a name that is short for a passport, among others.
    """
    numbers = [_OUTSIDE.sub("", row.get(column, "")).upper() for row in rows]
    if not numbers or len(set(numbers)) < _FEWEST or not all(map(is_number, numbers)):
        return False
    shapes = {_LETTER.sub("A", _DIGIT.sub("9", number)) for number in numbers}
    if len(shapes) < _SHAPES and (_SHORT | _PASSES).isdisjoint(_APART.split(name.lower())):
        return False
    near = (place for place in range(column - _NEAR, column + _NEAR + 1) if place != column)
    return any(
        all(fits(row.get(place, "").strip(), n) for row, n in zip(rows, numbers, strict=True))
        for place in near
    )
