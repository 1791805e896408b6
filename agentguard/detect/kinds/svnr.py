"""AT_SVNR: the social insurance number of Austria.

Ten digits, given by the Dachverband der Sozialversicherungstraeger: section 30c of the ASVG. A
serial of three, a check digit, and the birth date DDMMYY (month 13 where a day's serials are used
up); the check is the sum of the products with 3, 7, 9, 5, 8, 4, 2, 1, 6 modulo 11, never 10.
https://www.sozialversicherung.at. The mask shows nothing: the last digits are a birth date.
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, digits, is_day_of_a_century, national
from agentguard.detect.lexicon.national_labels import INSURANCE, INSURED, SOCIAL

_EXTRA_MONTH = "13"


def valid(number: str) -> bool:
    """Check whether birth date and check digit are right."""
    from stdnum.at import vnr  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    day, month, year = number[4:6], number[6:8], number[8:]
    civil = "01" if month == _EXTRA_MONTH else month
    return is_day_of_a_century(year, civil, day) and vnr.is_valid(number)


RECOGNISER = national(
    kind="AT_SVNR",
    valid=valid,
    labels=(
        r"sv ?n(?:umme)?r",
        INSURANCE,
        r"vsnr",
        r"soz(?:ial)?\.? ?vers\.? ?n(?:umme)?r",
        r"(?-i:SVN)",
        r"e card",
        r"austrian (?:social|insurance)",
    ),
    generic=(*SOCIAL, *INSURED, r"(?-i:SV)", r"versicherten nr"),
    length=10,
    country="austrian|austria|at",
    near=rf"{BEHIND}({digits(4, 2, 2, 2)})",
    shown=0,
)
"""The recogniser of the kind."""
