"""PH_SSS: the number of a member of the Social Security System of the Philippines.

Ten digits, written 2-7-1, given by the SSS: Republic Act 11199. No rule for the last digit is
published, so the label must stand before; digits without their hyphens need one that says number,
for SSS is also how programs write milliseconds. https://www.sss.gov.ph
"""

from __future__ import annotations

import re

from agentguard.detect.kinds._national import BEHIND
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, sure

_HYPHENS = ("-", "-")
_PLAIN = later(r"n(?:o|um|umber|r)\b|id\b|s[_ ]*[\"']?[:=>]", re.IGNORECASE)
_FEW_DIGITS = 2


def judge(candidate: Candidate) -> Answer:
    """Take the written form; bare digits only where the label leaves no other meaning."""
    number = candidate.compact
    if not candidate.alone:
        return no("touched")
    if len(set(number)) <= _FEW_DIGITS:
        return no("filler")
    written = candidate.separators == _HYPHENS
    named = _PLAIN.search(candidate.told + candidate.before[-12:]) is not None
    return sure(number, "label") if written or named else no("check")


RECOGNISER = Recogniser(
    kind="PH_SSS",
    judge=judge,
    labels=(r"sss", r"social security system", r"ss ?(?:n(?:umber|o)|#)"),
    near=rf"{BEHIND}([0-9]{{2}}-?[0-9]{{7}}-?[0-9])",
    shown=3,
)
"""The recogniser of the kind."""
