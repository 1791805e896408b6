"""What a card's digits alone tell: issuer range, length and check digit (ISO/IEC 7812)."""

from __future__ import annotations

from functools import cache

from agentguard.pii.base import Answer, miss, no

# Ranges by first digits (inclusive) with the lengths in use.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (2221, 2720, frozenset({16})),  # Mastercard
    (300, 305, frozenset({14, 16})),  # Diners
    (34, 34, frozenset({15})),  # American Express
    (37, 37, frozenset({15})),
    (3528, 3589, frozenset({16})),  # JCB
    (36, 36, frozenset({14, 16})),  # Diners
    (38, 39, frozenset({14, 16})),
    (4, 4, frozenset({13, 16, 19})),  # Visa
    (50, 50, frozenset({16})),  # Maestro, Verve
    (51, 55, frozenset({16})),  # Mastercard
    (56, 58, frozenset({16})),  # Maestro
    (6011, 6011, frozenset({16, 19})),  # Discover
    (60, 60, frozenset({16})),  # RuPay
    (62, 62, frozenset({16, 17, 18, 19})),  # UnionPay
    (63, 63, frozenset({16})),
    (644, 649, frozenset({16, 19})),  # Discover
    (65, 65, frozenset({16, 19})),
    (67, 67, frozenset({16})),  # Maestro
    (81, 82, frozenset({16})),  # RuPay
)

PLAIN = (
    r"[2-68][0-9]{15}(?:[0-9]{3})?",
    r"4[0-9]{12}|3[0-9]{13}|3[47][0-9]{13}|62[0-9]{15,16}",
)
"""RE2: a card's digits without separators, at lengths that an issuer uses for such beginnings.

Nineteen digits may be sixteen with a card's code behind. Logs are full of other lengths.
"""

_SIXTEEN, _WITH_CODE = 16, 19
_SIGNS = b" .-+/_,"
_NOUGHT = ord("0")
_TWICE = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))  # digits added
_WRONG, _NOT_ISSUED = miss("luhn"), no("issuer")


def luhn(number: str) -> bool:
    """Tell whether the last digit is right (ISO/IEC 7812-1, annex B)."""
    return _luhn(number.encode())


def issued(number: str) -> bool:
    """Tell whether an issuer gives numbers that begin so and are so long."""
    return len(number) in _lengths(number[:4].encode())


def quick(value: bytes) -> Answer | None:
    """Refuse digits of no issuer or with a wrong check digit; most numbers in logs are such."""
    number = value if value.isdigit() else value.translate(None, _SIGNS)
    if not number.isdigit():
        return None
    is_issued = len(number) in _lengths(number[:4])
    if is_issued and _luhn(number):
        return None
    if len(number) == _WITH_CODE and _luhn(number[:_SIXTEEN]):
        return None  # a card's code may stand behind
    return _WRONG if is_issued else _NOT_ISSUED


def _luhn(number: bytes) -> bool:
    once = number[-1::-2]
    return (sum(once) - _NOUGHT * len(once) + sum(number[-2::-2].translate(_TWICE))) % 10 == 0


@cache
def _lengths(first: bytes) -> frozenset[int]:
    """Give how long the numbers are that begin with these four digits."""
    return frozenset(
        length
        for low, high, lengths in _ISSUERS
        for length in lengths
        if first.isdigit() and low <= int(first[: len(str(low))]) <= high
    )
