"""Unique made-up values of personal data, and a search for them in any bytes, however written.

Each value is drawn anew for a run, valid by its check digits, and found nowhere else. The search
knows every way in which a program writes text by accident: plain in three encodings, base64 at
each of the three alignments, hex, quoted for an address or for JSON, and reversed.
"""

from __future__ import annotations

import base64
import random
import re
import urllib.parse
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

SYLLABLES = ("bra", "quen", "thi", "zol", "mur", "vex", "olp", "jund", "kry", "waf", "ystr", "ged")
SHORTEST = 8
"""Bytes; what is shorter is met by chance."""


@dataclass(frozen=True)
class Corpus:
    """The values of one run; `recognised` are those that the program itself knows as data."""

    cards: tuple[str, ...]
    codes: tuple[str, ...]
    ibans: tuple[str, ...]
    mails: tuple[str, ...]
    phones: tuple[str, ...]
    births: tuple[str, ...]
    names: tuple[str, ...]
    secrets: tuple[str, ...]

    @property
    def every(self) -> tuple[str, ...]:
        """All of them, as they are written in files."""
        found = (*self.cards, *self.ibans, *self.mails, *self.phones)
        return (*found, *self.births, *self.names, *self.secrets)

    @property
    def recognised(self) -> tuple[str, ...]:
        """Those that no mask may let through, whatever text they stand in."""
        return (*self.cards, *self.ibans, *self.mails, *self.phones)

    @cached_property
    def needles(self) -> Mapping[bytes, str]:
        """Every way of writing any of them, with the value that it stands for."""
        found: dict[bytes, str] = {}
        for value in self.every:
            for text in {value, *_spellings(value)}:
                for needle in ways(text):
                    if len(needle) >= SHORTEST:
                        found.setdefault(needle, value)
        return found

    def letter(self) -> str:
        """A text that holds every one of them, as a careless export does."""
        rows = zip(self.names, self.births, self.cards, self.codes, self.ibans, strict=True)
        lines = [f"{n}; born {b}; card {c}; cvv {v}; IBAN {i}" for n, b, c, v, i in rows]
        lines += [f"mail {m} call {p}" for m, p in zip(self.mails, self.phones, strict=True)]
        lines += [f"password: {secret}" for secret in self.secrets]
        return "\n".join(lines) + "\n"

    def found_in(self, data: bytes) -> set[str]:
        """Give the values that stand in some bytes."""
        return {value for needle, value in self.needles.items() if needle in data}

    def found_in_files(self, folders: Iterable[Path]) -> dict[str, set[str]]:
        """Give the files below that hold any, with what they hold."""
        found = {}
        for folder in folders:
            for file in sorted(folder.rglob("*")):
                if file.is_symlink() or not file.is_file():
                    continue
                if held := self.found_in(file.read_bytes()):
                    found[str(file)] = held
        return found


def drawn(seed: int, count: int = 3) -> Corpus:
    """Draw a corpus; the same seed gives the same."""
    chance = random.Random(seed)
    names = tuple(_name(chance) for _ in range(count))
    return Corpus(
        cards=tuple(_grouped(_luhn("4" + _digits(chance, 14))) for _ in range(count)),
        codes=tuple(_digits(chance, 3) for _ in range(count)),
        ibans=tuple(_iban(chance) for _ in range(count)),
        mails=tuple(f"{n.lower().replace(' ', '.')}@{_word(chance)}post.com" for n in names),
        phones=tuple(f"+44 7{_digits(chance, 3)} {_digits(chance, 6)}" for _ in range(count)),
        births=tuple(
            f"19{chance.randint(40, 99)}-0{chance.randint(1, 9)}-1{chance.randint(0, 9)}"
            for _ in range(count)
        ),
        names=names,
        secrets=tuple("ghp_" + _token(chance, 36) for _ in range(count)),
    )


def _spellings(value: str) -> Iterator[str]:
    """Give how else a person or a program writes it."""
    if re.fullmatch(r"[+A-Z0-9 ]+", value):
        compact = value.replace(" ", "")
        yield compact
        yield value.replace(" ", "-")
        yield compact.lower()
    yield value.upper()
    yield value.replace(" ", "_")


def ways(text: str) -> Iterator[bytes]:
    """Give every way of writing a text that the search knows."""
    for plain in (text, text[::-1]):
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            data = plain.encode(encoding)
            yield data
            yield data.hex().encode()
            yield data.hex().upper().encode()
            yield from _base64(data)
        yield urllib.parse.quote(plain, safe="").encode()
        yield urllib.parse.quote_plus(plain, safe="").encode()
        yield urllib.parse.quote(plain, safe="").lower().encode()


def _base64(data: bytes) -> Iterator[bytes]:
    """Give the part of its base64 that does not depend on what stands beside it."""
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + data + b"\0" * 3)
        first = -(-8 * shift // 6)
        sure = text[first : (shift + len(data)) * 8 // 6]
        yield sure
        yield sure.replace(b"+", b"-").replace(b"/", b"_")


def _word(chance: random.Random) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(3))


def _name(chance: random.Random) -> str:
    return f"{_word(chance).capitalize()} {_word(chance).capitalize()}"


def _digits(chance: random.Random, count: int) -> str:
    return "".join(chance.choice("0123456789") for _ in range(count))


def _token(chance: random.Random, count: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    return "".join(chance.choice(letters) for _ in range(count))


def _luhn(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)


def _grouped(digits: str) -> str:
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def _iban(chance: random.Random) -> str:
    account = _digits(chance, 18)
    check = 98 - int(f"{account}131400") % 97  # D is 13, E is 14
    return f"DE{check:02}{account}"
