"""PL_PESEL: the number of Poland's register of inhabitants.

Eleven digits, given by the minister for digital affairs: article 15 of the act on the register of
inhabitants of 24 September 2010. The birth date YYMMDD (months 21 to 32 from the year 2000), four
digits of a serial and a check digit with the weights 1, 3, 7, 9.
https://www.gov.pl/web/gov/czym-jest-numer-pesel
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, national, run
from agentguard.detect.lexicon.national_labels import IDENTITY, TAX


def valid(number: str) -> bool:
    """Check whether the birth date is one of 1900 to 2039 and the check digit is right."""
    from stdnum.pl import pesel  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    born = number[2] in "01" or (number[2] in "23" and number[0] in "0123")
    return born and pesel.is_valid(number)


RECOGNISER = national(
    kind="PL_PESEL",
    valid=valid,
    labels=(
        r"pesel(?:u|em|owi)",
        r"pesel",
        r"polish (?:id|national|personal)",
    ),
    generic=(*IDENTITY, *TAX),
    length=11,
    country="polish|poland|pl",
    near=rf"{BEHIND}({run(10, 11)})",
    width=11,
)
"""The recogniser of the kind."""
