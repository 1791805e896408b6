"""NINO: national insurance numbers of the United Kingdom, by the prefixes that HMRC gives."""

from __future__ import annotations

from agentguard.pii.base import Answer, Candidate, Recogniser, no, sure

OWN = frozenset(("ni", "nino", "national", "insurance", "nationalinsurance"))
_NEVER_GIVEN = frozenset(("BG", "GB", "KN", "NK", "NT", "TN", "ZZ"))
_FIRST = frozenset("ABCEGHJKLMNOPRSTWXYZ")
_SECOND = frozenset("ABCEGHJKLMNPRSTWXYZ")

_VALUE = r"[A-Za-z]{2}[ \-+]?[0-9]{2}[ \-+]?[0-9]{2}[ \-+]?[0-9]{2}[ \-+]?[A-Da-d]"


def given(number: str) -> bool:
    """Tell whether HMRC gives this prefix (NIM39110)."""
    return number[0] in _FIRST and number[1] in _SECOND and number[:2] not in _NEVER_GIVEN


def judge(candidate: Candidate) -> Answer:
    """Capitals tell themselves unless another label is nearer; small letters need the label."""
    if not candidate.alone or len(set(candidate.separators)) > 1:
        return no("touched")
    number = candidate.compact.upper()
    if not given(number):
        return no("prefix")
    if candidate.names(OWN) is False:
        return no("another-label")
    return sure(number, "label" if candidate.labelled else "prefix")


RECOGNISER = Recogniser(
    kind="NINO",
    judge=judge,
    bounded=True,
    shapes=(
        r"[A-Z]{2}[0-9]{6}[A-D]",
        r"[A-Z]{2} ?[0-9]{2} [0-9]{2} [0-9]{2} ?[A-D]",
        r"[A-Z]{2}-[0-9]{2}-[0-9]{2}-[0-9]{2}-[A-D]",
    ),
    labels=(r"national insurance", r"ni number", r"ni no", r"nino"),
    near=r"[^0-9\n\x1e]{0,32}?\n?[^0-9A-Za-z\n\x1e]{0,8}?(" + _VALUE + ")",
)
