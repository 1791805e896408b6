"""What the properties of Outlook's items are called, which hold no text, and how one is read.

Source: MS-OXPROPS; the types are those of MS-OXCDATA 2.11.1.
"""

from __future__ import annotations

import codecs
from datetime import date

from agentguard.detect.formats._rtf_words import codepage
from agentguard.detect.lexicon.lazy_pattern import later

STRING_8, STRING, BINARY = 0x001E, 0x001F, 0x0102
TIME, INTEGER = 0x0040, 0x0003
MANY = 0x1000

BODY, RTF, HTML = 0x1000, 0x1009, 0x1013
DATA, MESSAGE_PAGE, INTERNET_PAGE = 0x3701, 0x3FFD, 0x3FDE
BIRTHDAY, ANNIVERSARY = 0x3A42, 0x3A41

NAMES = {
    0x0037: "Subject",
    0x0042: "From",
    0x0065: "From",
    0x0C1A: "From",
    0x0C1F: "From",
    0x5D01: "From",
    0x5D02: "From",
    0x0E02: "Bcc",
    0x0E03: "Cc",
    0x0E04: "To",
    0x3001: "Name",
    0x3003: "E-mail",
    0x39FE: "E-mail",
    0x3707: "Attachment",
    0x3A02: "Callback telephone",
    0x3A06: "First name",
    0x3A08: "Business telephone",
    0x3A09: "Home telephone",
    0x3A11: "Surname",
    0x3A16: "Company",
    0x3A1A: "Primary telephone",
    0x3A1B: "Business telephone 2",
    0x3A1C: "Mobile telephone",
    0x3A1D: "Radio telephone",
    0x3A1E: "Car telephone",
    0x3A1F: "Other telephone",
    0x3A21: "Pager",
    0x3A23: "Fax",
    0x3A24: "Business fax",
    0x3A25: "Home fax",
    0x3A2F: "Home telephone 2",
    BIRTHDAY: "Date of birth",
}

# Ids and marks of programs, which look as addresses and numbers do; and what is said twice.
_NO_TEXT = frozenset(
    (
        *(0x001A, 0x003D, 0x0064, 0x0070, 0x0071, 0x0075, 0x0077, 0x007D, 0x0C1E, 0x0E1D),
        *(0x0E28, 0x0E29, 0x1035, 0x1039, 0x1042, 0x1046, 0x3002, 0x300B, 0x3703, 0x3704),
        *(0x370E, 0x3712, 0x3716, 0x3FE3, 0x3FF8, 0x3FFA, 0x6619),
    )
)
_NAMED = 0x8000
_OF_PROGRAMS = later(r"[^\s;=]+=[^;]*;|\S{60}")
_ADDRESS_IDS = ("/o=", "/O=")
_DEFAULT = "cp1252"
_FIRST_DAY, _LAST_DAY = 584_389, 3_652_059  # 1601-01-01, when the count begins; and 9999-12-31
_TICKS_OF_DAY = 864_000_000_000


def holds_text(id_: int) -> bool:
    """Check whether a property holds what a person wrote or is called."""
    return id_ not in _NO_TEXT


def line(id_: int, text: str) -> str:
    """Return a property as a line, behind its name where it has one."""
    plain = text.strip("\0 \r\n")
    if not plain or plain.startswith(_ADDRESS_IDS):
        return ""
    if id_ >= _NAMED and _OF_PROGRAMS.match(plain):
        return ""
    name = NAMES.get(id_, "")
    return f"{name}: {plain}\n" if name else f"{plain}\n"


def encoding(*pages: int) -> str:
    """Return the encoding of the first code page that is known."""
    found = next((name for page in pages if page and (name := codepage(page))), _DEFAULT)
    return codecs.lookup(found).name


def day(filetime: int) -> str:
    """Write the day of a FILETIME, empty when it is none."""
    ordinal = filetime // _TICKS_OF_DAY + _FIRST_DAY
    if filetime <= 0 or ordinal > _LAST_DAY:
        return ""
    return date.fromordinal(ordinal).isoformat()
