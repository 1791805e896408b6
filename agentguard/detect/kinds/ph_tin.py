"""PH_TIN: the taxpayer number of a person in the Philippines.

Nine digits and a branch code of three or five, written 3-3-3 or 3-3-3-3, given by the Bureau of
Internal Revenue: section 236 of the National Internal Revenue Code, RMO 34-98. The first digit is
0 for corporations; the rule for the ninth is kept secret. So it is told by a label and by the
hyphens, which no other country's number has so. https://www.bir.gov.ph
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, national
from agentguard.detect.lexicon.national_labels import TAX


def valid(number: str) -> bool:
    """Check whether it is a person's."""
    return number[0] != "0"


RECOGNISER = national(
    kind="PH_TIN",
    valid=valid,
    labels=(
        r"(?:bir|philippine) (?:tin|tax)",
        r"(?:tin|bir) n(?:o|umber)",
        r"t\.i\.n",
    ),
    generic=TAX,
    near=rf"{BEHIND}([0-9]{{3}}-[0-9]{{3}}-[0-9]{{3}}(?:-[0-9]{{5}}|-[0-9]{{3}})?)",
)
"""The recogniser of the kind."""
