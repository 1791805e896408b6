"""IE_PPSN: the Personal Public Service number of Ireland.

Seven digits, a check letter and from 2013 a second letter, given by the Department of Social
Protection: section 262 of the Social Welfare Consolidation Act 2005. The check letter is the sum
of the products with 8 to 2, and nine times the second letter's place, modulo 23.
https://www.gov.ie/en/service/12e6de-get-a-personal-public-service-pps-number/
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, JOINT, national
from agentguard.detect.lexicon.national_labels import IDENTITY, TAX


def valid(number: str) -> bool:
    """Check whether the check letter is right."""
    from stdnum.ie import pps  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return pps.is_valid(number)


RECOGNISER = national(
    kind="IE_PPSN",
    valid=valid,
    labels=(
        r"pps(?: ?n(?:umber|o|r)?)?",
        r"p\.p\.s",
        r"(?:personal )?public service n(?:umber|o)",
        r"rsi n(?:umber|o)",
        r"irish (?:id|national|personal|social|tax)",
        r"uimhir psp",
    ),
    generic=(*TAX, *IDENTITY),
    near=rf"{BEHIND}([0-9]{{7}}{JOINT}[A-Wa-w][ABHWTXabhwtx]?)",
)
"""The recogniser of the kind."""
