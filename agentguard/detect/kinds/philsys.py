"""PH_PSN: the PhilSys number of the Philippines, and the card number that stands for it.

Twelve digits in groups of four (PSN, for life) or sixteen (PCN, of one card), drawn at random by
the Philippine Statistics Authority: Republic Act 11055, sections 6 and 7. They hold no check that
is published, so the label must stand before. https://philsys.gov.ph
"""

from __future__ import annotations

import re
from dataclasses import replace

from agentguard.detect.kinds._issuers import issued, luhn
from agentguard.detect.kinds._national import BEHIND, digits, national, verhoeff
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.recogniser import Answer, Candidate, no


def valid(number: str) -> bool:
    """Tell nothing more than the shape: the digits are drawn at random."""
    return not number.startswith("0000")


_RUNS_ON = later(r"[ \-][0-9]{3}")
_AT_HOME = later(
    r"phil|\b(?:sss|umid|pag-?ibig|brgy|barangay|php)\b|\+63|\b09[0-9]{2} ?[0-9]{3} ?[0-9]{4}\b",
    re.IGNORECASE,
)

_NATIONAL = r"national id(?:entification)?(?: ?(?:number|no|card))?"

_BASE = national(
    kind="PH_PSN",
    valid=valid,
    labels=(
        r"philsys(?: ?(?:id ?(?:no|number)|number|no|id|card))?",
        r"(?-i:PSN|PCN)",
        r"""(?:psn|pcn)["']? ?[:=>]""",
        r"phil ?id",
        r"philippine (?:national )?id(?:ent(?:ity|ification))?",
        _NATIONAL,
    ),
    near=rf"{BEHIND}({digits(4, 4, 4)}(?:[ .\-]?[0-9]{{4}})?)",
    shown=4,
)


def _is_at_home(candidate: Candidate) -> bool:
    """Check whether what stands near is of the Philippines: its offices, its money, its phones."""
    return any(map(_AT_HOME.search, (candidate.before, candidate.after)))


def judge(candidate: Candidate) -> Answer:
    """Read the written groups; bare digits only where the label names the PhilSys."""
    told = candidate.told.lower()
    if not candidate.separators and "phil" not in told:
        return no("grouping")
    if _RUNS_ON.match(candidate.after):
        return no("length")
    number = candidate.compact
    if told.startswith("national") and (verhoeff(number) or not _is_at_home(candidate)):
        return no("another-label")
    if "phil" not in told and issued(number) and luhn(number):
        return no("another-label")
    return _BASE.judge(candidate)


RECOGNISER = replace(_BASE, judge=judge, around=(_NATIONAL,))
"""The recogniser of the kind."""
