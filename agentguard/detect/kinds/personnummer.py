"""SE_PN: the personal number of Sweden, and the coordination number of those not registered.

Ten or twelve digits, given by Skatteverket: section 18 of the Folkbokforingslag (1991:481). The
birth date (the day 60 higher in coordination numbers), a hyphen (a plus from the age of 100), a
serial of three and a check digit (Luhn over the ten). One number of ten passes it, so label and
calendar decide; some are Danish ones as well, which the rest of a text tells.
https://www.skatteverket.se/privat/folkbokforing/personnummer
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.detect.kinds._danish import is_danish
from agentguard.detect.kinds._national import BEHIND, JOINT, national
from agentguard.detect.kinds._swedish import is_swedish
from agentguard.detect.lexicon.national_labels import ACCENTED, IDENTITY, PERSON, SOCIAL
from agentguard.detect.recogniser import Answer, Candidate, Rival, no

_SHORT = 10
_OF_A_BOOKING = "PNR"
"""In Sweden a person's number, and everywhere an airline's: ten digits alone do not tell."""

_BASE = national(
    kind="SE_PN",
    valid=is_swedish,
    labels=(
        PERSON,
        r"personnumm?ret",
        rf"f{ACCENTED}delsen(?:umme)?r",
        r"samordnings(?:nummer|nr)",
        r"swedish (?:id|national|personal|social)",
    ),
    generic=(
        *IDENTITY,
        *SOCIAL,
        r"personal identity",
        r"person id",
        r"bank ?id",
        r"(?-i:[Pp]n[ro]|PN[Ro])",
        r"p\.\x20?n[ro]",
        r"p\x20n[ro]",
    ),
    length=10,
    country="swedish|sweden|se",
    near=rf"{BEHIND}((?:(?:19|20)[0-9]{{2}}|[0-9]{{2}}){JOINT}[01][0-9]{JOINT}[0-9]{{2}}"
    r"[ ]?[\-+]?[ ]?[0-9]{4})",
)


def judge(candidate: Candidate) -> Answer:
    """Read as national numbers are; behind an airline's word with its dash or its century."""
    bare = candidate.text.isdigit() and len(candidate.text) <= _SHORT
    return (
        no("another-label") if candidate.told == _OF_A_BOOKING and bare else _BASE.judge(candidate)
    )


RECOGNISER = replace(_BASE, judge=judge, rival=Rival(kind="DK_CPR", has=is_danish))
"""The recogniser of the kind."""
