"""Payment cards in every way that people write them, and their codes."""

from __future__ import annotations

from tests.corpus.checkdigits import luhn, with_luhn
from tests.corpus.dice import Dice, Value, groups

TEST_CARDS = (
    "4111111111111111",
    "4242424242424242",
    "4012888888881881",
    "5555555555554444",
    "5105105105105100",
    "378282246310005",
    "371449635398431",
    "6011111111111117",
)
"""Published by schemes and processors for tests."""

_BRANDS = {
    "visa": (44, 16, ("4",)),
    "mastercard": (24, 16, ("51", "52", "53", "54", "55")),
    "mastercard-2": (8, 16, ("2221", "2345", "2488", "2591", "2702")),
    "amex": (9, 15, ("34", "37")),
    "discover": (4, 16, ("6011", "65", "644")),
    "diners": (3, 14, ("36", "38")),
    "jcb": (3, 16, ("3528", "3541", "3566", "3589")),
    "unionpay": (2, 16, ("62",)),
    "maestro": (1, 16, ("6759", "5018")),
    "rupay": (1, 16, ("6070", "6521")),
    "visa-19": (1, 19, ("4",)),
}
_SIZES = {14: (4, 6, 4), 15: (4, 6, 5), 16: (4, 4, 4, 4), 19: (4, 4, 4, 4, 3)}
_JOINTS = {
    "space": " ",
    "dash": "-",
    "dot": ".",
    "nbsp": "\u00a0",
    "thin": "\u2009",
    "narrow": "\u202f",
    "endash": "\u2013",
    "percent": "%20",
    "plus": "+",
    "entity": "&nbsp;",
    "twospaces": "  ",
    "slash": "/",
}
_COMMON = ("plain",) * 5 + ("space",) * 4 + ("dash",) * 2 + ("dot", "nbsp")
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def number(dice: Dice, brand: str = "") -> str:
    """Give a card's number, of no published test card."""
    names = list(_BRANDS)
    weights = [weight for weight, _, _ in _BRANDS.values()]
    chosen = brand or dice.random.choices(names, weights)[0]
    _, length, heads = _BRANDS[chosen]

    def make() -> str:
        head = dice.pick(heads)
        return with_luhn(head + dice.digits(length - 1 - len(head)))

    return dice.until(make, lambda n: n not in TEST_CARDS and len(set(n)) > 5)


def card(dice: Dice, form: str) -> Value:
    """Write a card number in a form; none means one of the usual."""
    brand = {"amex": "amex", "visa": "visa", "long": "visa-19", "diners": "diners"}.get(form, "")
    sixteen = form in {"wrap", "turns", "halves", "split", "digits16", "quoted"}
    value = number(dice, brand or ("visa" if sixteen else ""))
    chosen = "space" if brand else form or dice.pick(_COMMON)
    return Value(_written(dice, value, chosen), value)


def _written(dice: Dice, value: str, form: str) -> str:
    sizes = _SIZES[len(value)]
    if form in _JOINTS:
        return groups(value, sizes, _JOINTS[form])
    if form in {"wide", "single", "words"}:
        return _spelled(value, form)
    if form == "wrap":
        return groups(value, (8,), "\n").replace(value[:4], value[:4] + " ", 1)
    if form == "quoted":
        return f"{value[:4]} {value[4:8]}\n> {value[8:12]} {value[12:]}"
    return _magnetic(dice, value, form) if form.startswith("track") else value


def _spelled(value: str, form: str) -> str:
    if form == "wide":
        return "".join(chr(0xFF10 + int(digit)) for digit in value)
    return " ".join(value if form == "single" else (WORDS[int(digit)] for digit in value))


def _magnetic(dice: Dice, value: str, form: str) -> str:
    """Write a track (ISO/IEC 7813)."""
    until = f"{dice.number(27, 33)}{dice.number(1, 12):02d}"
    if form == "track1":
        name = f"{dice.letters(7)}/{dice.letters(5)}"
        return f"%B{value}^{name}^{until}201{dice.digits(12)}?"
    return f";{value}={until}201{dice.digits(10)}?"


def code(dice: Dice, form: str) -> Value:
    """Give a card's code."""
    made = dice.digits(4 if form == "amex" else 3)
    return Value(made, made)


def no_card(dice: Dice, length: int = 16) -> str:
    """Give a number that begins like a card's and has a wrong check digit."""
    return dice.until(lambda: dice.pick("45") + dice.digits(length - 1), lambda n: not luhn(n))


MAKERS = {"PAN": card, "CVV": code}
