"""Text in base64 within a text, as tickets, webhooks and mails carry it (RFC 4648).

A block of lines, or one run, is read where it is a text throughout: what chance drew is none.
"""

from __future__ import annotations

import base64
import re

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.lexicon.lazy_pattern import later

_LEAST = 32
_RUN = r"[A-Za-z0-9+/_\-]"
_BLOCK = later(
    rf"(?<![A-Za-z0-9+/_\-.]){_RUN}{{{_LEAST},}}+={{0,2}}(?!\.\w)"  # but no part of a token
    rf"(?:\r?\n[ \t>]{{0,4}}{_RUN}{{2,}}+={{0,2}}(?=[ \t]*(?:\r?\n|\Z)))*"
)
_MAY_BE = later(rf"{_RUN}{{{_LEAST}}}")
_BLANK = later(r"[\s>]+")
_URL_SAFE = str.maketrans("-_", "+/")
_TELLS = later(r"[0-9@]")
_WORD = later(r"[^\W\d_]{2}")
_NO_TEXT = later(r"[\x00-\x08\x0e-\x1f\x7f]")


def unpacked(text: str) -> str:
    r"""Return a text in which what is base64 of a text is that text.

    >>> unpacked("pasted: RE9CIDMgQXByaWwgMTk4MSwgY2FyZCBlbmRzIDQyNDI=")
    'pasted: \nDOB 3 April 1981, card ends 4242\n\x1e'
    """
    if not any(len(word) >= _LEAST and _MAY_BE.search(word) for word in text.split()):
        return text
    whole = len(text.strip())  # of a file that is base64 throughout, which is read as what it holds
    return _BLOCK.sub(lambda found: found[0] if len(found[0]) >= whole else _read(found), text)


def _read(found: re.Match[str]) -> str:
    whole = found[0]  # a line below it may be a word that somebody wrote
    for run in dict.fromkeys((whole, whole.rpartition("\n")[0], whole.partition("\n")[0])):
        if run and (inside := _decoded(_BLANK.sub("", run))):
            return f"\n{inside}\n{FENCE}{found[0][len(run) :]}"
    return found[0]


def _decoded(run: str) -> str:
    """Return the text that a run holds; empty where it holds none, or none that tells a value."""
    bare = run.rstrip("=").translate(_URL_SAFE)
    if len(bare) % 4 == 1:
        return ""
    try:
        inside = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode()
    except ValueError:
        return ""
    is_text = _NO_TEXT.search(inside) is None and _WORD.search(inside) is not None
    return inside.replace("\r\n", "\n") if is_text and _TELLS.search(inside) else ""
