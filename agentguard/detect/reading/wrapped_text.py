"""Takes off what programs wrap a text in: per cent signs of URLs, and escapes of strings.

Both are undone in place, line by line, so that a value and its label are read as people wrote them.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from agentguard.detect.lexicon.label_gap import FENCE
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.reading.cell_text import each_by_itself
from agentguard.detect.recognition.spoken_numbers import in_digits
from agentguard.detect.tables.chat_transcripts import in_turns
from agentguard.detect.tables.field_names import respaced
from agentguard.detect.tables.talk_in_cells import with_talk
from agentguard.detect.tables.talk_turns import as_talk

_SIGNS = ("?", "&")
_ENCODED = later(r"%(?:25){0,4}[0-9A-Fa-f]{2}(?:%(?:25){0,4}[0-9A-Fa-f]{2})*")
_AGAIN = later(r"%(?:25)+(?=[0-9A-Fa-f]{2})")
_QUERY = later(r"[?&](?:amp;){0,4}[\w.\-\[\]]{1,64}=[^\s\"'<>&=]{1,4096}")
# A form's address within a field of a form.
_NESTED = later(r"%(?:25){0,4}(?:3[Ff]|26)[\w.\-]{1,64}%(?:25){0,4}3[Dd]")
_PARTS = later(r"([\s\"'<>`]+)")
# A space of a form's value. The plus of a telephone number stands behind another sign, so a hyphen
# counts with a space on its other side alone.
_PLUS = later(r"(?:(?<=[\w:.,;)+*])|(?<=\+-))\+(?=[\w(+%*]|-\+)")
_ESCAPE = later(r"\\+(r\\+n|[nrt\"',;/]|u[0-9A-Fa-f]{4})")
_GOES_ON = later(r"\\\n[ \t]*")
_ENTITY = later(r"&(?:amp;)*(?:quot|apos|lt|gt|nbsp|#[0-9]{2,5}|#x[0-9A-Fa-f]{2,4});")
_DIGIT = later(r"[0-9]{2}")
_PLUS_CODE = "%2B"
_FIELD_END = later(r"(?<==%2B)(\S{6,40}) (?=[0-9])")
_BREAK = later(r"%(?:25)*0[AaDd]")
_PATH = later(r"[^\w\\]*(?:[A-Za-z]:\\|\\\\[\w$.]|\\[A-Z])|.*\\[A-Z_$]")
_WHITE = {"n": "\n", "r": "\n", "t": "\t"}
_UNSAFE = dict.fromkeys((*range(9), 11, 12, *range(14, 32)), " ")
_LEAST = 16 << 10
_LONGEST = 64 << 10
"""Characters of a line that is held until its end is there; a longer one is read as it comes."""


def unwrapped(found: Iterator[str]) -> Iterator[str]:
    r"""Yield a text in pieces without what its lines are wrapped in.

    >>> list(unwrapped(iter(("note=Card%2520number%253A%2", "5204\n", r"Ann\tBob\n77"))))
    ['note=Card number: 4\n', 'Ann\tBob\n77']
    """
    rest = ""
    for piece in _gathered(found):
        if not piece:
            yield ""
            continue
        text, rest = rest + piece, ""
        if _may_be_wrapped(text):
            end = text.rfind("\n") + 1
            if len(text) - end <= _LONGEST and _may_be_wrapped(text[end:]):
                text, rest = text[:end], text[end:]
            text = _plain(text)
        yield _by_cell(text)
    if rest:
        yield _by_cell(_plain(rest))


def _by_cell(text: str) -> str:
    """Return cells as what they hold is read, with spoken numbers in digits; other text as it is.

    That was read so where it came from.
    """
    return in_digits(with_talk(each_by_itself(text))) if FENCE in text else text


def _gathered(found: Iterator[str]) -> Iterator[str]:
    """Yield small pieces together: the turns of a talk and the lines of a note stand in several.

    One with nothing in it is passed on: it says that time went by.
    """
    held: list[str] = []
    size = 0
    try:
        for piece in found:
            if not piece:
                yield ""
                continue
            held.append(piece)
            size += len(piece)
            if size >= _LEAST:
                yield "".join(held)
                held, size = [], 0
    except Exception:
        yield "".join(held)  # whatever ends the reading, what came before is not lost
        raise
    yield "".join(held)


def _may_be_wrapped(text: str) -> bool:
    return "%" in text or "\\" in text or "&" in text or ("+" in text and "?" in text)


def _plain(text: str) -> str:
    """Return a text whose lines are as they were before they were encoded or escaped."""
    if "\\\n" in text:
        text = _GOES_ON.sub("\n", text.replace("\\n\\\n", "\\\n"))
    text = _of_forms(text)
    if "%" in text:
        is_nested = _NESTED.search(text) is not None
        text = _of_urls(text)
        text = _of_forms(text) if is_nested else text
    if "&" in text:
        text = _ENTITY.sub(_of_page, text)
    if "\\" not in text:
        return text
    text = _each_line_with("\\", text, _of_string)
    return _ENTITY.sub(_of_page, text) if "&" in text else text


def _of_forms(text: str) -> str:
    """Return a text with the spaces of the values of its forms."""
    if "+" in text and "=" in text:
        for sign in _SIGNS:
            text = _each_line_with(sign, text, _of_query) if sign in text else text
    return text


def _each_line_with(sign: str, text: str, plain: Callable[[str], str]) -> str:
    """Return a text of which every line with a sign was made plain."""
    made: list[str] = []
    done = 0
    while (found := text.find(sign, done)) >= 0:
        start = text.rfind("\n", done, found) + 1 or done
        end = text.find("\n", found)
        end = len(text) if end < 0 else end
        made += (text[done:start], plain(text[start:end]))
        done = end
    return "".join((*made, text[done:]))


def _of_query(line: str) -> str:
    return _QUERY.sub(_spaced, line) if "+" in line else line


def _spaced(field: re.Match[str]) -> str:
    """Return a field of a form with the spaces of its value (HTML, 4.10.21.6)."""
    return _PLUS.sub(" ", field[0])


def _of_urls(text: str) -> str:
    """Return a text whose addresses are as people read them."""
    if _PLUS_CODE in text:  # the last field ends with the address, and no further number joins it
        text = _FIELD_END.sub(r"\1\t", text)
    if _BREAK.search(text):
        return _each_line_with("%", text, lambda line: _in_order(_ENCODED.sub(_decoded, line)))
    return _ENCODED.sub(_decoded, text)


def _decoded(run: re.Match[str]) -> str:
    return _of_codes(run[0])


@lru_cache(4096)
def _of_codes(run: str) -> str:
    """Return what is encoded by per cent signs, perhaps more than once (RFC 3986, 2.1)."""
    once = _AGAIN.sub("%", run)
    try:
        plain = bytes.fromhex(once.replace("%", "")).decode()
    except UnicodeDecodeError:
        return once
    return plain.replace("\r\n", "\n").translate(_UNSAFE)


def _of_page(entity: re.Match[str]) -> str:
    """Return the sign of a name in a page that was perhaps encoded more than once (HTML, 13.5)."""
    return html.unescape(entity[0].replace("amp;", "")).translate(_UNSAFE)


def _of_string(line: str) -> str:
    """Return a line without the escapes of strings (RFC 8259, 7); paths of Windows have none."""
    if _DIGIT.search(line) is None:
        return line
    parts = _PARTS.split(line)
    plain = "".join(
        part if "\\" not in part or _PATH.match(part) else _ESCAPE.sub(_character, part)
        for part in parts
    )
    return _in_order(plain)


def _in_order(plain: str) -> str:
    """Return what became several lines, each answer behind its question."""
    if "\n" not in plain:
        return plain
    return in_turns(as_talk("\n".join(map(respaced, in_digits(plain).split("\n")))))


def _character(escape: re.Match[str]) -> str:
    name = escape[1]
    if name[0] == "u":
        return chr(int(name[1:], 16)).translate(_UNSAFE)
    return _WHITE.get(name[0], name)
