"""What looks like personal data and is none: ids, times, measures, masked and published numbers."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from tests.corpus.checkdigits import iban_checks, luhn, with_luhn
from tests.corpus.dice import Dice, groups
from tests.corpus.values import bank, cards, europe, islands

Decoy = Callable[[Dice], str]


def _masked(dice: Dice) -> str:
    number = cards.number(dice, "visa")
    head, tail = number[:6], number[-4:]
    return dice.pick(
        (
            f"{head}******{tail}",
            f"XXXX-XXXX-XXXX-{tail}",
            f"{head[:4]} {head[4:]}** **** {tail}",
            f"{head}xxxxxx{tail}",
            f"**** **** **** {tail}",
            f"{head[:4]}-••••-••••-{tail}",
        )
    )


def _test_card(dice: Dice) -> str:
    number = dice.pick([n for n in cards.TEST_CARDS if len(n) == 16])
    return groups(number, (4, 4, 4), dice.pick((" ", "", "-")))


def _date(dice: Dice, shape: str) -> str:
    return dice.day(2023, 2026).strftime(shape)


def _version(dice: Dice) -> str:
    return groups(dice.digits(12), (4, 4), ".")


def _uuid(dice: Dice) -> str:
    return str(uuid.UUID(int=dice.random.getrandbits(128), version=4))


def _uuid_of_digits(dice: Dice) -> str:
    return f"{dice.digits(8)}-{groups(cards.number(dice, 'visa'), (4, 4, 4), '-')}{dice.digits(8)}"


def _broken_iban(dice: Dice) -> str:
    right = bank.iban_of(dice, dice.pick(("GB", "DE", "FR", "ES")))
    wrong = f"{(int(right[2:4]) + dice.number(1, 60)) % 97:02d}"
    return right[:2] + wrong + right[4:]


def _broken_ssn(dice: Dice) -> str:
    return (
        f"{dice.pick(('000', '666', '9' + dice.digits(2)))}-{dice.number(10, 99)}-{dice.digits(4)}"
    )


def _broken_nino(dice: Dice) -> str:
    return dice.pick(("GB", "NK", "ZZ", "DX", "QQ", "TN")) + dice.digits(6) + dice.pick("ABCD")


def _coordinates(dice: Dice) -> str:
    return f"{dice.number(35, 55)}.{dice.digits(14)}, -{dice.number(0, 9)}.{dice.digits(15)}"


def _hash_of_digits(dice: Dice) -> str:
    return dice.hex(20) + cards.number(dice) + dice.hex(28)


def _tenths(dice: Dice) -> str:
    return f"0.{cards.number(dice)}"


def _long_groups(dice: Dice) -> str:
    return groups(cards.number(dice, "visa") + dice.digits(8), (4,) * 6, " ")


def _money(dice: Dice) -> str:
    return f"{dice.number(1, 999)}.{dice.digits(3)}.{dice.digits(3)},{dice.digits(2)}"


def _address(dice: Dice) -> str:
    return f"10.{dice.number(0, 255)}.{dice.number(0, 255)}.{dice.number(1, 254)}"


def _old(dice: Dice, shape: str) -> str:
    """A day of the years that people are born in: of a deed, a lease, a house."""
    return dice.day(1950, 2004).strftime(shape)


def _structured(dice: Dice) -> str:
    """The reference of a Belgian transfer, its last two digits modulo 97."""
    body = dice.digits(10)
    check = int(body) % 97 or 97
    return f"+++{body[:3]}/{body[3:7]}/{body[7:]}{check:02d}+++"


def _creditor_reference(dice: Dice) -> str:
    """A structured creditor reference (ISO 11649)."""
    body = dice.digits(dice.pick((8, 12, 16)))
    return groups(f"RF{iban_checks('RF', body)}{body}", (4,) * 5, dice.pick((" ", "")))


def _organisation(dice: Dice) -> str:
    """A Swedish organisation number: its third digit is never a month's (SFS 1974:174)."""
    made = with_luhn(f"55{dice.number(20, 99)}{dice.digits(5)}")
    return f"{made[:6]}-{made[6:]}"


def _phone_in_code(dice: Dice) -> str:
    return f"[{dice.digits(3)}-{dice.digits(3)}]"


DECOYS: dict[str, Decoy] = {
    "order": lambda d: d.until(lambda: d.pick("45") + d.digits(15), lambda n: not luhn(n)),
    "order-luhn": lambda d: cards.number(d, d.pick(("visa", "mastercard"))),
    "imei": lambda d: with_luhn(d.pick(("35", "86", "01")) + d.digits(12)),
    "iccid": lambda d: with_luhn("89" + d.digits(16)),
    "parcel": lambda d: groups("9400" + d.digits(18), (4,) * 5, d.pick((" ", ""))),
    "sscc": lambda d: "00" + d.digits(18),
    "uuid": _uuid,
    "uuid-digits": _uuid_of_digits,
    "hash": _hash_of_digits,
    "hex": lambda d: d.hex(16),
    "float": _tenths,
    "millis": lambda d: str(1_700_000_000_000 + d.number(0, 9**11)),
    "micros": lambda d: str(1_700_000_000_000_000 + d.number(0, 9**14)),
    "masked": _masked,
    "test-card": _test_card,
    "version": _version,
    "date": lambda d: _date(d, "%d/%m/%Y"),
    "date-dot": lambda d: _date(d, "%d.%m.%Y"),
    "date-sort": lambda d: f"{_date(d, '%d-%m-%y')} {d.pick('123456789')}{d.digits(7)}",
    "coordinates": _coordinates,
    "ean": lambda d: d.pick(("40", "50", "84", "59")) + d.digits(11),
    "bad-ssn": _broken_ssn,
    "bad-nino": _broken_nino,
    "bad-iban": _broken_iban,
    "ten": lambda d: islands.nhs_number(d, "").true,
    "twelve": lambda d: islands.aadhaar(d, "").true,
    "nine": lambda d: europe.dutch(d, "").true,
    "eleven": lambda d: europe.polish(d, "").true,
    "thirteen": lambda d: europe.romanian(d, "").true,
    "serial": lambda d: d.letters(3) + d.pick("PZXW") + d.letters(1) + d.digits(4) + d.letters(1),
    "part": lambda d: d.letters(1) + d.digits(8),
    "vector": lambda d: " ".join(d.digits(d.number(40, 80))),
    "long-groups": _long_groups,
    "money": _money,
    "ip": _address,
    "bracket": _phone_in_code,
    "old-date": lambda d: _old(d, "%d/%m/%Y"),
    "old-date-dot": lambda d: _old(d, "%d.%m.%Y"),
    "old-date-iso": lambda d: _old(d, "%Y-%m-%d"),
    "chip": lambda d: (
        d.pick(("208", "246", "528", "578", "752", "941", "968", "977", "981")) + "0" + d.digits(11)
    ),
    "eight": lambda d: d.pick("1234567") + d.digits(7),
    "seven": lambda d: d.pick("1234567") + d.digits(6),
    "payment": lambda d: groups(d.digits(16), (4, 4, 4), " "),
    "structured": _structured,
    "creditor": _creditor_reference,
    "organisation": _organisation,
    "vat-nl": lambda d: f"NL{d.digits(9)}B{d.number(1, 99):02d}",
    "enterprise": lambda d: groups("0" + d.digits(9), (4, 3), "."),
}
