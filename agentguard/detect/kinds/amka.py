"""GR_AMKA: the social security number of Greece (AMKA).

Eleven digits, given by IDIKA: Law 3655/2008, article 153. The birth date DDMMYY, a serial of four,
its last digit odd for men, and Luhn's check digit. https://www.amka.gr
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, digits, national
from agentguard.detect.lexicon.national_labels import SOCIAL


def valid(number: str) -> bool:
    """Check whether birth date and check digit are right."""
    from stdnum.gr import amka  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return amka.is_valid(number)


RECOGNISER = national(
    kind="GR_AMKA",
    valid=valid,
    labels=(
        r"a m k a",
        r"a\.m\.k\.a",
        r"mhtpwoy? koinwnikhs asfalishs",  # in Greek letters, as `fold` writes them
        r"greek (?:social|insurance)",
        r"griechische sozialversicherungs?(?:nummer)?",
    ),
    generic=SOCIAL,
    length=11,
    country="greek|greece|gr",
    near=rf"{BEHIND}({digits(6, 5)})",
)
"""The recogniser of the kind."""
