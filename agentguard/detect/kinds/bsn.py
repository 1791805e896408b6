"""NL_BSN: the citizen service number of the Netherlands.

Nine digits, given by the Rijksdienst voor Identiteitsgegevens: Wet algemene bepalingen
burgerservicenummer. The eleven test: the sum of the products with 9, 8, 7, 6, 5, 4, 3, 2 and -1 is
divisible by 11. One number of eleven passes it, so the label must stand before.
https://www.rvig.nl/burgerservicenummer
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, JOINT, national, run
from agentguard.detect.lexicon.national_labels import TAX


def valid(number: str) -> bool:
    """Check whether the number passes the eleven test."""
    from stdnum.nl import bsn  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return bsn.is_valid(number)


RECOGNISER = national(
    kind="NL_BSN",
    valid=valid,
    labels=(
        r"bsn",
        r"b\.s\.n",
        r"burger service(?:n(?:umme)?r)?",
        r"persoonsgeb(?:onden|\.)? ?nummer",
        r"sociaal fiscaal n(?:umme)?r",
        r"sofi(?: ?(?:nummer|nr)|[\"']? ?[:=])",
        r"citizen service n(?:umber|o)",
        r"dutch (?:id|national|personal|social|tax)",
    ),
    generic=(r"persoonsn(?:umme)?r", r"fiscaal n(?:umme)?r"),
    named=TAX,
    country="dutch|netherlands|nl",
    near=rf"{BEHIND}({run(9, 9)}|[0-9]{{3}}{JOINT}[0-9]{{3}}{JOINT}[0-9]{{2}}"
    rf"|[0-9]{{4}}{JOINT}[0-9]{{2}}{JOINT}[0-9]{{2}})",
    width=9,
)
"""The recogniser of the kind."""
