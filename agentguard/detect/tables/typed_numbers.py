"""Numbers whose kind another field says: "ID type: Passport" beside "ID number"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.tables.field_names import is_label, one_line
from agentguard.detect.tables.header_rows import Row
from agentguard.detect.tables.passport_columns import PLAIN

# A document or what somebody is known by, in the languages of the labels.
_DOCUMENT = (
    r"(?:travel[ _.\-]?)?(?:ids?|docs?|documents?|document[io]|dokument(?:en|u|i|o)?|dokladu?|act"
    r"|ausweis|legitimations?|legitimatie|legitymacj[ai]|pi(?:\xe8|e)ce(?: d.identit(?:\xe9|e))?"
    r"|identi(?:ty|te|t\xe9|t\xe0|dade?|teit|t\xe4t|fier|fication|ficaci(?:\xf3|o)n|ficazione)"
    r"(?:[ _.\-]?(?:doc(?:ument)?|card|number))?|identifica(?:\xe7\xe3|ca)o|okm(?:\xe1|a)ny"
    r"|(?:(?:id|kyc|photo|identity)[ _.\-]?)?proof(?: of id(?:entity)?)?)"
)
_SORT = r"(?:type|typ|art|kind|soort|tipo|tip|class|category|rodzaj|druh|slag|sort|t\xedpus|tyyppi)"
_OF = r"(?:of |de |del |di |do |da |d.|van )?(?:the |an? |la |el )?"
_ONE = r"(?:[ _.\-]?[1-4])?"  # of several
_GAP = r"[ _.\-]{0,2}"  # "Doc. type"
_TYPE = later(
    rf"(?:[^\W\d_]{{2,12}}[ _.\-])?"
    rf"(?:{_DOCUMENT}{_ONE}{_GAP}{_SORT}|{_SORT}{_GAP}{_OF}{_DOCUMENT}"
    rf"|{_DOCUMENT}|{_SORT}){_ONE}",
    re.IGNORECASE,
)
_SERIES = r"s(?:e|\xe9)ri(?:e[ns]?|a) ?(?:[,/&+]|i|a|e|y|et|und|and|si) ?"  # and number
_NO = (
    rf"(?:(?:{_SERIES})?n(?:o|r|um|umber|ummer|umero|\xfamero|um\xe9ro|umer|ro|b(?:r|er))?[.\xb0\xba]{{0,2}}"
    r"|#|value|valor|ref|reference|c(?:islo)?\.?|\u010d(?:\xeds(?:lo)?)?\.?|sz\xe1ma?)"
)
_NUMBER = later(
    rf"(?:[^\W\d_]{{2,12}}[ _.\-])?"
    rf"(?:{_DOCUMENT}{_ONE}{_GAP}{_NO}|{_NO}{_GAP}{_OF}{_DOCUMENT}|{_NO}){_ONE}",
    re.IGNORECASE,
)
_DOC = later(_DOCUMENT, re.IGNORECASE)
_OWN_NUMBER = later(rf".*{_DOCUMENT}.*", re.IGNORECASE | re.DOTALL)
# As systems of hotels and airlines shorten it (ICAO 9303-3: P; IATA's messages: DOCS/P).
_PASSPORTS = PLAIN | words("p pn pp psp pas pass")
_BRACKETED = later(r"[([][^()\[\]]*[)\]]\s*\Z")
_MOST_KINDS, _NEXT_BUT_ONE = 16, 2


@lru_cache(maxsize=1024)
def is_type(name: str) -> bool:
    """Check whether a field says of what kind the number in another one is."""
    return _TYPE.fullmatch(name) is not None


@lru_cache(maxsize=1024)
def is_number(name: str, *, own: bool = False) -> bool:
    """Check whether a field holds such a number; `own`: also by its name alone."""
    return _NUMBER.fullmatch(name) is not None and (
        not own or _OWN_NUMBER.fullmatch(name) is not None
    )


@lru_cache(maxsize=256)
def is_known(kind: str) -> bool:
    """Check whether what a field says ends with a label: "UK passport", but not "passport fee"."""
    if kind.strip().lower() in _PASSPORTS:
        return True
    said = _BRACKETED.sub("", one_line(kind)).split()
    return any(default_scanner().is_label(" ".join(said[place:])) for place in range(len(said)))


def named_by(kind: str, name: str) -> str:
    """Return the name of a number by what the other field says.

    >>> named_by("P", "doc no"), named_by("Library card", "doc no"), named_by("NHS number", "ref")
    ('passport', 'Library card', 'NHS number ref')
    """
    said = "passport" if kind.strip().lower() in _PASSPORTS else one_line(kind)
    if not is_label(said):
        return name
    return said if is_number(name, own=True) and is_known(said) else f"{said} {name}"


def typed(names: Mapping[int, str], sample: Sequence[Row]) -> dict[int, int]:
    """Return the columns of numbers, each with the column that says their kinds."""
    found: dict[int, int] = {}
    columns = sorted(names)
    for place, column in enumerate(columns):
        if not is_type(names[column]) or not _says_kinds([row.get(column, "") for row in sample]):
            continue
        near = (
            *columns[place + 1 : place + 1 + _NEXT_BUT_ONE],
            *columns[max(0, place - 1) : place],
        )
        number = next(
            (c for c in near if c not in found and _is_its(names[c], names[column])), None
        )
        if number is not None:
            found[number] = column
    return found


def _is_its(name: str, of_type: str) -> bool:
    return is_number(name) or bool(_DOC.fullmatch(name) and not _DOC.fullmatch(of_type))


def _says_kinds(cells: Sequence[str]) -> bool:
    """Check whether a column holds few words, and names of kinds that are known among them."""
    kinds = {cell.strip() for cell in cells if cell.strip()}
    if not 0 < len(kinds) <= _MOST_KINDS or not all(map(is_label, kinds)):
        return False
    return any(map(is_known, kinds))
