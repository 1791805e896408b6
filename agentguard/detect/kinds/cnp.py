"""RO_CNP: the personal number of Romania (cod numeric personal).

Thirteen digits, given by the Directia Generala pentru Evidenta Persoanelor: emergency ordinance
97/2005. Sex and century, the birth date YYMMDD, the county, a serial of three and a check digit:
the sum of the products with 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9 modulo 11, and 1 for 10.
https://legislatie.just.ro/Public/DetaliiDocument/64305
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, national, run
from agentguard.detect.lexicon.national_labels import IDENTITY


def valid(number: str) -> bool:
    """Check whether birth date, county and check digit are right."""
    from stdnum.ro import cnp  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return cnp.is_valid(number)


RECOGNISER = national(
    kind="RO_CNP",
    valid=valid,
    labels=(
        r"cnp ?ului?",
        r"cnp ?ul",
        r"cnp",
        r"c\.n\.p",
        r"cod(?:ul)? num(?:eric|\.)(?: personal)?",
        r"romanian (?:id|national|personal)",
    ),
    generic=(
        *IDENTITY,
        r"personal numeric(?:al)? code",
        r"cod(?:ul)? (?:personal|unic)(?: de identificare)?",
        r"cod(?:ul)? (?:de )?asigurat",
        r"num[ae]r(?:ul)? personal",
    ),
    length=13,
    country="romanian|romania|ro",
    near=rf"{BEHIND}({run(13, 13)})",
    shown=4,
)
"""The recogniser of the kind."""
