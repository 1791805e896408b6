"""National numbers of the Czech Republic, Greece and Hungary."""

from __future__ import annotations

from datetime import date

from tests.corpus.checkdigits import weighted, with_luhn
from tests.corpus.dice import Dice, Value, groups

_EPOCH = date(1867, 1, 1)


def czech(dice: Dice, form: str) -> Value:
    """Give a birth number of ten digits, of eleven a multiple (Act 133/2000, section 13)."""
    day = dice.day(1955, 2004)
    month = day.month + (50 if dice.chance(0.5) else 0)

    def make() -> str:
        return f"{day:%y}{month:02d}{day:%d}{dice.digits(4)}"

    made = dice.until(make, lambda n: int(n) % 11 == 0)
    return Value(made if form == "plain" else f"{made[:6]}/{made[6:]}", made)


def greek_insurance(dice: Dice, _form: str) -> Value:
    """Give an AMKA: day of birth, serial, Luhn's digit (Law 3655/2008, article 153)."""
    made = with_luhn(f"{dice.day(1945, 2004):%d%m%y}{dice.digits(4)}")
    return Value(made, made)


def greek_tax(dice: Dice, _form: str) -> Value:
    """Give an AFM: eight digits weighted by powers of two, and a check."""
    body = dice.pick("01") + dice.digits(7)
    made = f"{body}{weighted(body, (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10}"
    return Value(made, made)


def hungarian_insurance(dice: Dice, form: str) -> Value:
    """Give a TAJ number (Act XX of 1996, annex)."""
    body = dice.pick("01") + dice.digits(7)
    made = f"{body}{weighted(body, (3, 7, 3, 7, 3, 7, 3, 7)) % 10}"
    return Value(made if form == "plain" else groups(made, (3, 3), " "), made)


def hungarian_tax(dice: Dice, _form: str) -> Value:
    """Give a tax number of a person: 8, days since 1867, serial, check (Act XX of 1996, annex)."""
    days = (dice.day(1945, 2004) - _EPOCH).days

    def check(body: str) -> int:
        return weighted(body, range(1, 10)) % 11

    body = dice.until(lambda: f"8{days:05d}{dice.digits(3)}", lambda b: check(b) < 10)
    made = f"{body}{check(body)}"
    return Value(made, made)


MAKERS = {
    "CZ_RC": czech,
    "GR_AMKA": greek_insurance,
    "GR_AFM": greek_tax,
    "HU_TAJ": hungarian_insurance,
    "HU_TAX": hungarian_tax,
}
