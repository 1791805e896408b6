"""ZA_ID: the identity number of South Africa.

Thirteen digits, given by the Department of Home Affairs: section 7 of the Identification Act 68 of
1997. The birth date YYMMDD, four digits for sex and serial, citizenship (0, 1 or 2), one more
digit and a check (Luhn). https://www.dha.gov.za
"""

from __future__ import annotations

import re
from dataclasses import replace

from agentguard.detect.kinds._issuers import luhn
from agentguard.detect.kinds._national import BEHIND, is_day_of_a_century, national, run
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.national_labels import IDENTITY
from agentguard.detect.lexicon.words import words
from agentguard.detect.recogniser import Answer, Candidate, no, read

_OWN = words("id ids identity said rica fica bewys identiteit said idno idnumber ident")
_PAPER = "(?: doc(?:ument)?| card| book)?"
_NEAR = 24
_SAYS_IDENTITY = later(rf"(?:\b|_)(?:{'|'.join(sorted(_OWN))})(?:\b|_)", re.IGNORECASE)
_CITIZENSHIP = 10


def valid(number: str) -> bool:
    """Check whether birth date, citizenship and check digit are right."""
    born = is_day_of_a_century(number[:2], number[2:4], number[4:6])
    return born and number[_CITIZENSHIP] in "012" and luhn(number)


_BASE = national(
    kind="ZA_ID",
    valid=valid,
    labels=(
        rf"(?:rsa|sa|south african?) id(?:ent(?:ity|ification))?{_PAPER}(?: n(?:umber|o|r))?",
        r"identiteitsnommer",
    ),
    generic=IDENTITY,
    shapes=(r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{4}[0-2][0-9]{2}",),
    length=13,
    near=rf"{BEHIND}({run(12, 13)})",
    width=13,
    shown=4,
)


def judge(candidate: Candidate) -> Answer:
    """Read as every national number; without a label a word near must speak of an identity."""
    if candidate.labelled:
        return _BASE.judge(candidate)
    if not (candidate.alone and valid(candidate.text)):
        return no("check")
    if not _SAYS_IDENTITY.search(candidate.before[-_NEAR:]):
        return no("no-label")
    return read(candidate.text, "label-near", "check", "!")


RECOGNISER = replace(_BASE, judge=judge, own=_OWN)
"""The recogniser of the kind."""
