"""National numbers of Brazil, South Africa and the Philippines."""

from __future__ import annotations

from tests.corpus.checkdigits import weighted, with_luhn
from tests.corpus.dice import Dice, Value, groups


def cpf(dice: Dice, form: str) -> Value:
    """Give a Brazilian CPF with its two check digits (Receita Federal)."""
    made = dice.digits(9)
    for length in (9, 10):
        rest = weighted(made, range(length + 1, 1, -1)) * 10 % 11
        made += str(rest % 10)
    shown = f"{made[:3]}.{made[3:6]}.{made[6:9]}-{made[9:]}"
    return Value(made if form == "plain" else shown, made)


def south_african(dice: Dice, form: str) -> Value:
    """Give an identity number: day of birth, serial, citizenship, 8, Luhn's digit."""
    made = with_luhn(f"{dice.day(1945, 2004):%y%m%d}{dice.digits(4)}{dice.pick('01')}8")
    return Value(groups(made, (6, 4, 2), " ") if form == "space" else made, made)


def philippine_sss(dice: Dice, _form: str) -> Value:
    """Give a number of the Philippine social security system, 2-7-1 digits."""
    made = f"{dice.number(1, 34):02d}{dice.digits(8)}"
    return Value(f"{made[:2]}-{made[2:9]}-{made[9:]}", made)


def philippine_tin(dice: Dice, form: str) -> Value:
    """Give a Philippine taxpayer number, with or without the branch."""
    made = dice.pick("1234") + dice.digits(8)
    return Value(groups(made, (3, 3), "-"), made) if form != "branch" else _branch(made)


def _branch(made: str) -> Value:
    return Value(groups(made + "000", (3, 3, 3), "-"), made + "000")


def philippine_id(dice: Dice, form: str) -> Value:
    """Give a PhilSys number: twelve digits, or the sixteen of a card."""
    made = dice.digits(16 if form == "card" else 12)
    return Value(groups(made, (4, 4, 4), "-"), made)


MAKERS = {
    "BR_CPF": cpf,
    "ZA_ID": south_african,
    "PH_PSN": philippine_id,
    "PH_SSS": philippine_sss,
    "PH_TIN": philippine_tin,
}
