"""AU_TFN: the tax file number of Australia.

Eight or nine digits, given by the Australian Taxation Office: part VA of the Income Tax Assessment
Act 1936. The sum of the products with 1, 4, 3, 7, 5, 8, 6, 9, 10 is divisible by 11. One number of
eleven passes it, so the label must stand before.
https://www.ato.gov.au/individuals-and-families/tax-file-number
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, JOINT, national, run


def valid(number: str) -> bool:
    """Check whether the weighted sum is right."""
    from stdnum.au import tfn  # noqa: PLC0415 - read at the first number, see docs/adr/0009

    return number[0] != "0" and tfn.is_valid(number)  # a telephone's, tfn in Swedish as well


RECOGNISER = national(
    kind="AU_TFN",
    valid=valid,
    labels=(r"tfn", r"t\.f\.n", r"tax file", r"australian tax(?: file)?"),
    near=rf"{BEHIND}({run(9, 9)}|[0-9]{{3}}{JOINT}[0-9]{{3}}{JOINT}[0-9]{{2}})",
)
"""The recogniser of the kind."""
