"""Finds values that stand before their labels: "943 476 5919 (NHS no)", "... is my TFN".

Letters, lists and tables that were turned around are written so, in any language: a bracket, or a
verb and whose it is, joins the value to the label that ends it.
"""

from __future__ import annotations

import re

from agentguard.detect.lexicon.label_gap import BEHIND_JOINT
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.matching.re2_engine import HERE, Match, Span

_REACH = 72
# The last letters of it before a label behind a verb, in eight languages.
WHOSE = frozenset(
    f"{end} ".encode()
    for end in (
        "the|~my|her|his|eir|our|its|~an|r's|t's|ine|hre|die|der|das|mon|~sa|son|~ma|~la|~le|~el"
        "|~mi|~su|~tu|~il|mio|mia|sua|suo|ijn|aar|het|~de|meu|seu|moj|jej|ego|~me|~ha|itt|mit|min"
        "|oje|ste|~az"
    )
    .replace("~", " ")
    .split("|")
)
"""What may stand right before a label that ends its value: whose it is."""

JOINTS = frozenset((b" (", b"\t(", b" [", b"- ", b"# ", b"^^"))
"""The same: signs."""

LASTS = frozenset(joint[-2] for joint in (*WHOSE, *JOINTS))
"""The byte before the last of them, by which most labels are passed over."""

_IN_BRACKETS = later(rb"([0-9][A-Za-z]{0,2})[ \t]{0,4}[(\[]\Z")
_SAID = later(
    rb"([0-9][A-Za-z]{0,2})[,)\"']{0,2}"
    + BEHIND_JOINT.encode("latin-1")
    + rb"(?:[a-z\xdf-\xff']{1,12} ){1,3}\Z",
    re.IGNORECASE,
)
_STROKE = later(rb"([0-9][A-Za-z]{0,2})[ \t]{1,4}(?:--?|<-|#)[ \t]\Z")
_LINE_ENDED = later(rb"[^0-9:=\n\x1e]{0,16}(?:[\n\x1e]|\Z)")
_COMPONENT = later(rb"([0-9][A-Za-z]{0,2})\^{2,4}\Z")  # of HL7 v2: "943...^^^NHS^NH"
_NEXT_COMPONENT = later(rb"[\^~|&\s]|\Z")
_CLOSED = later(rb"[^()\[\]0-9\n\x1e]{0,24}[)\]]")
_ENDED = later(
    rb"[^0-9:=\n\x1e]{0,16}(?:[.,;!?)\n\x1e]|\Z)|(?: [a-z]{1,12}){1,3}[^0-9:=]", re.IGNORECASE
)
_STARTS = later(rb"(?<![0-9] )(?<![0-9A-Za-z\xc0-\xff_.*\-/+#])[0-9A-Za-z+#(]")
_BEGIN = b": "
_DIGIT = later(rb"[0-9]")
_BY_SIGN, _BY_VERB = 8, 28  # bytes from a value's last digit to its label
Joined = tuple[int, bytes, re.Pattern[bytes]]


def joined(data: bytes, at: int) -> Joined | None:
    """Return where the line of a label begins, what stands before the joint, and what must follow.

    None where nothing joins the label, with `at` the sign before it, to a number.
    """
    near = _BY_SIGN if data[at - 1 : at + 1] in JOINTS else _BY_VERB
    if _DIGIT.search(data, max(0, at - near), at) is None:
        return None
    first = max(data.rfind(b"\n", 0, at), data.rfind(b"\x1e", 0, at), at - _REACH) + 1
    line = data[first : at + 1]
    for joint, ended in _JOINTS:
        found = joint.search(line)
        if found is not None:
            return first, line[: found.end(1)], ended
    return None


def value_before(data: bytes, before: Joined, end: int, near: Match) -> Span | None:
    """Return the value that a label up to `end` ends; `near` is the shape behind labels."""
    first, said, ended = before
    if ended.match(data, end) is None:
        return None
    for start in _STARTS.finditer(said):
        text = _BEGIN + said[start.start() :]
        spans = near(HERE, text, 0, len(text))
        if spans[0][0] >= 0 and spans[1] == (len(_BEGIN), len(text)):
            return first + start.start(), first + len(said)
    return None


_JOINTS = (
    (_IN_BRACKETS, _CLOSED),
    (_SAID, _ENDED),
    (_STROKE, _LINE_ENDED),
    (_COMPONENT, _NEXT_COMPONENT),
)
