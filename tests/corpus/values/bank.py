"""Bank accounts: IBANs of many countries, British sort codes with account numbers."""

from __future__ import annotations

from tests.corpus.checkdigits import iban_checks
from tests.corpus.dice import Dice, Value, groups

# Basic bank account numbers by country (SWIFT IBAN registry): a letter, d digit.
_ACCOUNTS = {
    "GB": "aaaa" + "d" * 14,
    "IE": "aaaa" + "d" * 14,
    "DE": "d" * 18,
    "AT": "d" * 16,
    "CH": "d" * 17,
    "FR": "d" * 23,
    "NL": "aaaa" + "d" * 10,
    "BE": "d" * 12,
    "ES": "d" * 20,
    "PT": "d" * 21,
    "IT": "a" + "d" * 22,
    "PL": "d" * 24,
    "SE": "d" * 20,
    "RO": "aaaa" + "d" * 16,
    "CZ": "d" * 20,
    "SK": "d" * 20,
    "GR": "d" * 23,
    "HU": "d" * 24,
    "BR": "d" * 23 + "aa",
    "DK": "d" * 14,
    "NO": "d" * 11,
    "FI": "d" * 14,
}


def iban_of(dice: Dice, country: str) -> str:
    """Give an IBAN of a country."""
    shape = _ACCOUNTS[country]
    account = "".join(dice.letters(1) if sign == "a" else dice.digits(1) for sign in shape)
    return country + iban_checks(country, account) + account


def iban(dice: Dice, form: str) -> Value:
    """Give an IBAN; `de-space` is a German one in groups of four."""
    country, _, style = form.partition("-")
    value = iban_of(dice, country.upper() or dice.pick(("GB", "DE", "FR", "IE", "NL", "ES")))
    joint = {"space": " ", "dash": "-", "nbsp": "\u00a0"}.get(style, "")
    return Value(groups(value, (4,) * 8, joint) if joint else value, value)


def sort_code(dice: Dice, _form: str) -> Value:
    """Give a sort code; it is no finding without its account."""
    return Value(groups(dice.digits(6), (2, 2), "-"), "")


def account(dice: Dice, _form: str) -> Value:
    """Give the account number beside a sort code."""
    made = dice.pick("123456789") + dice.digits(7)
    return Value(made, made)


MAKERS = {"IBAN": iban, "SORT": sort_code, "SORT_ACCT": account}
