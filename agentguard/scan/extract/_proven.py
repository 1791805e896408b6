"""Columns whose values prove what they are, whatever the column is called.

A check digit that one wrong number in ten passes by chance is proof when it holds down a column:
five rows leave one chance in a hundred thousand. A column that names another number is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from agentguard.pii.base import Candidate, words
from agentguard.pii.later import later
from agentguard.scan.extract._header import Row
from agentguard.scan.extract._passports import are_passports, may_be_either
from agentguard.scan.extract._supposed import (
    are_births,
    are_phones,
    follows_card,
    judged,
    share,
    shares,
)

_NONE = frozenset[str]()
_MOSTLY = 0.9
_HALF, _FIRST = 0.5, 8
_MOST_COLUMNS = 200
_SEPARATORS = later(r"[ .\-/]")
_LENGTHS = range(8, 17)

# Kind, a label that it knows, the shape without separators, and the rows that are proof. Where
# other numbers are given check digits in the same way, the name has to speak of a person as well.
_STRONG = (
    ("IE_PPSN", "PPSN", r"[0-9]{7}[A-W][ABHWTX]?", 4),
    ("DE_RVNR", "Rentenversicherungsnummer", r"[0-9]{8}[A-Z][0-9]{3}", 3),
    ("AT_SVNR", "SV-Nummer", r"[1-9][0-9]{9}", 5),
    ("FR_NIR", "NIR", r"[12][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}", 3),
    ("ES_ID", "DNI", r"[0-9XYZ][0-9]{7}[A-Z]", 4),
    ("IT_CF", "codice fiscale", r"[A-Z]{6}[0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{2}[A-Z]\w{3}[A-Z]", 3),
    ("BE_NN", "rijksregisternummer", r"[0-9]{11}", 3),
    ("BR_CPF", "CPF", r"[0-9]{11}", 4),
    ("SE_PN", "personnummer", r"(?:19|20)?[0-9]{2}[01][0-9]{7}", 4),
    ("FI_HETU", "henkil\xf6tunnus", r"[0-9]{6}[+A-FU-Y]?[0-9]{3}[0-9A-Y]", 3),
    ("CZ_RC", "rodn\xe9 c\xedslo", r"[0-9]{9,10}", 4),
    ("GR_AMKA", "AMKA", r"[0-9]{11}", 4),
)
_WEAK = (
    ("NHS", "NHS number", r"[0-9]{10}", 6),
    ("AADHAAR", "Aadhaar number", r"[2-9][0-9]{11}", 6),
    ("IN_PAN", "PAN card number", r"[A-Z]{3}P[A-Z][0-9]{4}[A-Z]", 4),
    ("AU_TFN", "TFN", r"[0-9]{8,9}", 6),
    ("AU_MEDICARE", "Medicare card number", r"[2-6][0-9]{9,10}", 6),
    ("CA_SIN", "SIN number", r"[1-79][0-9]{8}", 6),
    ("ZA_ID", "SA ID number", r"[0-9]{13}", 4),
    ("DE_TIN", "Steuer-ID", r"[1-9][0-9]{10}", 6),
    ("NL_BSN", "BSN", r"[0-9]{9}", 6),
    ("PL_PESEL", "PESEL", r"[0-9]{11}", 4),
    ("PT_NIF", "NIF", r"[1-4][0-9]{8}", 6),
    ("RO_CNP", "CNP", r"[1-9][0-9]{12}", 4),
    ("GR_AFM", "AFM number", r"[0-9]{9}", 6),
    ("HU_TAJ", "TAJ number", r"[0-9]{9}", 6),
    ("HU_TAX", "ad\xf3azonos\xedt\xf3 jel", r"8[0-9]{9}", 6),
)
_Checked = tuple[str, str, re.Pattern[str], int, bool]
_CHECKED = tuple((*row[:2], re.compile(row[2]), row[3], row in _STRONG) for row in _STRONG + _WEAK)
# As only a person's number is written; companies' that are grouped alike begin otherwise.
_WRITTEN = {
    "NHS": later(r"[0-9]{3}[ .\-][0-9]{3}[ .\-][0-9]{4}"),
    "PT_NIF": later(r"[1-3][0-9]{2}[ .][0-9]{3}[ .][0-9]{3}"),
}
_OF_A_PERSON = later(
    r"identi(?:ty|t\xe9|t\xe0|dad|teit|t\xe4t|fication)|person|national|citizen|tax|fisc|fisk|steuer|belasting|skat|podat|social|sozial|socia"
    r"|health|patient|medic|insur|versich|verzeker|ubezpiecz|assur|gov|kyc|documento|contribu",
    re.IGNORECASE,
)
_LONG_AGO, _NOT_LATELY = 1965, 1990
# Beginnings of words for a birth, in the languages of the labels, also behind one for a date.
_MAY_BE_BIRTH = later(
    r"(?:\b|_|dt|dat[ae]?)_?(?:b(?:irth|orn|day|dt|date?)|dob|yob|geb|nac|nasc?|nais|nato|uro?|f[o\xf8\xf6]d"
    r"|synt|nar|sz[u\xfc]l|gen|cumple|verj|anniv|complea)",
    re.IGNORECASE,
)
_SAYS_BIRTH = later(
    r"(?:\b|_)(?:dob|birth(?:[ _]?(?:day|date|dt))?)(?:\b|_)|of.?birth(?![a-z])|d\.o\.b",
    re.IGNORECASE,
)
_SAYS_CODE = later(r"(?:\b|_)(?:cvv|cvc|cvv2|cvc2|cv2|csc)(?:\b|_)", re.IGNORECASE)
_OF_A_THING = later(
    r"since|start|begin|join|hire|employ|entry|entered|issue|open|built|found|regist|creat|update"
    r"|eintritt|seit|ausgestell|gebaut|depuis|entr\xe9e|d\xe9livr|desde|alta|ingreso|expedi|inizio"
    r"|rilasc|sinds|ingang|afgegeven|od dnia|wydan|sedan|siden",
    re.IGNORECASE,
)
# Words that name an account, a payment or who pays, not a thing that has numbers of its own.
_MAY_PAY = words(
    "account accounts acct acc primary customer client id ids ref reference transaction txn mandate"
    " vault cart betaalmiddel betalingsmiddel kunde kunden kundennummer konto kontonummer compte"
    " cuenta conta conto rekening rachunek rachunku \xfacet cliente klant klient zahlung paiement"
    " pago pagamento betaling referenz referentie referencia rif riferimento r\xe9f\xe9rence"
)
_WORD = later(r"[A-Z\xc0-\xde]*[a-z\xdf-\xff]+|[A-Z\xc0-\xde]+")
_LONG_NUMBER = later(
    r"[2-6][0-9]{3}(?:[ \-]?[0-9]{4}){2}[ \-]?[0-9]{4}|3[47][0-9]{2}[ \-]?[0-9]{6}[ \-]?[0-9]{5}"
)
_FEWEST_CARDS, _FEWEST_ISSUERS, _OF_AN_ISSUER = 6, 3, 4
_SORT_CODE = later(r"([0-9]{2})-([0-9]{2})-([0-9]{2})")
_SAYS_ACCOUNT = later(r"\bacc|\ba[/ ]?c\b|\bs(?:ort)?[/ ]?c(?:ode)?\b", re.IGNORECASE)
_ACCOUNT = later(r"[0-9]{8}")
_MONTHS, _DAYS = 12, 31
_FEWEST = 3


def proven(sample: Sequence[Row], named: Mapping[int, str]) -> dict[int, str]:
    """Give further names for columns that have one: what each of their values proves to be."""
    columns: dict[int, list[str]] = {}
    for row in sample:
        for column, cell in row.items():
            if column in named:
                columns.setdefault(column, []).append(cell.strip())
    mute = {c: cells for c, cells in columns.items() if not _is_anothers(named[c])}
    called = {
        c: cells for c, cells in columns.items() if c in mute or _SAYS_ACCOUNT.search(named[c])
    }
    found = dict(_accounts(called))
    for column in columns.keys() - mute.keys() - found.keys():
        if further := _despite_its_name(named[column], columns[column]):
            found[column] = f"{named[column]} {further}"
    for column in sorted(mute.keys() - found.keys())[:_MOST_COLUMNS]:
        name, cells = named[column], mute[column]
        if further := _by_check(name, cells) or _by_company(sample, column, name, cells):
            found[column] = f"{name} {further}"
    return found


def _despite_its_name(name: str, cells: Sequence[str]) -> str:
    """Give a further name for a column whose name speaks of another number."""
    if _are_cards(name, cells):
        return "card number"
    return "passport" if may_be_either(name) and are_passports(name, cells) else ""


@lru_cache(maxsize=1024)
def _is_anothers(name: str) -> bool:
    return Candidate(text="", before=f"{name}: ", after="").names(_NONE) is False


def _by_check(name: str, cells: Sequence[str]) -> str:
    """Give a label of the one kind whose check most of the values have."""
    first = _bare(cells[0])
    is_open = _speaks_of_a_person(name)
    may_be = [row for row in _may_be(len(first), is_open=is_open) if row[2].fullmatch(first)]
    if not may_be:
        return ""
    bare = [_bare(cell) for cell in cells]
    count = len(set(bare))
    kinds = {
        label: kind
        for kind, label, shape, rows, strong in may_be
        if count >= rows
        and (strong or is_open or _is_written(kind, cells))
        and all(map(shape.fullmatch, bare))
    }
    told = shares(name, cells[:_FIRST]) if kinds else {}
    if any(told.get(kind, 0.0) >= _MOSTLY for kind in kinds.values()):
        return ""  # its name tells already, as most do
    parts = {
        label: share(kind, label, cells)
        for label, kind in kinds.items()
        if judged(kind, label, cells[:_FIRST], labelled=True) >= _HALF
    }
    best = max(parts, key=lambda label: parts[label], default="")
    return best if best and parts[best] >= _MOSTLY else ""


@lru_cache(maxsize=1024)
def _speaks_of_a_person(name: str) -> bool:
    return _OF_A_PERSON.search(name) is not None


@cache
def _may_be(length: int, *, is_open: bool) -> list[_Checked]:
    """Give the kinds whose numbers are as long, and which a name leaves open."""
    if length not in _LENGTHS:
        return []
    return [row for row in _CHECKED if row[4] or is_open or row[0] in _WRITTEN]


def _is_written(kind: str, cells: Sequence[str]) -> bool:
    """Tell whether all cells are grouped as people write numbers of a kind."""
    return kind in _WRITTEN and all(map(_WRITTEN[kind].fullmatch, cells))


def _bare(cell: str) -> str:
    return _SEPARATORS.sub("", cell).upper()


def _by_company(sample: Sequence[Row], column: int, name: str, cells: Sequence[str]) -> str:
    """Tell codes by the cards before them, birthdays by how far they go back, and telephones."""
    before = _NOT_LATELY if _MAY_BE_BIRTH.search(name) else _LONG_AGO
    if are_births(cells, before) and not _OF_A_THING.search(name):
        return "" if _SAYS_BIRTH.search(name) else "date of birth"
    if are_phones(name, cells):
        return "phone"
    if are_passports(name, cells):
        return "passport"
    return "cvv" if not _SAYS_CODE.search(name) and follows_card(sample, column) else ""


def _are_cards(name: str, cells: Sequence[str]) -> bool:
    """Tell card numbers below a name that says account, reference or customer.

    Six right check digits leave one chance in a million, and none for numbers that count up: the
    cards are of several issuers (ISO/IEC 7812-1, 4.2).
    """
    if not all(map(_LONG_NUMBER.fullmatch, cells)) or len(set(cells)) < _FEWEST_CARDS:
        return False
    issuers = {cell[:_OF_AN_ISSUER] for cell in cells}
    others = (w for w in _WORD.findall(name) if w.lower() not in _MAY_PAY and _is_anothers(w))
    if len(issuers) < _FEWEST_ISSUERS or any(others):
        return False
    return share("PAN", "card number", cells) >= _MOSTLY


def _accounts(columns: Mapping[int, Sequence[str]]) -> Iterator[tuple[int, str]]:
    """Tell sort codes beside account numbers from dates, which are days of a month.

    Pay.UK, Industry Sorting Code Directory: six digits in pairs, and an account of eight.
    """
    for left, right in pairwise(sorted(columns)):
        pair = (columns[left], columns[right])
        for codes, accounts in (pair, pair[::-1]):
            if _are_sort_codes(codes) and all(map(_ACCOUNT.fullmatch, accounts)):
                places = (left, right) if codes is pair[0] else (right, left)
                yield from zip(places, ("sort code", "account number"), strict=True)


def _are_sort_codes(cells: Sequence[str]) -> bool:
    found = [_SORT_CODE.fullmatch(cell) for cell in cells]
    parts = [tuple(map(int, code.groups())) for code in found if code is not None]
    return len(parts) == len(cells) >= _FEWEST and not all(map(_is_date, parts))


def _is_date(parts: tuple[int, ...]) -> bool:
    return any(0 < day <= _DAYS and 0 < parts[1] <= _MONTHS for day in (parts[0], parts[2]))
