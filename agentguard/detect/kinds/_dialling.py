"""Country codes and national plans of telephone numbers, as far as they tell a number."""

from __future__ import annotations

import re

from agentguard.detect.lexicon.lazy_pattern import later

# ITU, list of E.164 country codes, with the digits that follow each; codes of three digits
# are those assigned, with the six to eleven digits that their plans use.
_LENGTHS: dict[str, tuple[int, int]] = {
    "7": (10, 10), "20": (8, 10), "27": (9, 9), "30": (10, 10), "31": (9, 9), "32": (8, 9),
    "33": (9, 9), "34": (9, 9), "36": (8, 9), "39": (8, 11), "40": (9, 9), "41": (9, 9),
    "43": (7, 13), "44": (9, 10), "45": (8, 8), "46": (7, 10), "47": (8, 8), "48": (9, 9),
    "49": (7, 12), "51": (8, 9), "52": (10, 10), "53": (8, 8), "54": (10, 11), "55": (10, 11),
    "56": (9, 9), "57": (10, 10), "58": (10, 10), "60": (8, 10), "61": (9, 9), "62": (8, 12),
    "63": (8, 10), "64": (8, 10), "65": (8, 8), "66": (8, 9), "81": (9, 10), "82": (8, 10),
    "84": (9, 10), "86": (10, 11), "90": (10, 10), "91": (10, 10), "92": (9, 10), "93": (9, 9),
    "94": (9, 9), "95": (7, 10), "98": (10, 10),
}  # fmt: skip
_OF_THREE = later(
    r"2(?:1[12368]|[2346][0-9]|5[0-8]|9[01789])|3(?:5[0-9]|7[0-9]|8[0-35-79])|42[013]"
    r"|5(?:0|9)[0-9]|6(?:7[02-9]|8[0-9]|9[0-2])|8(?:5[02356]|8[06])|9(?:6[0-8]|7[0-7]|9[2-68])"
)
_THREE_MIN, _THREE_MAX = 6, 11
_NANP = later(r"[2-9][0-8][0-9][2-9][0-9]{6}")  # NANPA: area and exchange begin with 2 to 9
# Ofcom, The National Telephone Numbering Plan: geographic, non-geographic and mobile numbers.
# Numbers that Ofcom and NANPA keep for drama look like any other, and are counted as such.
_UK = later(r"0(?:1[1-9][0-9]{8}|2[03489][0-9]{8}|3[0347][0-9]{8}|7[1-9][0-9]{8})")
_UK_SHORT = later(r"01[2-9][0-9]{7}")  # some areas have a digit less
_OTHERS = later(
    r"0[67](?:([ .\-])[0-9]{2}\1[0-9]{2}\1[0-9]{2}\1[0-9]{2})"  # France: ARCEP, mobile
    r"|01[567][0-9]{1,2}[ /\-][0-9]{7,8}"  # Germany: Bundesnetzagentur, mobile
    r"|06[ \-][0-9]{8}"  # Netherlands: ACM, mobile
    r"|04[0-9]{2} [0-9]{3} [0-9]{3}"  # Australia: ACMA, mobile
    r"|0[678][0-9]([ \-])[0-9]{3}\2[0-9]{4}"  # South Africa: ICASA; Ireland: ComReg, mobile
    r"|09[0-9]{2}([ \-])[0-9]{3}\3[0-9]{4}"  # Philippines: NTC, mobile
    r"|\([1-9]{2}\) ?9?[0-9]{4}-[0-9]{4}"  # Brazil: Anatel
)
# Behind a label: numbers with the trunk's nought, and those of plans without one.
_TRUNK = later(r"0[1-9][0-9]{6,10}")
_BARE = later(
    r"[2-9][0-9]{8}"  # Spain, Poland, Portugal
    r"|[6-9][0-9]{9}|3[0-9]{8,9}"  # India; mobile numbers of Italy
    r"|[1-9]{2}9?[0-9]{8}"  # Brazil
    r"|1[38]00[0-9]{6}"  # Australia
    r"|[2-9][0-9]{7}"  # Denmark: SDFI, Norway: Nkom
)
_AS_IN_AMERICA = later(r"(?:\+?1[ .\-]?)?\(?[0-9]{3}\)?[ .\-/]{0,2}[0-9]{3}[ .\-]?[0-9]{4}")
_DATE = later(r"[0-9]{1,2}([./\- ])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{4}[./\-][0-9]{1,2}[./\-][0-9]+")

_KEYED = later(r"([A-Za-z_]+)[\"']?(?:(?<=[\"']): ?|=)[\"']?\Z")
_MAY_CALL = later(
    r"(?:.*_)?(?:to|from|dest.*|dst|src|recipients?|receiver|sender|num(?:ber)?|caller|callee|party"
    r"|ani|dnis|cli|clid|calling|called|[ab][ _\-]?n(?:umber|o|r)"
    r"|user(?:name)?|cust(?:omer)?|client|contact|value|text|body|msg|message)",
    re.IGNORECASE,
)


def in_country(digits: str) -> bool:
    """Check whether digits are a country code with as many digits as its plan has."""
    if digits.startswith("1"):
        return _NANP.fullmatch(digits[1:]) is not None
    code = next((code for code in (digits[:1], digits[:2]) if code in _LENGTHS), "")
    if code:
        least, most = _LENGTHS[code]
        national = digits[len(code) :].removeprefix("0")
        return least <= len(national) <= most
    rest = len(digits) - len("999")
    return _OF_THREE.match(digits) is not None and _THREE_MIN <= rest <= _THREE_MAX


def national(digits: str) -> bool:
    """Check whether it is a number of the plans of the United Kingdom or of North America."""
    return any(plan.fullmatch(digits) for plan in (_UK, _UK_SHORT, _NANP))


def told_by_groups(text: str) -> bool:
    """Check whether a number is written as only those of some country are."""
    return _OTHERS.fullmatch(text) is not None


def behind_label(text: str, digits: str, *, direct: bool) -> bool:
    """Check whether a number can be one that a label announces, `direct` if right before it."""
    if _DATE.fullmatch(text):
        return False
    if _TRUNK.fullmatch(digits):
        return True
    if _NANP.fullmatch(digits.removeprefix("1")) and _AS_IN_AMERICA.fullmatch(text):
        return True
    return direct and _BARE.fullmatch(digits) is not None


def is_of_a_call(column: str) -> bool:
    """Check whether a column is named as one of call records is: "src", "callee", "a_number"."""
    return _MAY_CALL.fullmatch(column.strip()) is not None


def keyed_otherwise(before: str) -> bool:
    """Check whether a key right before a number, of a log or a document, names no one to call."""
    keyed = _KEYED.search(before)
    return keyed is not None and _MAY_CALL.fullmatch(keyed[1]) is None
