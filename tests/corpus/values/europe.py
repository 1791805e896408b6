"""National numbers of the European Union's larger states."""

from __future__ import annotations

from collections import Counter

from tests.corpus.checkdigits import mod_11_10, weighted
from tests.corpus.dice import Dice, Value, groups

_ODD = dict(zip("0123456789", (1, 0, 5, 7, 9, 13, 15, 17, 19, 21), strict=True)) | dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            1,
            0,
            5,
            7,
            9,
            13,
            15,
            17,
            19,
            21,
            2,
            4,
            18,
            20,
            11,
            3,
            6,
            8,
            12,
            14,
            16,
            10,
            22,
            25,
            24,
            23,
        ),
        strict=True,
    )
)
_CONSONANTS = "BCDFGLMNPRSTV"
_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"


def german_tax(dice: Dice, form: str) -> Value:
    """Give an identification number (section 139b AO): one digit of the first ten repeats."""

    def once_repeated(body: str) -> bool:
        counts = sorted(Counter(body).values())
        return body[0] != "0" and counts[-1] in {2, 3} and counts[:-1] == [1] * (len(counts) - 1)

    def make() -> str:
        body = dice.some("0123456789", 9)
        body.insert(dice.number(0, 9), dice.pick(body))
        return "".join(body)

    body = dice.until(make, once_repeated)
    made = body + mod_11_10(body)
    return Value(groups(made, (2, 3, 3), " ") if form == "space" else made, made)


def german_social(dice: Dice, form: str) -> Value:
    """Give a pension insurance number (VKVV section 2)."""
    day = dice.day(1945, 2004)
    area = dice.pick(("12", "14", "15", "38", "50", "53", "65"))
    body = f"{area}{day:%d%m%y}{dice.letters(1)}{dice.number(1, 99):02d}"
    letter = f"{ord(body[8]) - 64:02d}"
    digits = body[:8] + letter + body[9:]
    products = (
        int(d) * w for d, w in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)
    )
    check = sum(p // 10 + p % 10 for p in products) % 10
    made = f"{body}{check}"
    return Value(groups(made, (2, 6, 1), " ") if form == "space" else made, made)


def french(dice: Dice, form: str) -> Value:
    """Give a NIR (INSEE): sex, year, month, department, commune, order and a key of 97."""
    head = f"{dice.pick('12')}{dice.number(40, 99)}{dice.number(1, 12):02d}{dice.number(1, 95):02d}"
    body = f"{head}{dice.number(1, 590):03d}{dice.number(1, 999):03d}"
    made = f"{body}{97 - int(body) % 97:02d}"
    return Value(groups(made, (1, 2, 2, 2, 3, 3), " ") if form == "space" else made, made)


def italian(dice: Dice, form: str) -> Value:
    """Give a tax code (DM 23 December 1976)."""
    day = dice.day(1945, 2004)
    born = day.day + (40 if dice.chance(0.5) else 0)
    month = "ABCDEHLMPRST"[day.month - 1]
    names = dice.letters(6, _CONSONANTS)
    place = f"{dice.pick('ABCDEFGHL')}{dice.number(1, 900):03d}"
    body = f"{names}{day:%y}{month}{born:02d}{place}"
    even = sum(int(s) if s.isdigit() else ord(s) - 65 for s in body[1::2])
    made = body + chr(65 + (sum(_ODD[s] for s in body[::2]) + even) % 26)
    return Value(made.lower() if form == "lower" else made, made)


def spanish(dice: Dice, form: str) -> Value:
    """Give a DNI, or a foreigner's NIE, with its letter (Real Decreto 1553/2005)."""
    if form == "nie":
        head, digits = dice.pick("XYZ"), dice.digits(7)
        made = head + digits + _SPANISH[int(str("XYZ".index(head)) + digits) % 23]
        return Value(made, made)
    digits = dice.pick("123456789") + dice.digits(7)
    letter = _SPANISH[int(digits) % 23]
    joint = {"dash": "-", "space": " "}.get(form, "")
    return Value(digits + joint + letter, digits + letter)


def polish(dice: Dice, _form: str) -> Value:
    """Give a PESEL: the day of birth, the century in the month, a serial and a check."""
    day = dice.day(1945, 2004)
    month = day.month + (20 if day.year >= 2000 else 0)
    body = f"{day:%y}{month:02d}{day:%d}{dice.digits(4)}"
    made = f"{body}{-weighted(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10}"
    return Value(made, made)


def dutch(dice: Dice, form: str) -> Value:
    """Give a BSN: the eleven test with a last weight of -1."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    made = dice.until(
        lambda: dice.pick("123456789") + dice.digits(8), lambda n: weighted(n, weights) % 11 == 0
    )
    return Value(groups(made, (4, 2), ".") if form == "dot" else made, made)


def romanian(dice: Dice, _form: str) -> Value:
    """Give a CNP (Law 105/1996): sex and century, day, county, serial, check."""
    day = dice.day(1945, 2004)
    head = dice.pick("12") if day.year < 2000 else dice.pick("56")
    body = f"{head}{day:%y%m%d}{dice.number(1, 46):02d}{dice.number(1, 999):03d}"
    rest = weighted(body, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    made = f"{body}{1 if rest == 10 else rest}"
    return Value(made, made)


def belgian(dice: Dice, form: str) -> Value:
    """Give a national register number (Royal Decree of 3 April 1984)."""
    day = dice.day(1945, 2004)
    body = f"{day:%y%m%d}{dice.number(1, 997):03d}"
    full = int(body) + (2_000_000_000 if day.year >= 2000 else 0)
    made = f"{body}{97 - full % 97:02d}"
    shown = f"{made[:2]}.{made[2:4]}.{made[4:6]}-{made[6:9]}.{made[9:]}"
    return Value(made if form == "plain" else shown, made)


def portuguese(dice: Dice, form: str) -> Value:
    """Give a NIF of a person: first digit 1, 2 or 3."""
    body = dice.pick("123") + dice.digits(7)
    rest = 11 - weighted(body, range(9, 1, -1)) % 11
    made = f"{body}{0 if rest > 9 else rest}"
    return Value(groups(made, (3, 3), " ") if form == "space" else made, made)


MAKERS = {
    "DE_TIN": german_tax,
    "DE_RVNR": german_social,
    "FR_NIR": french,
    "IT_CF": italian,
    "ES_ID": spanish,
    "PL_PESEL": polish,
    "NL_BSN": dutch,
    "RO_CNP": romanian,
    "BE_NN": belgian,
    "PT_NIF": portuguese,
}
