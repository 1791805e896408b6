"""Seeded chance: everything that a corpus holds by accident comes from here."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import NamedTuple, TypeVar

T = TypeVar("T")

HEX = "0123456789abcdef"


class Value(NamedTuple):
    """A value as it is written in a file, and the one that has to be found in it."""

    text: str
    true: str
    beside: tuple[tuple[str, str], ...] = ()
    """Values of other kinds that the text holds as well; they may be found or not."""


class Dice:
    """A seeded source of digits, letters, days and choices."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def digits(self, count: int, alphabet: str = string.digits) -> str:
        """Give digits."""
        return "".join(self.random.choices(alphabet, k=count))

    def letters(self, count: int, alphabet: str = string.ascii_uppercase) -> str:
        """Give letters."""
        return "".join(self.random.choices(alphabet, k=count))

    def hex(self, count: int) -> str:
        """Give hexadecimal digits."""
        return self.letters(count, HEX)

    def number(self, low: int, high: int) -> int:
        """Give a number, both ends included."""
        return self.random.randint(low, high)

    def chance(self, share: float) -> bool:
        """Say yes in a share of the cases."""
        return self.random.random() < share

    def pick(self, choices: Sequence[T]) -> T:
        """Give one."""
        return self.random.choice(choices)

    def some(self, choices: Sequence[T], count: int) -> list[T]:
        """Give different ones, at most as many as there are."""
        return self.random.sample(choices, min(count, len(choices)))

    def day(self, first: int, last: int) -> date:
        """Give a day of the years from first to last."""
        begin = date(first, 1, 1)
        return begin + timedelta(days=self.number(0, (date(last, 12, 31) - begin).days))

    def until(self, make: Callable[[], str], holds: Callable[[str], bool]) -> str:
        """Make texts until one holds."""
        while not holds(made := make()):
            pass
        return made


def groups(text: str, sizes: Sequence[int], joint: str) -> str:
    """Write a text in groups."""
    parts, begin = [], 0
    for size in sizes:
        parts.append(text[begin : begin + size])
        begin += size
    return joint.join(part for part in (*parts, text[begin:]) if part)
