"""Columns whose values prove what they are, whatever the column is called.

A check digit that one wrong number in ten passes by chance is proof when it holds down a column:
five rows leave one chance in a hundred thousand. A column that names another number is believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache, lru_cache

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.score.clauses import names_another
from agentguard.detect.score.word_classes import NOBODY_S
from agentguard.detect.tables.account_columns import accounts, says_account
from agentguard.detect.tables.call_columns import are_called
from agentguard.detect.tables.column_inference import (
    are_births,
    are_mostly,
    are_phones,
    follows_card,
    judged,
    share,
    shares,
)
from agentguard.detect.tables.columns import Columns
from agentguard.detect.tables.header_rows import Row
from agentguard.detect.tables.passport_columns import (
    are_of_their_states,
    are_passports,
    may_be_either,
)

_NONE = frozenset[str]()
_MOSTLY = 0.9
_FIRST = 8
_MOST_COLUMNS = 200
_SEPARATORS = later(r"[ .\-/]")
_LENGTHS = range(8, 17)

# Kind, a label that it knows, the shape without separators, and the rows that are proof. Where
# other numbers are given check digits in the same way, the name has to speak of a person as well.
_STRONG = (
    ("IE_PPSN", "PPSN", r"[0-9]{7}[A-W][ABHWTX]?", 4),
    ("DE_RVNR", "Rentenversicherungsnummer", r"[0-9]{8}[A-Z][0-9]{3}", 3),
    ("AT_SVNR", "SV-Nummer", r"[1-9][0-9]{3}[0-3][0-9][01][0-9]{3}", 5),
    ("FR_NIR", "NIR", r"[12][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{8}", 3),
    ("ES_ID", "DNI", r"[0-9XYZ][0-9]{7}[A-Z]", 4),
    ("IT_CF", "codice fiscale", r"[A-Z]{6}[0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{2}[A-Z]\w{3}[A-Z]", 3),
    ("BE_NN", "rijksregisternummer", r"[0-9]{4}[0-3][0-9]{6}", 3),
    ("BR_CPF", "CPF", r"[0-9]{11}", 4),
    ("SE_PN", "personnummer", r"(?:19|20)?[0-9]{2}[01][0-9]{7}", 4),
    ("FI_HETU", "henkil\xf6tunnus", r"[0-3][0-9][01][0-9]{3}[+A-FU-Y]?[0-9]{3}[0-9A-Y]", 3),
    ("CZ_RC", "rodn\xe9 c\xedslo", r"[0-9]{2}[0-35-8][0-9][0-3][0-9]{4,5}", 4),
    ("GR_AMKA", "AMKA", r"[0-3][0-9][01][0-9]{8}", 4),
)
_WEAK = (
    ("NHS", "NHS number", r"[0-9]{10}", 6),
    ("AADHAAR", "Aadhaar number", r"[2-9][0-9]{11}", 6),
    ("IN_PAN", "PAN card number", r"[A-Z]{3}P[A-Z][0-9]{4}[A-Z]", 4),
    ("AU_TFN", "TFN", r"[0-9]{8,9}", 6),
    ("AU_MEDICARE", "Medicare card number", r"[2-6][0-9]{9,10}", 6),
    ("CA_SIN", "SIN number", r"[1-79][0-9]{8}", 6),
    ("ZA_ID", "SA ID number", r"[0-9]{2}[01][0-9][0-3][0-9]{8}", 4),
    ("DE_TIN", "Steuer-ID", r"[1-9][0-9]{10}", 6),
    ("NL_BSN", "BSN", r"[0-9]{9}", 6),
    ("PL_PESEL", "PESEL", r"[0-9]{4}[0-3][0-9]{6}", 4),
    ("PT_NIF", "NIF", r"[1-4][0-9]{8}", 6),
    ("RO_CNP", "CNP", r"[1-9][0-9]{2}[01][0-9][0-3][0-9]{7}", 4),
    ("GR_AFM", "AFM number", r"[0-9]{9}", 6),
    ("HU_TAJ", "TAJ number", r"[0-9]{9}", 6),
    ("HU_TAX", "ad\xf3azonos\xedt\xf3 jel", r"8[0-9]{9}", 6),
)
_Checked = tuple[str, str, re.Pattern[str], int, bool]
_CHECKED = tuple((*row[:2], later(row[2]), row[3], row in _STRONG) for row in _STRONG + _WEAK)
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
    r"|rilasc|sinds|ingang|afgegeven|od dnia|wydan|sedan|siden|expir|valid|ablauf|g\xfcltig|caduc"
    r"|scaden|verval|geldig|wa\u017cn|venc",
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


def proven(
    sample: Sequence[Row], every: Columns, named: Mapping[int, str], full: AbstractSet[str] = _NONE
) -> dict[int, str]:
    """Return further names for columns that have one: what each of their values proves to be.

    Of kinds in `full` enough was found; no column is looked at for them.
    """
    columns = {column: cells for column, cells in every.items() if column in named}
    mute = {c: cells for c, cells in columns.items() if not _is_anothers(named[c])}
    found = {} if "SORT_ACCT" in full else dict(accounts(_called(columns, mute, named)))
    for column in columns.keys() - mute.keys() - found.keys():
        if further := _despite_its_name(named[column], columns[column], full):
            found[column] = f"{named[column]} {further}"
    for column in sorted(mute.keys() - found.keys())[:_MOST_COLUMNS]:
        name, cells = named[column], mute[column]
        further = _by_check(name, cells, full)
        if further := further or _by_company(sample, column, name, cells, full):
            found[column] = f"{name} {further}"
        elif "PHONE" not in full and are_called(name, cells, named, _phones):
            found[column] = f"{name} phone"
    return found


def _phones(cells: Sequence[str]) -> float:
    return judged("PHONE", "phone", cells, labelled=True)


def _called(columns: Columns, mute: Columns, named: Mapping[int, str]) -> Columns:
    """Return the columns that may hold an account or its sort code, by their names."""
    return {c: cells for c, cells in columns.items() if c in mute or says_account(named[c])}


def _despite_its_name(name: str, cells: Sequence[str], full: AbstractSet[str]) -> str:
    """Return a further name for a column whose name speaks of another number."""
    if "PAN" not in full and _are_cards(name, cells):
        return "card number"
    may_be = "PASSPORT" not in full and may_be_either(name)
    return "passport" if may_be and are_passports(name, cells) else ""


@lru_cache(maxsize=1024)
def _is_anothers(name: str) -> bool:
    return names_another(f"{name}: ", NOBODY_S)


def _by_check(name: str, cells: Sequence[str], full: AbstractSet[str]) -> str:
    """Return a label of the one kind whose check most of the values have."""
    first, last = _bare(cells[0]), _bare(cells[-1])
    is_open = _speaks_of_a_person(name)
    as_long = _may_be(len(first), is_open=is_open)
    may_be = [
        row
        for row in as_long
        if row[0] not in full and row[2].fullmatch(first) and row[2].fullmatch(last)
    ]
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
    left = {la: kind for la, kind in kinds.items() if are_mostly(kind, la, cells[:_FIRST])}
    if left and _tells(name, cells[:_FIRST], kinds.values()):
        return ""
    parts = {label: share(kind, label, cells) for label, kind in left.items()}
    best = max(parts, key=lambda label: parts[label], default="")
    return best if best and parts[best] >= _MOSTLY else ""


def _tells(name: str, cells: Sequence[str], kinds: Iterable[str]) -> bool:
    """Check whether a name is enough for one of some kinds, as most are."""
    told = shares(name, cells)
    return any(told.get(kind, 0.0) >= _MOSTLY for kind in kinds)


@lru_cache(maxsize=1024)
def _speaks_of_a_person(name: str) -> bool:
    return _OF_A_PERSON.search(name) is not None


@cache
def _may_be(length: int, *, is_open: bool) -> list[_Checked]:
    """Return the kinds whose numbers are as long, and which a name leaves open."""
    if length not in _LENGTHS:
        return []
    return [row for row in _CHECKED if row[4] or is_open or row[0] in _WRITTEN]


def _is_written(kind: str, cells: Sequence[str]) -> bool:
    """Check whether all cells are grouped as people write numbers of a kind."""
    return kind in _WRITTEN and all(map(_WRITTEN[kind].fullmatch, cells))


def _bare(cell: str) -> str:
    return _SEPARATORS.sub("", cell).upper()


def _by_company(
    sample: Sequence[Row], column: int, name: str, cells: Sequence[str], full: AbstractSet[str]
) -> str:
    """Tell codes by the cards before them, birthdays by how far they go back, and telephones."""
    may_be_births = "DOB" not in full and are_births(cells, _born_before(name))
    if may_be_births and not _OF_A_THING.search(name):
        return "" if _SAYS_BIRTH.search(name) else "date of birth"
    if "PHONE" not in full and are_phones(name, cells):
        return "phone"
    if "PASSPORT" not in full and (
        are_passports(name, cells) or are_of_their_states(sample, column, name)
    ):
        return "passport"
    is_open = "CVV" not in full and not _SAYS_CODE.search(name)
    return "cvv" if is_open and follows_card(sample, column) else ""


@lru_cache(maxsize=1024)
def _born_before(name: str) -> int:
    return _NOT_LATELY if _MAY_BE_BIRTH.search(name) else _LONG_AGO


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
