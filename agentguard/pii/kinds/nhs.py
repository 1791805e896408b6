"""NHS: patient numbers of the National Health Service, found by their label and mod 11."""

from __future__ import annotations

from agentguard.pii.base import GAP, Answer, Candidate, Recogniser, no, sure

_ELEVEN = 11


def mod_11(number: str) -> bool:
    """Tell whether the tenth digit is right (NHS Data Dictionary)."""
    weighted = sum(
        int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True)
    )
    check = _ELEVEN - weighted % _ELEVEN
    return int(number[9]) == (0 if check == _ELEVEN else check)


def judge(candidate: Candidate) -> Answer:
    """Its label stands before, so only touch and check digit are left."""
    if not candidate.alone:
        return no("touched")
    number = candidate.compact
    return sure(number, "mod-11") if mod_11(number) else no("mod-11")


RECOGNISER = Recogniser(
    kind="NHS",
    judge=judge,
    labels=(r"nhs", r"national health"),
    near=GAP + r"([0-9]{3}(?:[ .\-+]|%20)?[0-9]{3}(?:[ .\-+]|%20)?[0-9]{4})",
)
