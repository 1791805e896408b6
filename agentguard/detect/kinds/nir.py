"""FR_NIR: the number of France's register of persons, which is its social security number.

Thirteen signs and a key of two, given by INSEE: decree 82-103 of 22 January 1982 and article
R115-1 of the Code de la securite sociale. Sex, year and month of birth, department (2A and 2B in
Corsica, 99 abroad), commune, serial; the key is 97 minus the number modulo 97, with 19 for 2A and
18 for 2B. Months from 20 are those of births that the register knows only in part.
https://www.insee.fr/fr/metadonnees/definition/c1409
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.detect.kinds._national import BEHIND, JOINT, national
from agentguard.detect.lexicon.national_labels import ACCENTED, IDENTITY, SECURITE, SOCIAL
from agentguard.detect.recogniser import Answer, Candidate, no
from agentguard.detect.trace_records import Belief

_WITH_KEY = 15
_MONTHS = (*range(1, 13), *range(20, 43), *range(50, 100))
_NEVER = "00"


def valid(number: str) -> bool:
    """Check whether month, department and commune can be, and the key is right where it stands."""
    if int(number[3:5]) not in _MONTHS or number[5:7] == _NEVER or number[10:13] == "000":
        return False
    if len(number) != _WITH_KEY:
        return number[0] in "12"
    from stdnum.fr import nir  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return nir.is_valid(number)


_BODY = (
    rf"{JOINT}[0-9]{{2}}{JOINT}[0-9]{{2}}{JOINT}(?:[0-9]{{2}}|2[ABab])"
    rf"{JOINT}[0-9]{{3}}{JOINT}[0-9]{{3}}"
)

_BASE = national(
    kind="FR_NIR",
    valid=valid,
    labels=(
        r"nir",
        r"n\.i\.r",
        SECURITE,
        rf"num{ACCENTED}ro d.inscription au r",
        rf"n[o\xb0\xba]\.? ?(?:de )?s{ACCENTED}cu(?:rit{ACCENTED} sociale)?",
        r"s(?:\xe9|\xc3\xa9)cu",
        r"num\.? secu",
        r"num\.? ?ss",
        rf"s{ACCENTED}curit{ACCENTED} soc",
        rf"num{ACCENTED}ro national d.identit{ACCENTED}",
        r"(?-i:NNI)",
        rf"n(?:um{ACCENTED}ro|[o\xb0\xba])\.? (?:de )?s\.?s",
        r"nss",
        rf"assur{ACCENTED} social",
        r"carte vitale",
        r"insee",
        r"french (?:social|national)",
    ),
    generic=(
        *(label for label in SOCIAL if label != SECURITE),
        *IDENTITY,
        rf"assur{ACCENTED}e?",
        r"(?-i:SS)",
        r"(?:im)?matricul(?:e|ation)",
    ),
    country="french|france|fr",
    near=rf"{BEHIND}([1-478]{_BODY}(?:(?: ?/ ?|{JOINT})[0-9]{{2}})?)",
    shapes=(
        r"[12] [0-9]{2} (?:0[1-9]|1[0-2]) (?:[0-9]{2}|2[AB]) [0-9]{3} [0-9]{3} [0-9]{2}",
        r"[12][0-9]{2}(?:0[1-9]|1[0-2])2[AB][0-9]{8}",
    ),
    shown=4,
    strong=True,
)


def judge(candidate: Candidate) -> Answer:
    """Read as every national number; without its key it needs a label of its own."""
    answer = _BASE.judge(candidate)
    keyed = len(answer.value) == _WITH_KEY
    shared = answer.belief is Belief.SURE and "shared-label" in answer.signs
    return no("check") if shared and not keyed else answer


RECOGNISER = replace(_BASE, judge=judge)
"""The recogniser of the kind."""
