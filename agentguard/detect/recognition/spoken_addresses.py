"""Addresses of mail as people say them in transcripts: "ann dot lee at post dot com"."""

from __future__ import annotations

import re

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.spoken_digits import digits_of
from agentguard.detect.lexicon.words import DIGITS
from agentguard.detect.matching.re2_engine import Pattern

_DOTS = ("dot", "point", "punto", "punkt", "ponto", "punt")
_LOW = (
    *("underscore", "under score", "guion bajo", "gui\xf3n bajo", "underline", "tiret du bas"),
    *("unterstrich", "trattino basso", "laag streepje"),
)
_DASHES = (
    *("dash", "hyphen", "minus", "guion", "gui\xf3n", "h\xedfen", "tra\xe7o", "tiret"),
    *("bindestrich", "trattino", "streepje"),
)
_SIGNS = dict.fromkeys(_DOTS, ".") | dict.fromkeys(_LOW, "_") | dict.fromkeys(_DASHES, "-")
_SAID, _DOT = "|".join(sorted(_SIGNS, key=len, reverse=True)), f"(?:{'|'.join(_DOTS)})"
_AT = "(?:at|arroba|chiocciola|arobase|apenstaartje)"
_ENDS = (
    "com|org|net|edu|gov|info|co|de|fr|es|it|nl|pl|in|ph|us|uk|ca|au|nz|za|ie|br|pt|mx|eu|ch|at|be"
)
_DIGIT = "|".join(
    sorted({w for said in DIGITS.values() for w in re.split(r"[ |]", said)} | {"[0-9]"})
)
_NAME = (
    rf"[a-z0-9]{{1,32}}(?:(?: (?:{_SAID}) |[._\-])[a-z0-9]{{1,32}}){{0,4}}(?: (?:{_DIGIT})){{0,6}}"
)
_HOST = r"[a-z0-9\-]{2,40}"
_END = rf"(?:{_ENDS})(?: {_DOT} (?:uk|in|za|au|nz|ph|br|mx))?"
_ADDRESS = later(rf"\b({_NAME}) {_AT} ({_HOST}) {_DOT} ({_END})\b", re.IGNORECASE)
_HOSTED = Pattern(rf" {_AT} [a-z0-9\-]+ {_DOT} ")
"""RE2: a part of every such address that few other texts have."""

_SIGN = later(rf" ({_SAID}) ", re.IGNORECASE)
_BEHIND = later(rf"((?: (?:{_DIGIT}))+)\Z", re.IGNORECASE)
_TOLD = tuple(f" {dot} " for dot in _DOTS)


def written_out(text: str) -> str:
    """Return a text with addresses as they are written.

    >>> written_out("it's ann dot lee two at post dot co dot uk"), written_out("meet at noon dot")
    ("it's ann.lee2@post.co.uk", 'meet at noon dot')
    """
    low = text.lower()
    if not any(sign in low for sign in _TOLD):
        return text
    data = low.encode("utf-8", "surrogatepass")
    return _ADDRESS.sub(_written, text) if _HOSTED.search(data, 0, len(data)) else text


def _written(found: re.Match[str]) -> str:
    name, host, end = (_signed(part) for part in (_numbered(found[1]), found[2], found[3]))
    return f"{name}@{host}.{end}"


def _signed(part: str) -> str:
    return _SIGN.sub(lambda sign: _SIGNS[sign[1].lower()], part)


def _numbered(name: str) -> str:
    """Return a name with the digits that are said behind it: "ann two seven"."""
    digits = _BEHIND.search(name)
    if digits is None:
        return name
    plain = digits_of(digits[1].strip()) or digits[1].replace(" ", "")
    return f"{name[: digits.start()]}{plain}"
