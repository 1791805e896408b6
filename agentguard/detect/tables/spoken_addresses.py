"""Addresses of mail as people say them in transcripts: "ann dot lee at post dot com"."""

from __future__ import annotations

import re

from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.re2_engine import Pattern

_SIGNS = {"dot": ".", "point": ".", "punto": ".", "punkt": ".", "ponto": "."}
_SIGNS |= {"underscore": "_", "dash": "-", "hyphen": "-"}
_SAID, _DOT = "|".join(_SIGNS), "(?:dot|point|punto|punkt|ponto)"
_ENDS = "com|org|net|edu|gov|co|de|fr|es|it|nl|pl|in|ph|us|uk|ca|au|ie|br|pt|eu|ch|at|be"
_NAME = rf"[a-z0-9]{{1,32}}(?:(?: (?:{_SAID}) |[._\-])[a-z0-9]{{1,32}}){{0,4}}"
_HOST = r"[a-z0-9\-]{2,40}"
_END = rf"(?:{_ENDS})(?: {_DOT} (?:uk|in|za|au|nz|ph|br))?"
_ADDRESS = later(
    rf"\b({_NAME}) (?:at|arroba|chiocciola) ({_HOST}) {_DOT} ({_END})\b", re.IGNORECASE
)
_HOSTED = Pattern(rf" (?:at|arroba|chiocciola) [a-z0-9\-]+ {_DOT} ")
"""RE2: a part of every such address that few other texts have."""

_SIGN = later(rf" ({_SAID}) ", re.IGNORECASE)
_TOLD = (" dot ", " point ", " punto ", " punkt ", " ponto ")


def written_out(text: str) -> str:
    """Return a text with addresses as they are written.

    >>> written_out("it's ann dot lee at post dot co dot uk"), written_out("meet at noon dot")
    ("it's ann.lee@post.co.uk", 'meet at noon dot')
    """
    low = text.lower()
    if not any(sign in low for sign in _TOLD):
        return text
    data = low.encode("utf-8", "surrogatepass")
    return _ADDRESS.sub(_written, text) if _HOSTED.search(data, 0, len(data)) else text


def _written(found: re.Match[str]) -> str:
    name, host, end = (
        _SIGN.sub(lambda sign: _SIGNS[sign[1].lower()], part) for part in found.groups()
    )
    return f"{name}@{host}.{end}"
