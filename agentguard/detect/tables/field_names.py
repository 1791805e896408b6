"""What values are called: which texts are names, and how a value stands behind its name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.recognition.scanner import default_scanner
from agentguard.detect.tables.compound_names import mended, parted

_LONGEST_LABEL = 80
_MOST_DIGITS = 4
_MOST_WORDS = 12
_LETTER = later(r"[^\W\d_]")
_DIGIT = later(r"\d")
_NUMBER = later(r"\d{3,}")
_YEAR = later(r"(?:19|20)\d\d")
_NAMELESS = later(
    r"(?:unnamed|columns?|col|field|attr|var|spalte|colonne|columna)?[\s_:.\-]*\d*|[A-Z]|_?[cf]\d+",
    re.IGNORECASE,
)
_SPACES = later(r"\s+")
# What names of fields begin with, in eight languages, when all their words are written as one.
_GLUED = later(
    r"((?>nde|num[a\u0103]r(?:ul)?|numero|n\xfamero|num\xe9ro|numer|nummer|number|num|nr|data|datum|date|fecha|codice"
    r"|c\xf3digo|codigo|code|kod|customer|cliente|client|kunden|klant|klient|caller|contact|user"
    r"|member|home|work|billing|primary))([^\W\d_]{3,}\d?)",
    re.IGNORECASE,
)
_KEPT = 3
# What Salesforce puts behind the names of own fields and relations (developer's guide, "API Name").
_CUSTOM = later(r"(?<=[^\W_])__(?:c|r|pc|pr|x|e|b|mdt)(?=\W|\Z)")

# A name in a note: before what stands between a name and its value, and no word of a sentence,
# which follows another word, unless that tells of a change ("changed customerdob from").
_NAME = later(
    r"(?<![\w@])(?:(?<![^\W\d_]\s)|(?<=changed\s)|(?<=updated\s)|(?<=set\s)|(?<=saved\s))"
    r"[^\W\d_]{5,48}+(?=[\"']?(?:\s{0,8}[:=(*|]|\s{0,8}\.{3}|\s-\s|\s?->|\s(?:from|to)\s))"
)
_NAME_SIGNS = (*":=(*|-", "...", "from", "to")
# Alone on its line.
_ALONE = later(r"[^\W\d_]{5,48}(?=\s{0,8}\Z)")
# In a question: "Agent: accountno?", "could I have the accountno, please".
_ASKED = later(
    r"(?<=\s)(?:(?<=[:>]\s)|(?<=\sthe\s)|(?<=\syour\s)|(?<=\sand\s))"
    r"[^\W\d_]{5,48}+(?=\s?\?|,?\s(?:please|pls|plz|here|now)\b)"
)
_ASKED_SIGNS = ("?", "please", "pls", "plz", "here", "now")
# Also within a sentence, by ends that no other word has: "could I have your customerdob".
_ENDS = ("dob", "DOB", "ssn", "SSN", "cvv", "CVV", "cvc", "CVC", "pesel", "PESEL")
_ENDED = later(rf"(?<![\w@])[^\W\d_]{{2,16}}(?:{'|'.join(_ENDS)})(?![\w@])")
_LONG_WORD = later(r"[A-Z\xc0-\xde]?[^\W\d_A-Z\xc0-\xde]{6,}|[A-Z\xc0-\xde]{7,}")

# Names of containers, which say nothing of what is in them.
_GENERIC = words(
    "array attributes body collection content data dataset details element elements entries entry"
    " envelope export feed field fields info item items list node nodes object objects params"
    " payload properties record records response result results resultset root row rows rowset set"
    " table tables value values xml"
)

_TEXTS = words("body content")  # of a mail or a turn, where it is the last


def is_label(cell: str) -> bool:
    """Check whether a cell may be the name of a field: few words, hardly a digit, no address."""
    if len(cell) <= _LONGEST_LABEL and cell.replace("_", "").isalpha():
        return True
    return (
        len(cell) <= _LONGEST_LABEL
        and len(cell.split()) <= _MOST_WORDS
        and len(_DIGIT.findall(cell)) <= _MOST_DIGITS
        and "@" not in cell
        and _LETTER.search(cell) is not None
        and all(_YEAR.fullmatch(number) for number in _NUMBER.findall(cell))
    )


def is_nameless(name: str) -> bool:
    """Tell a name that a program made up for a column without one."""
    return _NAMELESS.fullmatch(name.strip()) is not None


def said(name: str, value: str) -> str:
    """Write a value behind its name, so that neither reaches over to the next."""
    return f"{name}: {value}\n{FENCE}" if name else f"{value}\n{FENCE}"


def template(names: Iterable[str]) -> str:
    """Return what values are written into by `%`, each behind its name."""
    return "".join(said(name.replace("%", "%%"), "%s") for name in names)


@lru_cache(maxsize=4096)
def path(names: tuple[str, ...]) -> str:
    """Return the name of a value that stands under several: the last ones that say something."""
    above = [apart(name) for name in names[:-1] if name and name.lower() not in _GENERIC]
    own = names[-1:] if names and names[-1].lower() not in _GENERIC - _TEXTS else ()
    telling = [*above, *(apart(name) for name in own if name)]
    return " ".join(telling[-_KEPT:])


@lru_cache(maxsize=1024)
def one_line(name: str) -> str:
    """Return a name that is no longer than a label and holds no line break."""
    return apart(_SPACES.sub(" ", name).strip().rstrip(" :")[:_LONGEST_LABEL])


@lru_cache(maxsize=1024)
def apart(name: str) -> str:
    """Return a name with its glued words apart, slips mended, without an own field's end.

    >>> apart("numerpesel"), apart("customerDob"), apart("SecurityCode__c")
    ('numer pesel', 'customerDob', 'SecurityCode')
    """
    name = _CUSTOM.sub("", name)
    name = _LONG_WORD.sub(lambda word: mended(word[0]), name)
    whole = parted(name)
    glued = whole == name and (name.islower() or name.isupper()) and _GLUED.fullmatch(name)
    if not glued or default_scanner().knows(name):
        return whole
    return f"{glued[1]} {parted(glued[2])}"


def respaced(line: str) -> str:
    """Return a line with the words of its names apart.

    >>> respaced("> paxdob: 4.3.1980"), respaced("profile.1.locker=1")
    ('> pax dob: 4.3.1980', 'profile.1.locker=1')
    """
    if any(sign in line for sign in _NAME_SIGNS):
        line = _NAME.sub(_apart, line)
    if any(sign in line for sign in _ASKED_SIGNS):
        line = _ASKED.sub(_apart, line)
    if any(end in line for end in _ENDS):
        line = _ENDED.sub(_apart, line)
    alone = _ALONE.match(line)
    return _apart(alone) + line[alone.end() :] if alone is not None else line


def _apart(word: re.Match[str]) -> str:
    return apart(word[0])
