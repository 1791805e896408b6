"""PHONE: telephone numbers with a country code, and national ones of the UK and North America."""

from __future__ import annotations

import re

from agentguard.pii.base import GAP, Answer, Candidate, Recogniser, no, sure, words

OWN = words(
    "phone phones telephone tel mobile mob cell fax callback msisdn ring whatsapp landline dial"
    " call contact"
)
_UK = re.compile(r"0(?:1\d{8,9}|2\d{9}|3[0-9]\d{8}|7[1-9]\d{8})")
_NANP = re.compile(r"[2-9]\d{2}[2-9]\d{6}")
_SHORTEST, _LONGEST = 9, 15  # E.164
_RUNS_ON = re.compile(r"\+\Z|[0-9]{4}[ \-]\Z")
_DIGITS = re.compile(r"[^0-9]")


def judge(candidate: Candidate) -> Answer:
    """Believe a country code or a national plan; another label nearer refuses it."""
    if not candidate.alone or _RUNS_ON.search(candidate.before):
        return no("touched")
    digits = _DIGITS.sub("", candidate.text.replace("(0)", ""))
    if len(set(digits)) <= 2:  # noqa: PLR2004 - a filler such as 0000000000
        return no("filler")
    if candidate.text.startswith("+"):
        fits = _SHORTEST <= len(digits) <= _LONGEST
        return sure(_DIGITS.sub("", candidate.text), "country-code") if fits else no("length")
    if candidate.names(OWN) is False:
        return no("another-label")
    if _UK.fullmatch(digits) or _NANP.fullmatch(digits):
        return sure(digits, "national")
    return no("plan")


RECOGNISER = Recogniser(
    kind="PHONE",
    judge=judge,
    bounded=True,
    shapes=(
        r"\+[1-9][0-9]{0,2}[ .\-]?(?:\(0?[0-9]{0,4}\)[ .\-]?)?[0-9]{1,5}(?:[ .\-]?[0-9]{2,6}){1,4}",
        r"\(0[0-9]{2,4}\) ?[0-9]{3,6}[ \-]?[0-9]{3,4}",
        r"0[1237][0-9]{8,9}",
        r"0[1237][0-9]{1,3}[ \-][0-9]{3,4}[ \-][0-9]{3,4}",
        r"0[1237][0-9]{2,3}[ \-][0-9]{5,6}",
        r"\([2-9][0-9]{2}\) ?[0-9]{3}[ .\-][0-9]{4}",
        r"[2-9][0-9]{2}-[2-9][0-9]{2}-[0-9]{4}",
        r"[2-9][0-9]{2}\.[2-9][0-9]{2}\.[0-9]{4}",
    ),
    labels=(r"phone", r"telephone", r"tel", r"mobile", r"cell", r"msisdn"),
    near=GAP + r"(\(?[2-9][0-9]{2}\)?[ .\-]?[2-9][0-9]{2}[ .\-]?[0-9]{4})",
)
