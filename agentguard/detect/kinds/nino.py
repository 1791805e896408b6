"""NINO: national insurance numbers of the United Kingdom, by the prefixes that HMRC gives."""

from __future__ import annotations

from agentguard.detect.matching.recogniser import (
    LETTERED_GAP,
    Answer,
    Candidate,
    Recogniser,
    maybe,
    miss,
    no,
    sure,
)

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
    """Believe groups unless another label is nearer, a bare run only among its like.

    Part numbers have the same shape with other letters: they speak against it.
    """
    if not candidate.alone or len(set(candidate.separators)) > 1:
        return no("touched")
    number = candidate.compact.upper()
    own = candidate.names(OWN)
    if own is False:
        return no("another-label")
    bare = not own and not candidate.separators
    suffixed = len(number) == _WITHOUT_SUFFIX or number[-1] in _SUFFIXES
    if not given(number) or not suffixed:
        return miss("prefix") if bare else no("prefix")
    if bare:
        return maybe(number, "prefix")
    return sure(number, "label" if candidate.labelled else "prefix")


RECOGNISER = Recogniser(
    kind="NINO",
    judge=judge,
    bounded=True,
    shapes=(
        r"[A-Z]{2}[0-9]{6}[A-Z]",
        r"[A-Z]{2} ?[0-9]{2} [0-9]{2} [0-9]{2} ?[A-D]",
        r"[A-Z]{2}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[A-D]",
    ),
    labels=(
        r"(?:national|nat'?l) (?:insurance|ins)(?: ?numbers?| ?no)?",
        r"nat ins",
        r"nat insurance(?: ?numbers?| ?no)?",
        r"ni n(?:umber|o|um)",
        r"""ni(?:["'*\x20]{0,3}[:=#]| - )""",
        r"n\.i",
        r"nino(?:s| ?number)?",
    ),
    near=LETTERED_GAP + r"\b(" + _VALUE + ")",
    listed=True,
)
