"""DE_TIN: the tax identification number of Germany (Steuer-ID).

Eleven digits, given by the Bundeszentralamt fuer Steuern: section 139b of the Abgabenordnung and
the Steueridentifikationsnummerverordnung. Of the first ten digits exactly one stands twice or
three times; the eleventh is the check of ISO/IEC 7064, MOD 11,10.
https://www.bzst.de/DE/Privatpersonen/SteuerlicheIdentifikationsnummer/
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, national, run
from agentguard.detect.lexicon.national_labels import ID_NUMBER, TAX


def valid(number: str) -> bool:
    """Check whether the digits stand as often as they may, and the check digit is right."""
    from stdnum.de import idnr  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return idnr.is_valid(number)


RECOGNISER = national(
    kind="DE_TIN",
    valid=valid,
    labels=(
        r"(?:steuer(?:l\.|liches) )?identifikationsmerkmal",
        r"(?:lohn)?steuer(?:l\.?|liche[nrs]?)? id(?:ent(?:ifikations?)?)?\.? ?(?:nummern?|nr)?",
        r"steuer\+id(?:nr)?",  # of an address: "?Steuer+ID=..."
        r"identifikations n(?:umme)?r",
        r"139b(?: ao)?",
        r"german tax(?: payer)?",
    ),
    generic=(*TAX, ID_NUMBER, r"ste?u?\.? id(?:ent)?(?:nr)?", r"identn(?:umme)?r"),
    length=11,
    country="german|germany|de",
    near=rf"{BEHIND}({run(11, 11)})",
)
"""The recogniser of the kind."""
