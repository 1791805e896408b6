"""ZA_ID: the identity number of South Africa.

Thirteen digits, given by the Department of Home Affairs: section 7 of the Identification Act 68 of
1997. The birth date YYMMDD, four digits for sex and serial, citizenship (0, 1 or 2), one more
digit and a check (Luhn). https://www.dha.gov.za
"""

from __future__ import annotations

from agentguard.pii.kinds._issuers import luhn
from agentguard.pii.kinds._national import (
    BEHIND,
    IDENTITY,
    is_day_of_a_century,
    national,
    run,
)

_CITIZENSHIP = 10


def valid(number: str) -> bool:
    """Tell whether birth date, citizenship and check digit are right."""
    born = is_day_of_a_century(number[:2], number[2:4], number[4:6])
    return born and number[_CITIZENSHIP] in "012" and luhn(number)


RECOGNISER = national(
    kind="ZA_ID",
    valid=valid,
    labels=(
        r"(?:rsa|sa|south african?) id(?:ent(?:ity|ification))?",
        r"identiteitsnommer",
    ),
    generic=IDENTITY,
    length=13,
    near=rf"{BEHIND}({run(12, 13)})",
    width=13,
    shown=4,
)
"""The recogniser of the kind."""
