"""AADHAAR: India's identity numbers, by label and the check digit of Verhoeff (UIDAI)."""

from __future__ import annotations

from agentguard.detect.kinds._national import verhoeff
from agentguard.detect.lexicon.label_gap import GAP
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, sure

_FEW = 3
_OF_PROGRAMS = "uid"  # what systems call users, whose numbers are not written in groups
_FIRST_NOT_GIVEN = frozenset("01")


def judge(candidate: Candidate) -> Answer:
    """Twelve digits of a holder, or sixteen of a virtual number, that do not begin with 0 or 1."""
    number = candidate.compact
    if candidate.told.lower() == _OF_PROGRAMS and not candidate.separators:
        return no("grouping")
    if not candidate.alone or len(set(candidate.separators)) > 1:
        return no("touched")
    if number[0] in _FIRST_NOT_GIVEN or len(set(number)) <= _FEW:
        return no("never-given")
    return sure(number, "verhoeff") if verhoeff(number) else no("verhoeff")


RECOGNISER = Recogniser(
    kind="AADHAAR",
    judge=judge,
    labels=(
        r"aadhaar(?: ?(?:number|no|card))?",
        r"aadhar(?: ?(?:number|no|card))?",
        r"adhaar",
        r"adhar",
        r"adar",  # in Hindi, as `fold` writes it
        r"uidai",
        r"uid",
        r"virtual id",
        r"vid",
        r"unique identification",
    ),
    near=GAP
    + r"([2-9][0-9]{3}(?:[ \-.+]|%20)?[0-9]{4}(?:[ \-.+]|%20)?[0-9]{4}(?:[ \-.+]?[0-9]{4})?"
    + r"|[2-9](?:[ \-.]?[0-9]){11})",
)
