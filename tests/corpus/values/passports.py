"""Passport numbers of many countries, and the two lines at the foot of the page."""

from __future__ import annotations

from tests.corpus.checkdigits import mrz
from tests.corpus.dice import Dice, Value

_GERMAN = "CFGHJKLMNPRTVWXYZ0123456789"
_CODES = {
    "uk": "GBR",
    "us": "USA",
    "in": "IND",
    "de": "D<<",
    "fr": "FRA",
    "it": "ITA",
    "es": "ESP",
    "nl": "NLD",
    "pl": "POL",
    "ie": "IRL",
    "ca": "CAN",
    "au": "AUS",
    "ph": "PHL",
    "br": "BRA",
    "pt": "PRT",
    "za": "ZAF",
    "at": "AUT",
    "be": "BEL",
    "ch": "CHE",
    "nz": "NZL",
    "se": "SWE",
    "dk": "DNK",
    "no": "NOR",
    "fi": "FIN",
    "cz": "CZE",
    "sk": "SVK",
    "gr": "GRC",
    "ro": "ROU",
    "mx": "MEX",
}


def number_of(dice: Dice, country: str) -> str:
    """Give a number in the shape that a country prints (PRADO, Council of the EU)."""
    shapes = {
        "uk": lambda: dice.pick("123456789") + dice.digits(8),
        "us": lambda: dice.letters(1) + dice.digits(8),
        "in": lambda: dice.pick("JKLMNPRSTUVZ") + dice.digits(7),
        "de": lambda: dice.pick("CFGHJK") + dice.letters(8, _GERMAN),
        "fr": lambda: dice.digits(2) + dice.letters(2) + dice.digits(5),
        "it": lambda: dice.pick("YABC") + dice.pick("ABCD") + dice.digits(7),
        "es": lambda: dice.letters(3) + dice.digits(6),
        "nl": lambda: "N" + dice.letters(1, "ABCDEFGHJKLMNPRSTUVWXYZ") + dice.digits(7),
        "pl": lambda: dice.letters(2) + dice.digits(7),
        "ie": lambda: "P" + dice.letters(1) + dice.digits(7),
        "ca": lambda: dice.letters(2) + dice.digits(6),
        "au": lambda: dice.pick(("PA", "PB", "RA", "N", "L")) + dice.digits(7),
        "ph": lambda: "P" + dice.digits(7) + dice.letters(1),
        "br": lambda: dice.letters(2) + dice.digits(6),
        "pt": lambda: "C" + dice.letters(1) + dice.digits(6),
        "za": lambda: dice.pick("AM") + dice.digits(8),
        "at": lambda: dice.pick("PU") + dice.digits(7),
        "be": lambda: dice.pick("EGH") + dice.letters(1) + dice.digits(6),
        "ch": lambda: dice.pick("XFS") + dice.digits(7),
        "nz": lambda: dice.pick(("LA", "LF", "LM", "RA")) + dice.digits(6),
        "se": lambda: dice.pick("3589") + dice.digits(7),
        "dk": lambda: "2" + dice.digits(8),
        "no": lambda: dice.pick("23") + dice.digits(7),
        "fi": lambda: dice.pick(("FP", "PP", "XP")) + dice.digits(7),
        "cz": lambda: dice.pick("34") + dice.digits(7),
        "sk": lambda: dice.pick(("PA", "PB", "BA", "BB")) + dice.digits(7),
        "gr": lambda: "A" + dice.letters(1, "EHIKMNOPT") + dice.digits(7),
        "ro": lambda: "05" + dice.digits(7),
        "mx": lambda: dice.pick("GNE") + dice.digits(8),
    }
    return shapes[country]()


def passport(dice: Dice, form: str) -> Value:
    """Give a passport's number; `mrz-de` gives the two lines of its page."""
    if form.startswith("mrz"):
        return machine_readable(dice, form.partition("-")[2] or "uk")
    made = number_of(dice, form or "uk")
    return Value(made, made)


def machine_readable(dice: Dice, country: str) -> Value:
    """Write the machine readable zone of a TD3 page (ICAO Doc 9303-4)."""
    made, code = number_of(dice, country), _CODES[country]
    field = made.ljust(9, "<")
    day = dice.day(1950, 2004)
    born, until = f"{day:%y%m%d}", f"{dice.day(2027, 2034):%y%m%d}"
    optional = "<" * 14
    second = f"{field}{mrz(field)}{code}{born}{mrz(born)}{dice.pick('MF')}{until}{mrz(until)}"
    second += f"{optional}<"
    whole = second[:10] + second[13:20] + second[21:43]
    first = f"P<{code}{dice.letters(7)}<<{dice.letters(5)}".ljust(44, "<")
    return Value(f"{first}\n{second}{mrz(whole)}", made, (("DOB", day.isoformat()),))


MAKERS = {"PASSPORT": passport}
