"""NINO: national insurance numbers of the United Kingdom, by the prefixes that HMRC gives."""

from __future__ import annotations

from agentguard.detect.lexicon.label_gap import LETTERED_GAP
from agentguard.detect.recogniser import NEVER_ALONE, Answer, Candidate, Recogniser, miss, no, read

OWN = frozenset(("ni", "nino", "national", "insurance", "nationalinsurance"))
_NEVER_GIVEN = frozenset(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))
_FIRST = frozenset("ABCEGHJKLMNOPRSTWXYZ")
_SECOND = frozenset("ABCEGHJKLMNPRSTWXYZ")
_SUFFIXES = frozenset("ABCD")
_WITHOUT_SUFFIX = 8

_VALUE = (
    r"(?:[A-Za-z]{2}[ .\-+]?[0-9]{2}[ .\-+]?[0-9]{2}[ .\-+]?[0-9]{2}(?:[ .\-+]?[A-Da-d])?"
    r"|[A-Za-z][ .\-][A-Za-z](?:[ .\-][0-9]){6}(?:[ .\-][A-Da-d])?)\b"
)


def given(number: str) -> bool:
    """Check whether HMRC gives this prefix (NIM39110)."""
    return number[0] in _FIRST and number[1] in _SECOND and number[:2] not in _NEVER_GIVEN


def judge(candidate: Candidate) -> Answer:
    """Read a number with a prefix that HMRC gives."""
    if not candidate.alone or len(set(candidate.separators)) > 1:
        return no("touched")
    number = candidate.compact.upper()
    if len(set(number[2:_WITHOUT_SUFFIX])) == 1:
        return no("filler")
    signs = ("prefix", "grouped-so") if candidate.separators else ("prefix", NEVER_ALONE, "run")
    suffixed = len(number) == _WITHOUT_SUFFIX or number[-1] in _SUFFIXES
    if not (given(number) and suffixed):
        return miss("prefix")._replace(signs=signs)
    return read(number, "label" if candidate.labelled else "prefix", *signs)


RECOGNISER = Recogniser(
    kind="NINO",
    judge=judge,
    own=OWN,
    scored=True,
    bounded=True,
    shapes=(
        r"[A-Z]{2}[0-9]{6}[A-Z]",
        r"[A-Z]{2} ?[0-9]{2} [0-9]{2} [0-9]{2} ?[A-D]",
        r"[A-Z]{2}[ \-][0-9]{6}[ \-][A-D]",
        r"[A-Z]{2}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[A-D]",
    ),
    labels=(
        r"(?:national|nat'?l) (?:insurance|ins)(?: ?numbers?| ?no)?",
        r"nat ins",
        r"nat insurance(?: ?numbers?| ?no)?",
        r"ni n(?:umber|o|um)",
        r"""ni(?:["'*\x20]{0,3}[:=#]| - )""",
        r"(?-i:NI) \b",
        r"n\.i",
        r"nino(?:s| ?number)?",
    ),
    near=LETTERED_GAP + r"\b(" + _VALUE + ")",
    listed=True,
)
