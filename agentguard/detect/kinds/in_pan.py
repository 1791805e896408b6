"""IN_PAN: India's Permanent Account Number of the Income Tax Department, by label and shape."""

from __future__ import annotations

from agentguard.detect.lexicon.label_gap import LETTERED_GAP
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, sure

_STATUS = frozenset("ABCFGHJLPT")
_SAMPLES = frozenset({"ABCDE1234F", "AAAPL1234C", "ABCPD1234E", "AAAAA0000A", "AAAAA1111A"})


def given(number: str) -> bool:
    """Check whether the fourth letter is a holder's status and the serial is not 0000.

    Source: Income Tax Department, "Structure of PAN": P is a person, C a company, H a family.
    """
    return number[3] in _STATUS and number[5:9] != "0000" and number not in _SAMPLES


def judge(candidate: Candidate) -> Answer:
    """Its label stands before, so only touch and structure are left."""
    if not candidate.alone:
        return no("touched")
    number = candidate.compact.upper()
    return sure(number, "label") if given(number) else no("structure")


_VALUE = (
    r"[A-Z]{3}[ABCFGHJLPT][A-Z][ \-]?[0-9]{4}[ \-]?[A-Z]"
    r"|(?:[A-Z][ \-]){3}[ABCFGHJLPT](?:[ \-][A-Z0-9]){6}"
)

RECOGNISER = Recogniser(
    kind="IN_PAN",
    judge=judge,
    labels=(
        r"pan ?(?:card|number|no)",
        r"pan",
        r"pen",  # in Hindi, as `fold` writes it
        r"income tax",
        r"permanent account",
        r"tax(?:payer)? id",
        r"tax number",
    ),
    near=LETTERED_GAP + r"\b((?i:" + _VALUE + "))",
)
