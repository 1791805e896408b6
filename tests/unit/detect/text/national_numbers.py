"""Valid national numbers of nobody: drawn at random and closed with their check digits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from string import ascii_uppercase

from stdnum import luhn
from stdnum.at import vnr
from stdnum.br import cpf
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.ie import vat
from stdnum.iso7064 import mod_11_10
from stdnum.it import codicefiscale
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.ro import cnp

_OLDEST, _DAYS = date(1932, 1, 1), 27_000
_CONSONANTS = "BCDFGLMNPRSTV"
_CENTURY_2000 = 2000
_CHECKED_SINCE = 1954


def digits(draw: Random, length: int) -> str:
    """Draw digits."""
    return "".join(draw.choice("0123456789") for _ in range(length))


def born(draw: Random) -> date:
    """Draw a birth date from 1932 to 2005."""
    return _OLDEST + timedelta(days=draw.randrange(_DAYS))


def weighted(number: str, weights: tuple[int, ...]) -> int:
    """Sum the products of digits and weights."""
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True))


def steuer_id(draw: Random) -> str:
    """Draw a DE_TIN: one of its first ten digits stands twice."""
    figures = draw.sample("0123456789", 10)
    figures[draw.randrange(1, 10)] = figures[0]
    draw.shuffle(figures)
    if figures[0] == "0" or len(set(figures)) != 9:
        return steuer_id(draw)
    body = "".join(figures)
    return body + mod_11_10.calc_check_digit(body)


def rentenversicherung(draw: Random) -> str:
    """Draw a DE_RVNR."""
    area = draw.choice(["02", "13", "15", "25", "44", "53", "65", "78"])
    day, letter, serial = f"{born(draw):%d%m%y}", draw.choice(ascii_uppercase), digits(draw, 2)
    plain = f"{area}{day}{ascii_uppercase.index(letter) + 1:02d}{serial}"
    weights = (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1)
    products = [int(digit) * weight for digit, weight in zip(plain, weights, strict=True)]
    check = sum(int(digit) for digit in "".join(map(str, products))) % 10
    return f"{area}{day}{letter}{serial}{check}"


def nir_number(draw: Random) -> str:
    """Draw a FR_NIR; one of eight is of Corsica."""
    department = draw.choice(["2A", "2B", "75", "69", "13", "33", "59", "99"])
    commune, serial = draw.randrange(1, 900), draw.randrange(1, 999)
    body = f"{draw.choice('12')}{born(draw):%y%m}{department}{commune:03d}{serial:03d}"
    return body + nir.calc_check_digits(body)


def codice_fiscale(draw: Random) -> str:
    """Draw an IT_CF."""
    day = born(draw)
    name = "".join(draw.choice(_CONSONANTS) for _ in range(6))
    month = "ABCDEHLMPRST"[day.month - 1]
    number = day.day + draw.choice((0, 40))
    place = f"{draw.choice('ABCDEFGHL')}{draw.randrange(1, 999):03d}"
    body = f"{name}{day:%y}{month}{number:02d}{place}"
    return body + codicefiscale.calc_check_digit(body)


def dni_or_nie(draw: Random) -> str:
    """Draw an ES_ID: one of four is a foreigner's."""
    first = draw.choice("XYZ") if draw.randrange(4) == 0 else draw.choice("0123457")
    body = first + digits(draw, 7)
    return body + dni.calc_check_digit(body.translate(str.maketrans("XYZ", "012")))


def pesel_number(draw: Random) -> str:
    """Draw a PL_PESEL."""
    day = born(draw)
    month = day.month + (20 if day.year >= _CENTURY_2000 else 0)
    body = f"{day:%y}{month:02d}{day:%d}{digits(draw, 4)}"
    return body + pesel.calc_check_digit(body)


def bsn(draw: Random) -> str:
    """Draw an NL_BSN."""
    body = draw.choice("123456789") + digits(draw, 7)
    check = weighted(body, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return f"{body}{check}" if check < 10 else bsn(draw)


def cnp_number(draw: Random) -> str:
    """Draw an RO_CNP."""
    day = born(draw)
    sex = draw.choice("56" if day.year >= _CENTURY_2000 else "12")
    body = f"{sex}{day:%y%m%d}{draw.randrange(1, 41):02d}{draw.randrange(1, 999):03d}"
    return body + cnp.calc_check_digit(body)


def rijksregister(draw: Random) -> str:
    """Draw a BE_NN."""
    day = born(draw)
    body = f"{day:%y%m%d}{draw.randrange(1, 998):03d}"
    whole = f"2{body}" if day.year >= _CENTURY_2000 else body
    return f"{body}{97 - int(whole) % 97:02d}"


def nif_number(draw: Random) -> str:
    """Draw a PT_NIF of a person."""
    body = draw.choice("12") + digits(draw, 7)
    return body + nif.calc_check_digit(body)


def personnummer(draw: Random) -> str:
    """Draw an SE_PN."""
    body = f"{born(draw):%y%m%d}{draw.randrange(1, 999):03d}"
    return f"{body[:6]}-{body[6:]}{luhn.calc_check_digit(body)}"


def svnr(draw: Random) -> str:
    """Draw an AT_SVNR."""
    serial, day = f"{draw.randrange(100, 999)}", f"{born(draw):%d%m%y}"
    check = vnr.calc_check_digit(f"{serial}0{day}")
    return f"{serial}{check}{day}" if len(check) == 1 else svnr(draw)


def ppsn(draw: Random) -> str:
    """Draw an IE_PPSN; half have a second letter."""
    body, second = digits(draw, 7), draw.choice(["", "", "A", "B", "H"])
    return f"{body}{vat.calc_check_digit(body + second)}{second}"


def cpr(draw: Random) -> str:
    """Draw a DK_CPR."""
    day = born(draw)
    century = draw.choice("4569" if day.year >= _CENTURY_2000 else "0123")
    return f"{day:%d%m%y}-{century}{draw.randrange(1, 999):03d}"


def hetu(draw: Random) -> str:
    """Draw an FI_HETU."""
    day, serial = born(draw), f"{draw.randrange(2, 899):03d}"
    century = draw.choice("A" if day.year >= _CENTURY_2000 else "-")
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{day:%d%m%y}{serial}") % 31]
    return f"{day:%d%m%y}{century}{serial}{check}"


def birth_number(draw: Random) -> str:
    """Draw a CZ_RC."""
    day = born(draw)
    head = f"{day:%y}{day.month + draw.choice((0, 50)):02d}{day:%d}"
    if day.year < _CHECKED_SINCE:
        return f"{head}{draw.randrange(1, 999):03d}"
    serial = draw.randrange(100, 900)
    return next(n for n in (f"{head}{serial + more:04d}" for more in range(11)) if int(n) % 11 == 0)


def amka(draw: Random) -> str:
    """Draw a GR_AMKA."""
    body = f"{born(draw):%d%m%y}{digits(draw, 4)}"
    return body + luhn.calc_check_digit(body)


def afm(draw: Random) -> str:
    """Draw a GR_AFM."""
    body = draw.choice("01234") + digits(draw, 7)
    return f"{body}{weighted(body, (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10}"


def taj(draw: Random) -> str:
    """Draw a HU_TAJ."""
    body = draw.choice("01") + digits(draw, 7)
    return f"{body}{weighted(body, (3, 7, 3, 7, 3, 7, 3, 7)) % 10}"


def adoazonosito(draw: Random) -> str:
    """Draw a HU_TAX."""
    body = f"8{(born(draw) - date(1867, 1, 1)).days:05d}{digits(draw, 3)}"
    check = weighted(body, (1, 2, 3, 4, 5, 6, 7, 8, 9)) % 11
    return f"{body}{check}" if check < 10 else adoazonosito(draw)


def sin(draw: Random) -> str:
    """Draw a CA_SIN."""
    body = draw.choice("1234567") + digits(draw, 7)
    return body + luhn.calc_check_digit(body)


def tfn(draw: Random) -> str:
    """Draw an AU_TFN of nine digits."""
    body = draw.choice("12345678") + digits(draw, 7)
    rest = weighted(body, (1, 4, 3, 7, 5, 8, 6, 9)) % 11
    return f"{body}{rest}" if rest < 10 else tfn(draw)


def medicare(draw: Random) -> str:
    """Draw an AU_MEDICARE of ten digits."""
    body = draw.choice("23456") + digits(draw, 7)
    return f"{body}{weighted(body, (1, 3, 7, 9, 1, 3, 7, 9)) % 10}{draw.choice('123')}"


def cpf_number(draw: Random) -> str:
    """Draw a BR_CPF."""
    body = digits(draw, 9)
    return body + cpf._calc_check_digits(body + "00")


def sss(draw: Random) -> str:
    """Draw a PH_SSS."""
    return f"{draw.choice(['02', '03', '33', '34'])}-{digits(draw, 7)}-{digits(draw, 1)}"


def philsys(draw: Random) -> str:
    """Draw a PH_PSN."""
    return f"{draw.randrange(1000, 9999)}-{digits(draw, 4)}-{digits(draw, 4)}"


def ph_tin(draw: Random) -> str:
    """Draw a PH_TIN."""
    return f"{draw.randrange(100, 999)}-{digits(draw, 3)}-{digits(draw, 3)}-000"


def za_id(draw: Random) -> str:
    """Draw a ZA_ID."""
    body = f"{born(draw):%y%m%d}{digits(draw, 4)}{draw.choice('01')}8"
    return body + luhn.calc_check_digit(body)


@dataclass(frozen=True, slots=True)
class Made:
    """How a kind's numbers are drawn, and what the columns that hold them are called."""

    draw: Callable[[Random], str]
    columns: tuple[str, ...]


MADE = {
    "DE_TIN": Made(steuer_id, ("steuer_id", "Steueridentifikationsnummer", "tax_id", "IdNr")),
    "DE_RVNR": Made(rentenversicherung, ("Rentenversicherungsnummer", "rvnr", "sv_nummer", "ssn")),
    "FR_NIR": Made(nir_number, ("nir", "Numéro de sécurité sociale", "social_security_number")),
    "IT_CF": Made(codice_fiscale, ("codice_fiscale", "CF", "tax_id", "cliente")),
    "ES_ID": Made(dni_or_nie, ("dni", "NIF", "DNI/NIE", "national_id", "tax_id")),
    "PL_PESEL": Made(pesel_number, ("pesel", "Numer PESEL", "national_id")),
    "NL_BSN": Made(bsn, ("bsn", "Burgerservicenummer", "sofinummer")),
    "RO_CNP": Made(cnp_number, ("cnp", "Cod numeric personal", "national_id")),
    "BE_NN": Made(rijksregister, ("rijksregisternummer", "NISS", "Registre national", "ssn")),
    "PT_NIF": Made(nif_number, ("nif", "Contribuinte", "NIF do cliente")),
    "SE_PN": Made(personnummer, ("personnummer", "Personnr", "personal_number")),
    "AT_SVNR": Made(svnr, ("svnr", "SV-Nummer", "Sozialversicherungsnummer")),
    "IE_PPSN": Made(ppsn, ("ppsn", "PPS number", "pps_no")),
    "DK_CPR": Made(cpr, ("cpr", "CPR-nummer", "cpr_no")),
    "FI_HETU": Made(hetu, ("hetu", "Henkilötunnus", "personal_identity_code", "asiakas")),
    "CZ_RC": Made(birth_number, ("rodne_cislo", "Rodné číslo", "birth_number")),
    "GR_AMKA": Made(amka, ("amka", "AMKA", "Greek social security number")),
    "GR_AFM": Made(afm, ("afm", "AFM", "afm_number")),
    "HU_TAJ": Made(taj, ("taj", "TAJ szám", "taj_number")),
    "HU_TAX": Made(adoazonosito, ("adoazonosito_jel", "Adóazonosító jel", "tax_id")),
    "CA_SIN": Made(sin, ("sin", "SIN", "Social insurance number")),
    "AU_TFN": Made(tfn, ("tfn", "Tax file number", "customer_tfn")),
    "AU_MEDICARE": Made(medicare, ("medicare", "Medicare no", "medicare_number")),
    "BR_CPF": Made(cpf_number, ("cpf", "CPF do cliente", "tax_id")),
    "PH_SSS": Made(sss, ("sss", "SSS No.", "sss_number")),
    "PH_PSN": Made(philsys, ("philsys_number", "PSN", "PhilSys ID")),
    "PH_TIN": Made(ph_tin, ("tin", "TIN", "bir_tin")),
    "ZA_ID": Made(za_id, ("RSA ID", "id_number", "identity_number")),
}
"""Every national kind."""


def some(kind: str, count: int, seed: int = 1) -> list[str]:
    """Draw distinct numbers of a kind; the same seed gives the same numbers."""
    draw = Random(f"{kind}{seed}")
    found: dict[str, None] = {}
    while len(found) < count:
        found[MADE[kind].draw(draw)] = None
    return list(found)
