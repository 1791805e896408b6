"""GR_AFM: the tax number of Greece (AFM).

Nine digits, given by the AADE: Law 5104/2024. The last digit is the sum of the others times 256,
128, 64, 32, 16, 8, 4, 2 modulo 11 modulo 10. One number of ten passes it, so its own label must
stand before. https://www.aade.gr
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, digits, national
from agentguard.detect.lexicon.national_labels import TAX


def valid(number: str) -> bool:
    """Check whether the check digit is right."""
    from stdnum.gr import vat  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return vat.is_valid(number)


RECOGNISER = national(
    kind="GR_AFM",
    valid=valid,
    labels=(
        r"(?-i:AFM)",
        r"""a f m["'*\x20]{0,3}[:=>\n\-]""",
        r"""afm [a-z]{4,14}["'*\x20]{0,3}[:=\n]""",  # whose it is
        r"afm ?(?:no|number|nr|nummer)",
        r"afm\?\n",  # asked for in a chat: the answer stands below
        r"a\.f\.m",
        r"(?:to|ton|apiqmos|ap\.) afm",
        r"afm (?:moy|soy|sas|toy|ths|pelath|pelati|ergazomenoy?u?)",
        r"afm ?/ ?vat",
        r"(?:arithmos )?forologiko(?:u|y)? mitroo(?:u|y)?",
        # In Greek letters, written as `fold` writes them; an AFM so is what it is in Latin ones.
        r"fop(?:ologiko|\.)y? mhtpwoy?",
        r"greek (?:tax(?: payer)?|tin|vat)",
        r"griechische steuer ?n(?:umme)?r",
    ),
    named=TAX,
    country="greek|greece|gr",
    near=rf"{BEHIND}((?:EL ?)?{digits(3, 3, 3)})",
)
"""The recogniser of the kind."""
