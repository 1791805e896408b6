"""IBAN: international bank account numbers, by country length and mod 97 (ISO 13616)."""

from __future__ import annotations

from agentguard.detect.lexicon.label_gap import GAP
from agentguard.detect.recogniser import Answer, Candidate, Recogniser, no, sure

# Countries by length, from the SWIFT registry.
_COUNTRIES = {
    15: "NO",
    16: "BE",
    18: "DK FO FI GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_LENGTHS = {country: length for length, names in _COUNTRIES.items() for country in names.split()}
_HEAD = 4
_JOINT = r"(?:[ \-+]|%20|&nbsp;|\\u00a0|\\~)?"


def _shape(length: int, countries: str) -> str:
    names = countries.replace(" ", "|")
    return f"(?:{names})[0-9]{{2}}(?:{_JOINT}[A-Z0-9]){{{length - _HEAD}}}"


def mod_97(iban: str) -> bool:
    """Check whether the two check digits are right (ISO/IEC 7064)."""
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def length_of(iban: str) -> int:
    """Return how many letters and digits an account has that begins so; 0 for no country's."""
    return _LENGTHS.get(iban[:2], 0)


def judge(candidate: Candidate) -> Answer:
    """Judge touch, country length and check digits."""
    if not candidate.alone:
        return no("touched")
    iban = candidate.compact.upper()
    if len(iban) != _LENGTHS.get(iban[:2]):
        return no("length")
    return sure(iban, "mod-97") if mod_97(iban) else no("mod-97")


RECOGNISER = Recogniser(
    kind="IBAN",
    judge=judge,
    bounded=True,
    plain=True,
    shapes=tuple(_shape(length, countries) for length, countries in _COUNTRIES.items()),
    labels=(r"iban",),
    # In small letters.
    near=GAP + r"\b([a-z]{2}[0-9]{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?)\b",
)
