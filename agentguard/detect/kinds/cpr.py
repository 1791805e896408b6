"""DK_CPR: the personal number of Denmark.

Ten digits, given by the CPR office: the Act on the Civil Registration System. The birth date
DDMMYY, a hyphen, and four digits of which the first tells the century. Numbers given since October
2007 need not hold the old check modulo 11, so a label must stand before.
https://cpr.dk/cpr-systemet/opbygning-af-cpr-nummeret
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.detect.kinds._danish import is_danish
from agentguard.detect.kinds._national import BEHIND, JOINT, national
from agentguard.detect.kinds._swedish import is_swedish
from agentguard.detect.lexicon.national_labels import PERSON
from agentguard.detect.recogniser import Answer, Candidate, no
from agentguard.detect.trace_records import Belief

_BASE = national(
    kind="DK_CPR",
    valid=is_danish,
    labels=(
        r"cpr ?n(?:ummere|umre)t",
        r"cpr",
        r"sygesikrings(?:nummer|nr|bevis|kort)",
        r"sundhedskort",
        r"civil registration",
        r"det centrale personregister",
        r"danish (?:id|national|personal|social)",
    ),
    generic=(PERSON,),
    country="danish|denmark|dk",
    near=rf"{BEHIND}([0-3][0-9]{JOINT}[01][0-9]{JOINT}[0-9]{{2}}[ ]?-?[ ]?[0-9]{{4}})",
)


def judge(candidate: Candidate) -> Answer:
    """Read as every national number; behind the word that Sweden has too, check for its own."""
    answer = _BASE.judge(candidate)
    shared = answer.belief is Belief.SURE and "shared-label" in answer.signs
    return no("another-label") if shared and is_swedish(answer.value) else answer


RECOGNISER = replace(_BASE, judge=judge)
"""The recogniser of the kind."""
