"""Finds the further values of a list behind one label: "passports A, B and C", "from A to B"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.re2_engine import HERE, Match, Span

_MOST = 16
_ENDS = b"\n\x1e"  # of a line or a cell, which most values end
_AND = (
    rb"(?:and|or|to|und|oder|auf|et|ou|y|e|o|a|en|of|naar|oraz|i|na|para|og|och|till?|at|\xe0|&|\+)"
)
_OLD = (
    rb"old|new|previous|former|alte?[rs]?|neue?[rs]?|ancien|nouveau|viejo|nuevo|anterior|vecchio|nuovo"
    rb"|oude?|nieuwe?|stary|nowy|antigo|novo"
)
_JOINED = later(
    rb",? {1,2}" + _AND + rb" {1,2}"
    rb"|[\"']? ?(?:[\-=]?>|\xbb) ?[\"']?| \? "  # an arrow, which is no letter of Latin-1
    rb"|[ ,;/(]{1,3}(?:" + _OLD + rb")\)?[:.]? (?:one |n(?:o|r|umber)\.?:? )?"
    rb"|[^0-9:\n\x1e]{1,40}\b(?:new|old|other|second|correct) one(?: is| was)?:? ",
    re.IGNORECASE,
)
_LISTED = later(rb" ?[,;/|] ?")
_PLURAL = later(rb"(?:[a-z]{2}s|nummern|num[ae]ry|numeri|-n\xb0s?)\Z", re.IGNORECASE)


def listed(data: bytes, label: bytes, end: int, stop: int, near: Match) -> Iterator[Span]:
    """Yield the values behind the first one, up to `end`; `near` is the shape behind labels.

    A comma goes on only behind a label in the plural: it parts what is said of one person, too.
    """
    if data[end : end + 1] in _ENDS:
        return
    is_plural = _PLURAL.search(label) is not None
    for _ in range(_MOST):
        joint = _JOINED.match(data, end, stop) or (is_plural and _LISTED.match(data, end, stop))
        if not joint:
            return
        spans = near(HERE, data, joint.end(), stop)
        if spans[0][0] < 0 or spans[1][0] != joint.end():
            return
        yield spans[1]
        end = spans[1][1]
