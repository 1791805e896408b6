"""CA_SIN: the social insurance number of Canada.

Nine digits, given by Service Canada: section 138 of the Employment Insurance Act. The last digit
is a check (Luhn); none begins with 0 or 8. One number of ten passes it, so the label must stand
before. https://www.canada.ca/en/employment-social-development/services/sin.html
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, digits, national


def valid(number: str) -> bool:
    """Check whether it may be given and the check digit is right."""
    from stdnum.ca import sin  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return sin.is_valid(number)


RECOGNISER = national(
    kind="CA_SIN",
    valid=valid,
    labels=(
        r"(?-i:SIN|NAS)",
        r"""(?:sin|nas)["']? ?[:=>]""",
        r"(?:sin|nas)\?\n",  # asked for in a chat: the answer stands below
        r"sin n(?:umber|o|um|br)",
        r"s\.i\.n",
        r"soc(?:ial)? ins(?:urance)?(?: ?(?:no|number|num))?",
        r"sin ?#",
        r"assurance sociale",
        r"canadian (?:id|national|social|tax)",
    ),
    near=rf"{BEHIND}({digits(3, 3, 3)})",
)
"""The recogniser of the kind."""
