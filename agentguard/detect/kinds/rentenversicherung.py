"""DE_RVNR: the pension insurance number of Germany, which is its social insurance number.

Twelve signs, given by the Deutsche Rentenversicherung: section 147 of SGB VI and section 2 of the
VKVV. Two digits for the area, the birth date DDMMYY, the first letter of the birth name, two
digits for the serial (50 up: women), and a check digit: the sum of the digit sums of the products
with 2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1 modulo 10, the letter written as its two-digit place.
https://www.gesetze-im-internet.de/vkvv/__2.html
"""

from __future__ import annotations

from dataclasses import replace

from agentguard.detect.kinds._national import BEHIND, JOINT, is_day_of_a_century, national
from agentguard.detect.lexicon.national_labels import INSURANCE, INSURED, SOCIAL
from agentguard.detect.recogniser import Answer, Candidate

_WEIGHTS = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
_LETTER = 8
_FIRST_AREA, _LAST_AREA = 2, 89


def valid(number: str) -> bool:
    """Check whether area, birth date and check digit are right."""
    if not _FIRST_AREA <= int(number[:2]) <= _LAST_AREA:
        return False
    place = ord(number[_LETTER]) - ord("A") + 1
    body = f"{number[:_LETTER]}{place:02d}{number[_LETTER + 1 : -1]}"
    products = (int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True))
    total = sum(sum(divmod(product, 10)) for product in products)
    return total % 10 == int(number[-1]) and is_day_of_a_century(
        number[6:8], number[4:6], number[2:4]
    )


_BASE = national(
    kind="DE_RVNR",
    valid=valid,
    labels=(
        r"rentenvers(?:icherungs?)?\.? ?(?:nummer|nr)?",
        INSURANCE,
        r"rv ?n(?:ummer|um|r)",
        r"vsnr",
        r"drv",
        r"sv ?n(?:umme)?r",
        r"renten ?n(?:umme)?r",
        r"sozial ?n(?:umme)?r",
        r"german (?:pension|social)",
    ),
    generic=(
        r"(?:sozialversicherungs|sv ?)ausweis",
        *SOCIAL,
        *INSURED,
        r"v ?nr",
        r"pension insurance",
    ),
    country="german|germany|de",
    near=rf"{BEHIND}([0-9]{{2}}{JOINT}[0-9]{{2}}{JOINT}[0-9]{{2}}{JOINT}[0-9]{{2}}"
    rf"{JOINT}[A-Za-z]{JOINT}[0-9]{{2}}{JOINT}[0-9])",
    shapes=(
        r"[0-9]{2} ?(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])[0-9]{2} ?[A-Z] ?[0-9]{2} ?[0-9]",
    ),
)


def judge(candidate: Candidate) -> Answer:
    """Read as every national number, in a text only where a word speaks for it."""
    answer = _BASE.judge(candidate)
    bare = not candidate.labelled and not candidate.origin
    return answer._replace(signs=(*answer.signs, "!")) if bare and answer.signs else answer


RECOGNISER = replace(_BASE, judge=judge)
"""The recogniser of the kind."""
