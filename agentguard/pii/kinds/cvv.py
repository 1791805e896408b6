"""CVV: card verification codes, found by their label, and only beside a card number."""

from __future__ import annotations

import re

from agentguard.pii.base import Answer, Candidate, Recogniser, no, sure

_SOCIAL = re.compile(r"social \Z", re.IGNORECASE)
_MORE = re.compile(r"[ \-/.]?[0-9]|[A-Za-z_]| digit")


def judge(candidate: Candidate) -> Answer:
    """Three or four digits right after the label, and nothing that makes them another number."""
    if _MORE.match(candidate.after) or _SOCIAL.search(candidate.before):
        return no("touched")
    return sure(candidate.text, "label")


RECOGNISER = Recogniser(
    kind="CVV",
    judge=judge,
    shown=0,
    beside="PAN",
    labels=(
        r"cvv2?",
        r"cvc2?",
        r"cv2",
        r"csc",
        r"cvn",
        r"security (?:code|number|no)",
        r"digits on the (?:back|reverse)",
        r"verification (?:code|value|number)",
    ),
    near=(
        r"(?i:\)?[ _]?(?:number|code|no|value|is|was|are)?[.]?)"
        r"""["'\\ \t:=*>#|,\-]{0,6}(?i:is )?([0-9]{3,4})"""
    ),
)
