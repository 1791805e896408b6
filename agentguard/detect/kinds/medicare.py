"""AU_MEDICARE: the number of a Medicare card of Australia.

Ten digits and often the person's place on the card, given by Services Australia: METEOR 270101.
The first digit is 2 to 6; the ninth is the check, the sum of the products of the first eight with
1, 3, 7, 9, 1, 3, 7, 9 modulo 10; the tenth is the issue of the card. One number of ten passes it,
so the label must stand before. https://meteor.aihw.gov.au/content/270101
"""

from __future__ import annotations

from agentguard.detect.kinds._national import BEHIND, JOINT, national

_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9)
_CHECK = 8


def valid(number: str) -> bool:
    """Check whether the check digit is right."""
    products = (int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return sum(products) % 10 == int(number[_CHECK])


RECOGNISER = national(
    kind="AU_MEDICARE",
    valid=valid,
    labels=(r"medicare", r"mcn", r"m ?care n(?:o|umber|r)"),
    near=rf"{BEHIND}([2-6][0-9]{{3}}{JOINT}[0-9]{{5}}{JOINT}[1-9](?:[ /\-]?[1-9])?)",
)
"""The recogniser of the kind."""
