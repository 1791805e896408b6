"""NHS: patient numbers of the National Health Service, found by their label and mod 11."""

from __future__ import annotations

from agentguard.pii.base import GAP, Answer, Candidate, Recogniser, no, sure
from agentguard.pii.spoken import digits_of, run

_ELEVEN = 11
_LENGTH = 10


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
    number = digits_of(candidate.text) or candidate.compact
    right = len(number) == _LENGTH and mod_11(number)
    return sure(number, "mod-11") if right else no("mod-11")


RECOGNISER = Recogniser(
    kind="NHS",
    judge=judge,
    # Scotland's CHI and Northern Ireland's health and care number have the same check.
    labels=(
        r"nhs(?: ?numbers?| ?no)?",
        r"nhs ref(?:erence)?(?: ?no)?",
        r"n\.h\.s\.?",
        r"n h s n(?:umber|o)",
        r"(?:national )?health service n(?:umber|o)",
        r"national health",
        r"chi(?: ?n(?:umber|o)|[\"']?[:=>])",
        r"(?:h&c|h\+c|health (?:and|&) (?:social )?care) n(?:umber|o)",
    ),
    near=(
        rf"(?:{GAP})(#?[0-9]{{3}}(?:[ .\-+]|%20)?[0-9]{{3}}(?:[ .\-+]|%20)?[0-9]{{2}} ?[0-9]{{2}}"
        rf"|{run(_LENGTH - 3, _LENGTH)})"
    ),
)
