"""NHS: patient numbers of the National Health Service, found by their label and mod 11."""

from __future__ import annotations

import re

from agentguard.detect.kinds import _national
from agentguard.detect.lexicon.label_gap import GAP
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.spoken_digits import digits_of, run
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, miss, no, read, sure

_ELEVEN = 11
_LENGTH = 10
_SHARED = later(r"(?:patient.?)?health.?n|medical", re.IGNORECASE)


def mod_11(number: str) -> bool:
    """Check whether the tenth digit is right (NHS Data Dictionary)."""
    weighted = sum(
        int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True)
    )
    check = _ELEVEN - weighted % _ELEVEN
    return int(number[9]) == (0 if check == _ELEVEN else check)


def judge(candidate: Candidate) -> Answer:
    """Read a number with its check digit."""
    if not candidate.alone:
        return no("touched")
    number = digits_of(candidate.text) or candidate.compact
    right = len(number) == _LENGTH and mod_11(number)
    if _SHARED.match(candidate.told):
        return (sure(number, "mod-11") if right else miss("mod-11"))._replace(
            signs=("check", "?", "~", "shared-label")
        )
    return read(number, "mod-11", "check") if right else no("mod-11")


RECOGNISER = Recogniser(
    kind="NHS",
    judge=judge,
    scored=True,
    # Scotland's CHI and Northern Ireland's health and care number have the same check.
    labels=(
        r"nhs(?: ?numbers?| ?no)?",
        r"nhs re(?:f(?:erence)?|g(?:istration)?)(?: ?n(?:umber|o))?",
        r"rhif (?:y )?gig",
        r"n\.h\.s\.?",
        r"n h s n(?:umber|o)",
        r"(?:national )?health service n(?:umber|o)",
        r"national health",
        r"chi(?: ?n(?:umber|o)|[\"']?[:=>])",
        r"hcn",
        r"h ?(?:[&+] ?)?s?c n(?:umber|o)",
        r"nhsn",
        r"(?:patient )?health n(?:umber|o)",
        r"medical (?:card )?n(?:umber|o)",
        r"(?:h&c|h\+c|health (?:and|&) (?:social )?care) n(?:umber|o)",
    ),
    near=(
        rf"(?:{GAP})(#?[0-9]{{3}}(?:[ .\-+]|%20)?[0-9]{{3}}(?:[ .\-+]|%20)?[0-9]{{2}} ?[0-9]{{2}}"
        rf"|{_national.run(_LENGTH, _LENGTH)}|{run(_LENGTH - 3, _LENGTH)})"
    ),
    listed=True,
)
