"""Values that a line's end cuts, as mails, letters and copied pages wrap them, put together again.

Only what is then a whole value by its groups, its country's length or its month: what stands at the
end of one line and the number that begins the next are two values elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from agentguard.detect.kinds.iban import length_of, mod_97
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.multilingual_labels import MONTHS

_CUT = r"\r?\n[ \t]{0,12}"
_MONTH = rf"(?:{'|'.join(sorted(map(re.escape, MONTHS), key=len, reverse=True))})[^\W\d_]{{0,10}}"
_DAY = r"(?<![0-9./\-])[0-9]{1,2}(?:st|nd|rd|th|er|\.)?"
_OF = r"(?:(?:of|de) )?"
_DATE = later(
    rf"({_DAY}(?: of| de)?){_CUT}(?={_OF}{_MONTH},? (?:del? )?(?:19|20)[0-9]{{2}}\b)"
    rf"|({_DAY} {_OF}{_MONTH},?(?: del?)?|\b{_MONTH} [0-9]{{1,2}}(?:st|nd|rd|th)?,)"
    rf"{_CUT}(?=(?:del? )?(?:19|20)[0-9]{{2}}\b)",
    re.IGNORECASE,
)
_BORN = later(
    r"\b(born|n\xe9e?|nat[oa]|geboren|nacid[oa]|nascid[oa]|urodzi\w{2,4})"
    rf"{_CUT}(?=(?:le|il|on|am|op|el|em|si\u0119) [0-9]{{1,2}}\b)",
    re.IGNORECASE,
)
_IBAN = later(
    rf"\b([A-Z]{{2}}[0-9]{{2}}(?: ?[A-Z0-9]{{1,4}}){{0,8}}){_CUT}"
    r"((?:[A-Z0-9]{1,4} ?){1,8})(?![a-z])"
)
# Behind a word on its line: alone on lines, numbers are a list.
_NUMBER = later(
    rf"([^\W\d_][^0-9\n]{{0,24}})([0-9]{{2,6}}(?:[ \-][0-9]{{2,6}}){{0,3}}){_CUT}"
    r"([0-9]{2,6}(?:[ \-][0-9]{2,6}){0,3})(?![ \-]?[0-9]|[.,:/][0-9])"
)
_ABROAD = later(
    rf"(\+[0-9]{{1,3}}(?:[ \-]?\(?[0-9]{{1,5}}\)?){{0,4}}){_CUT}"
    r"([0-9]{2,7}(?:[ \-][0-9]{2,7}){0,4})(?![ \-]?[0-9])"
)
_GROUPS = frozenset(
    {
        *((4, 4, 4), (4, 4, 4, 4), (4, 6, 5), (3, 3, 4), (3, 3, 3), (3, 2, 4)),
        *((2, 2, 2, 2, 2), (5, 6), (5, 3, 3), (4, 3, 4), (3, 4, 4), (5, 5)),
    }
)
_SHORT, _LONG = 10, 13  # digits of a telephone number with its country's code, at least and most
_BREAK = later(r"\n[ \t]{0,12}(?=[^\W_])")
_LINKS, _TAIL = (" de", " of", " del"), 8
_LINKED = (
    *("de ", "del ", "of "),
    *("le ", "il ", "on ", "am ", "op ", "el ", "em ", "si\u0119 "),  # behind "born"
)
_NEAR, _FEW = 64, 12
"""Characters on each side of a break that a value may take; breaks of which one may cut a value."""

_APART = re.compile(r"[^0-9]+")


def rejoined(text: str) -> str:
    r"""Return a text without the line breaks that cut a value.

    >>> rejoined("born on 24\n  February 1996, NHS 943\n476 5919")
    'born on 24 February 1996, NHS 943 476 5919'
    """
    cuts = list(_cuts(text))
    if len(cuts) > max(_FEW, text.count("\n") // _FEW):
        return text  # lines of a list, a table or a log
    out: list[str] = []
    done = 0
    for first, last in _pieces(cuts):
        piece = text[first:last]
        whole = _whole(piece)
        if whole != piece:
            out += text[done:first], whole
            done = last
    return "".join((*out, text[done:])) if out else text


def _pieces(cuts: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield what lies around breaks; those that are near each other stay in one piece.

    Each of two values has its own break, and a piece that ends within the second would hide it.
    """
    first = last = -1
    for start, end in cuts:
        if first >= 0 and start - _NEAR > last:
            yield first, last
            first = -1
        first = max(0, start - _NEAR) if first < 0 else first
        last = end + _NEAR
    if first >= 0:
        yield first, last


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the breaks beside which a digit stands, or a word of a date."""
    for found in _BREAK.finditer(text):
        start, end = found.span()
        line = text[max(0, start - _TAIL) : start].rstrip("\r.")
        is_linked = line.endswith(_LINKS) or (text.startswith(_LINKED, end) and line[-1:].isalpha())
        if line[-1:].isdigit() or text[end].isdigit() or is_linked:
            yield start, end


def _whole(text: str) -> str:
    text = _BORN.sub(r"\1 ", text)
    text = _DATE.sub(lambda found: f"{found[1] or found[2]} ", text)
    text = _IBAN.sub(_account, text)
    return _ABROAD.sub(_abroad, _NUMBER.sub(_number, text))


def _account(found: re.Match[str]) -> str:
    head, tail = found.groups()
    lacks = length_of(head) - len(head.replace(" ", ""))
    rest = ""
    for sign in tail:
        if len(rest.replace(" ", "")) == lacks:
            break
        rest += sign
    whole = f"{head}{rest}".replace(" ", "")
    if lacks <= 0 or len(whole) != length_of(head) or not mod_97(whole):
        return found[0]
    return f"{head} {rest}{tail[len(rest) :]}"


def _number(found: re.Match[str]) -> str:
    groups = (each for part in found.groups()[1:] for each in _APART.split(part))
    is_whole = tuple(map(len, groups)) in _GROUPS
    return f"{found[1]}{found[2]} {found[3]}" if is_whole else found[0]


def _abroad(found: re.Match[str]) -> str:
    head, tail = (len(_APART.sub("", part)) for part in found.groups())
    is_whole = head < _SHORT < head + tail <= _LONG
    return f"{found[1]} {found[2]}" if is_whole else found[0]
