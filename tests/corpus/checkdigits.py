"""Check digits, written from their standards and by nothing that the product uses."""

from __future__ import annotations

from collections.abc import Sequence


def luhn(number: str) -> bool:
    """Tell whether the last digit is right (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        worth = int(digit) * (2 if place % 2 else 1)
        total += worth // 10 + worth % 10
    return total % 10 == 0


def with_luhn(body: str) -> str:
    """Add the digit that makes it right."""
    return next(body + digit for digit in "0123456789" if luhn(body + digit))


def weighted(number: str, weights: Sequence[int]) -> int:
    """Give the sum of digits times weights."""
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


def iban_checks(country: str, account: str) -> str:
    """Give the two check digits of an IBAN (ISO 13616, ISO/IEC 7064 MOD 97-10)."""
    turned = "".join(str(int(sign, 36)) for sign in f"{account}{country}00")
    return f"{98 - int(turned) % 97:02d}"


def mod_11_10(body: str) -> str:
    """Give the check digit of ISO/IEC 7064 MOD 11,10."""
    product = 10
    for digit in body:
        total = (int(digit) + product) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def nhs(number: str) -> bool:
    """Tell whether a NHS number's last digit is right (NHS Data Dictionary, modulus 11)."""
    rest = 11 - weighted(number[:9], range(10, 1, -1)) % 11
    return rest != 10 and rest % 11 == int(number[9])


def _dihedral(left: int, right: int) -> int:
    """Multiply in the group of a pentagon's turns (0 to 4) and mirrorings (5 to 9)."""
    half = 5
    if left < half:
        return (left + right) % half if right < half else half + (left + right) % half
    return half + (left - right) % half if right < half else (left - right) % half


def verhoeff(number: str) -> bool:
    """Tell whether the last digit is right (J. Verhoeff, 1969; UIDAI uses it for Aadhaar)."""
    step = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
    check = 0
    for place, digit in enumerate(reversed(number)):
        moved = int(digit)
        for _ in range(place % 8):
            moved = step[moved]
        check = _dihedral(check, moved)
    return check == 0


def mrz(text: str) -> str:
    """Give the check digit of a machine readable zone (ICAO Doc 9303-3, 4.9)."""
    total = 0
    for place, sign in enumerate(text):
        worth = 0 if sign == "<" else int(sign, 36)
        total += worth * (7, 3, 1)[place % 3]
    return str(total % 10)
