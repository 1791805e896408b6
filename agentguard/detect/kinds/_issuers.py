"""What a card's digits alone tell: issuer range, length and check digit (ISO/IEC 7812)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

from agentguard.detect.lexicon.words import words
from agentguard.detect.recogniser import Answer, miss, no

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
_FOUR, _TEN, _FIVE = 4, 10, 5
_NONE = frozenset[int]()


def _by_first_digits() -> list[frozenset[int]]:
    every = [_NONE] * _TEN**_FOUR
    for low, high, lengths in _ISSUERS:
        scale = _TEN ** (_FOUR - len(str(low)))
        for first in range(low * scale, (high + 1) * scale):
            every[first] = every[first] | lengths if every[first] else lengths
    return every


_BY_FIRST = _by_first_digits()
"""By the first four digits as a number: the lengths in use."""

_DOUBLED = {True: "[0-4]", False: "[5-9]"}  # by whether the digits of their double sum to even
_SINGLE = {True: "[02468]", False: "[13579]"}


def _even(length: int, *, even: bool = True, leads: bool = True) -> str:
    """Return the pattern of digits whose sum by Luhn's rule is even, or is odd."""
    half, sides = length // 2, (True, False)
    if half == 1 and leads:
        return _leading(even=even)
    if half == 1:
        return "|".join(_DOUBLED[side] + _SINGLE[side == even] for side in sides)
    heads = (_even(half, even=side, leads=leads) for side in sides)
    tails = (_even(half, even=side == even, leads=False) for side in sides)
    return "|".join(f"(?:{head})(?:{tail})" for head, tail in zip(heads, tails, strict=True))


@cache
def _leading(*, even: bool) -> str:
    """Return the pattern of the first two of sixteen digits of any issuer, by their sum."""
    pairs = (divmod(pair, _TEN) for pair in range(_TEN * _TEN))
    return "|".join(
        f"{first}{second}"
        for first, second in pairs
        if ((first >= _FIVE) + second) % 2 != even
        and any(_SIXTEEN in _BY_FIRST[1000 * first + 100 * second + rest] for rest in range(100))
    )


STRICT = (rf"{_even(_SIXTEEN)}|[2-68][0-9]{{18}}", PLAIN[1])
"""RE2: the same without other issuers and half of those with a wrong check digit.

The sum of a right number's digits is a multiple of ten; of those with an odd sum none is looked at.
"""

_SIGNS = b" .-+/_,"
_NOUGHT = ord("0")
_TWICE = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))  # digits added
_WRONG, _NOT_ISSUED = miss("luhn"), no("issuer")


def luhn(number: str) -> bool:
    """Check whether the last digit is right (ISO/IEC 7812-1, annex B)."""
    return _luhn(number.encode())


def issued(number: str) -> bool:
    """Check whether an issuer gives numbers that begin so and are so long."""
    first = number[:_FOUR]
    return len(first) == _FOUR and first.isdecimal() and len(number) in _BY_FIRST[int(first)]


def quick(value: bytes) -> Answer | None:
    """Refuse digits of no issuer or with a wrong check digit; most numbers in logs are such."""
    number = value if value.isdigit() else value.translate(None, _SIGNS)
    if len(number) < _FOUR or not number.isdigit():
        return None
    is_issued = len(number) in _BY_FIRST[int(number[:_FOUR])]
    if is_issued and _luhn(number):
        return None
    if len(number) == _WITH_CODE and _luhn(number[:_SIXTEEN]):
        return None  # a card's code may stand behind
    return _WRONG if is_issued else _NOT_ISSUED


def _luhn(number: bytes) -> bool:
    once = number[-1::-2]
    return (sum(once) - _NOUGHT * len(once) + sum(number[-2::-2].translate(_TWICE))) % 10 == 0


# Published by the schemes and processors for tests: nobody's card.
_TEST_NUMBERS = words(
    "4111111111111111 4242424242424242 4012888888881881 4000056655665556 4222222222222"
    " 5555555555554444 5105105105105100 2223003122003222 5200828282828210"
    " 378282246310005 371449635398431 378734493671000 6011111111111117 6011000990139424"
    " 30569309025904 38520000023237 36227206271667 3056930009020004 3530111333300000"
    " 3566002020360505 6200000000000005 6759649826438453 6304000000000000"
    " 4988438843884305 4646464646464644 5577000055770004 5136333333333335 2222400070000005"
    " 5610591081018250 5019717010103742 6331101999990016 6250941006528599"
)
_DRILLED: ContextVar[str] = ContextVar("drilled", default="")
_COUNTED = "123456789"
_FEW_DIGITS = 3


def is_test(number: str) -> bool:
    """Tell numbers that are published for tests; not that of a drill, while it is judged."""
    return number in _TEST_NUMBERS and number != _DRILLED.get()


def is_filler(number: str) -> bool:
    """Tell digits that are too regular for a person to hold them, and not published."""
    if number in _TEST_NUMBERS:
        return False
    return len(set(number)) <= _FEW_DIGITS or _COUNTED in number


def published(length: int) -> tuple[str, ...]:
    """Return the numbers that schemes publish for tests, of so many digits and of many digits."""
    return tuple(sorted(n for n in _TEST_NUMBERS if len(n) == length and len(set(n)) > _FEW_DIGITS))


@contextmanager
def counting(number: str) -> Iterator[None]:
    """Take one published number for a card's while a drill is judged, in this thread alone.

    A number that is not published stays what it is: no drill makes the detector see more than one.
    """
    token = _DRILLED.set(number if number in _TEST_NUMBERS else "")
    try:
        yield
    finally:
        _DRILLED.reset(token)
