"""Lines that cards, calendars and directories fold, and values that directories write in base64.

A line that begins with a space goes on with the one above, without that space (RFC 6350, 3.2; RFC
5545, 3.1; RFC 2849). Elsewhere such a line is a line.
"""

from __future__ import annotations

import base64
import re

from agentguard.detect.lexicon.lazy_pattern import later

_MARKS = ("BEGIN:VCARD", "BEGIN:VCALENDAR")
_ENTRY = later(r"(?m)^dn::? \S")
_FOLD = later(r"\r?\n[ \t](?=\S| \S)")
_PACKED = later(r"(?m)^([\w;\-]{1,64}):: ([A-Za-z0-9+/]+={0,2})\r?$")


def unfolded(text: str) -> str:
    r"""Return the text of a card, a calendar or a directory with whole lines, and others as is.

    >>> unfolded("BEGIN:VCARD\nNOTE:card 4539 1488 0343 64\n 67\nEND:VCARD\n")
    'BEGIN:VCARD\nNOTE:card 4539 1488 0343 6467\nEND:VCARD\n'
    >>> unfolded("dn: uid=ann\nmobile:: KzQ0IDc3MDAgOTAwMTIz\n")
    'dn: uid=ann\nmobile: +44 7700 900123\n'
    """
    is_directory = "dn:" in text and _ENTRY.search(text) is not None
    if not is_directory and not any(mark in text for mark in _MARKS):
        return text
    text = _FOLD.sub("", text)
    return _PACKED.sub(_unpacked, text) if is_directory else text


def _unpacked(found: re.Match[str]) -> str:
    try:
        value = base64.b64decode(found[2], validate=True).decode()
    except ValueError:
        return found[0]
    return f"{found[1]}: {value}" if value.isprintable() else found[0]
