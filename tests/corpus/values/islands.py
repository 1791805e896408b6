"""National numbers of the United Kingdom, North America, Australia, and India."""

from __future__ import annotations

from tests.corpus.checkdigits import luhn, nhs, verhoeff, weighted
from tests.corpus.dice import Dice, Value, groups

_NO_NINO = {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"}


def ssn(dice: Dice, form: str) -> Value:
    """Give a number that the SSA may have issued: not 000, 666 or 9xx, no group of zeros."""
    area = dice.pick([n for n in range(1, 900) if n not in {666, 219, 78, 987}])
    made = f"{area:03d}{dice.number(1, 99):02d}{dice.number(1, 9999):04d}"
    joint = {"plain": "", "space": " ", "dot": "."}.get(form, "-")
    return Value(groups(made, (3, 2), joint) if joint else made, made)


def nino(dice: Dice, form: str) -> Value:
    """Give a National Insurance number (HMRC NIM39110)."""
    first, second = "ABCEGHJKLMNOPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ"
    head = dice.until(lambda: dice.pick(first) + dice.pick(second), lambda p: p not in _NO_NINO)
    made = head + dice.digits(6) + dice.pick("ABCD")
    joint = {"space": " ", "dash": "-"}.get(form, "")
    shown = groups(made, (2, 2, 2, 2), joint) if joint else made
    return Value(shown.lower() if form == "lower" else shown, made)


def nhs_number(dice: Dice, form: str) -> Value:
    """Give a NHS number."""
    made = dice.until(lambda: dice.pick("4679") + dice.digits(9), nhs)
    joint = {"space": " ", "dash": "-"}.get(form, "")
    return Value(groups(made, (3, 3), joint) if joint else made, made)


def aadhaar(dice: Dice, form: str) -> Value:
    """Give an Aadhaar number (UIDAI): twelve digits, the last one Verhoeff's."""
    made = dice.until(lambda: dice.pick("23456789") + dice.digits(11), verhoeff)
    joint = {"space": " ", "dash": "-"}.get(form, "")
    return Value(groups(made, (4, 4), joint) if joint else made, made)


def income_tax(dice: Dice, _form: str) -> Value:
    """Give a permanent account number of the Indian income tax."""
    made = f"{dice.letters(3)}{dice.pick('PPPPCHF')}{dice.letters(1)}{dice.digits(4)}"
    return Value(whole := made + dice.letters(1), whole)


def sin(dice: Dice, form: str) -> Value:
    """Give a Canadian social insurance number."""
    made = dice.until(lambda: dice.pick("1234567") + dice.digits(8), luhn)
    joint = {"plain": "", "dash": "-"}.get(form, " ")
    return Value(groups(made, (3, 3), joint) if joint else made, made)


def tfn(dice: Dice, form: str) -> Value:
    """Give an Australian tax file number."""
    weights = (1, 4, 3, 7, 5, 8, 6, 9, 10)
    made = dice.until(
        lambda: dice.pick("12345678") + dice.digits(8), lambda n: weighted(n, weights) % 11 == 0
    )
    return Value(made if form == "plain" else groups(made, (3, 3), " "), made)


def medicare(dice: Dice, form: str) -> Value:
    """Give an Australian Medicare number: eight digits, their check, the issue."""
    body = dice.pick("23456") + dice.digits(7)
    check = weighted(body, (1, 3, 7, 9, 1, 3, 7, 9)) % 10
    made = f"{body}{check}{dice.number(1, 9)}"
    return Value(made if form == "plain" else groups(made, (4, 5), " "), made)


MAKERS = {
    "SSN": ssn,
    "NINO": nino,
    "NHS": nhs_number,
    "AADHAAR": aadhaar,
    "IN_PAN": income_tax,
    "CA_SIN": sin,
    "AU_TFN": tfn,
    "AU_MEDICARE": medicare,
}
