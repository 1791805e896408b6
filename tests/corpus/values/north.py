"""National numbers of Sweden, Denmark, Finland, Ireland and Austria."""

from __future__ import annotations

from tests.corpus.checkdigits import weighted, with_luhn
from tests.corpus.dice import Dice, Value, groups

_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def swedish(dice: Dice, form: str) -> Value:
    """Give a personal identity number (Skatteverket SKV 707)."""
    day = dice.day(1945, 2004)
    made = with_luhn(f"{day:%y%m%d}{dice.digits(3)}")
    if form == "plain":
        return Value(whole := f"{day.year // 100}{made}", whole)
    century = "" if form == "short" else f"{day.year // 100}"
    return Value(f"{century}{made[:6]}-{made[6:]}", f"{century}{made}")


def danish(dice: Dice, form: str) -> Value:
    """Give a CPR number; those of today need not hold the old check."""
    day = dice.day(1945, 1999)
    made = f"{day:%d%m%y}{dice.number(1, 3999):04d}"
    return Value(made if form == "plain" else groups(made, (6,), "-"), made)


def finnish(dice: Dice, _form: str) -> Value:
    """Give a henkilotunnus: the day, a sign for the century, a serial, a check sign of 31."""
    day = dice.day(1945, 2004)
    digits = f"{day:%d%m%y}{dice.number(2, 899):03d}"
    century = "-" if day.year < 2000 else "A"
    made = f"{digits[:6]}{century}{digits[6:]}{_FINNISH[int(digits) % 31]}"
    return Value(made, made)


def irish(dice: Dice, _form: str) -> Value:
    """Give a PPS number, every second one with the second letter of today."""
    digits, second = dice.digits(7), dice.pick(("", "A"))
    total = weighted(digits, range(8, 1, -1)) + 9 * len(second)
    made = f"{digits}{'WABCDEFGHIJKLMNOPQRSTUV'[total % 23]}{second}"
    return Value(made, made)


def austrian(dice: Dice, form: str) -> Value:
    """Give a social insurance number: serial, check, day of birth (ASVG section 30c)."""
    day = f"{dice.day(1945, 2004):%d%m%y}"

    def check(serial: str) -> int:
        return weighted(serial + day, (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11

    serial = dice.until(lambda: str(dice.number(100, 999)), lambda s: check(s) < 10)
    made = f"{serial}{check(serial)}{day}"
    return Value(groups(made, (4,), " ") if form == "space" else made, made)


MAKERS = {
    "SE_PN": swedish,
    "DK_CPR": danish,
    "FI_HETU": finnish,
    "IE_PPSN": irish,
    "AT_SVNR": austrian,
}
