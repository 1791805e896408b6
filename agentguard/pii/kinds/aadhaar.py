"""AADHAAR: India's identity numbers, by label and the check digit of Verhoeff (UIDAI)."""

from __future__ import annotations

from agentguard.pii.base import GAP, Answer, Candidate, Recogniser, no, sure

_FEW = 3
_OF_PROGRAMS = "uid"  # what systems call users, whose numbers are not written in groups
_FIRST_NOT_GIVEN = frozenset("01")


def _tables() -> tuple[tuple[tuple[int, ...], ...], tuple[tuple[int, ...], ...]]:
    """Give the multiplication in the dihedral group of the pentagon, and the permutations."""
    product = tuple(tuple(_times(left, right) for right in range(10)) for left in range(10))
    powers = [tuple(range(10)), (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)]
    while len(powers) < 8:  # noqa: PLR2004 - the permutation has order eight
        powers.append(tuple(powers[1][digit] for digit in powers[-1]))
    return product, tuple(powers)


def _times(left: int, right: int) -> int:
    turned, mirrored = left % 5, left >= 5  # noqa: PLR2004 - five turns, five mirrorings
    amount = turned - right % 5 if mirrored else turned + right % 5
    return amount % 5 + 5 * (mirrored != (right >= 5))  # noqa: PLR2004


_PRODUCT, _POWERS = _tables()


def verhoeff(number: str) -> bool:
    """Tell whether the last digit is right (J. Verhoeff, Error Detecting Decimal Codes, 1969)."""
    check = 0
    for place, digit in enumerate(reversed(number)):
        check = _PRODUCT[check][_POWERS[place % 8][int(digit)]]
    return check == 0


def judge(candidate: Candidate) -> Answer:
    """Twelve digits of a holder, or sixteen of a virtual number, that do not begin with 0 or 1."""
    number = candidate.compact
    if candidate.told.lower() == _OF_PROGRAMS and not candidate.separators:
        return no("grouping")
    if not candidate.alone or len(set(candidate.separators)) > 1:
        return no("touched")
    if number[0] in _FIRST_NOT_GIVEN or len(set(number)) <= _FEW:
        return no("never-given")
    return sure(number, "verhoeff") if verhoeff(number) else no("verhoeff")


RECOGNISER = Recogniser(
    kind="AADHAAR",
    judge=judge,
    labels=(
        r"aadhaar(?: ?(?:number|no|card))?",
        r"aadhar(?: ?(?:number|no|card))?",
        r"adhaar",
        r"adhar",
        r"uidai",
        r"uid",
        r"virtual id",
        r"vid",
        r"unique identification",
    ),
    near=GAP
    + r"([2-9][0-9]{3}(?:[ \-.+]|%20)?[0-9]{4}(?:[ \-.+]|%20)?[0-9]{4}(?:[ \-.+]?[0-9]{4})?)",
)
