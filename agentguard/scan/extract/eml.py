"""EML: the people and the subject of a mail, its bodies and its attachments."""

from __future__ import annotations

import codecs
from base64 import b64decode
from binascii import Error as BinasciiError
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from typing import TYPE_CHECKING

from agentguard.pii.later import later
from agentguard.scan.extract.base import Extractor, Source, Work
from agentguard.scan.extract.text import decoded, pieces
from agentguard.scan.limits import MIB

if TYPE_CHECKING:
    from email.message import Message

_ORDER = 30
_KNOWN = frozenset(
    b"from to subject date message-id mime-version received return-path delivered-to content-type"
    b" reply-to".split()
)
_LEAST_KNOWN = 3
_BLANK = (b"\n\n", b"\n\r\n")
# Message-ID, References and the like look as addresses do and are none.
_SAID = ("From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Comments")
_MOST_PARTS = 1000
_WORD, _END = later(r"=\?([^?\s]{1,75})\?([bBqQ])\?(.*?)\?="), "?="
_SLOW = frozenset(("idna", "punycode"))  # they take the square of the length
_WIDE = ("utf-16", "utf-32", "ucs-2")


def sniff(source: Source) -> bool:
    """Tell a mail by the names of its first headers."""
    head = source.head
    blank = (place for end in _BLANK if (place := head.find(end)) >= 0)
    top = head[: min(blank, default=len(head))]
    named = {line.partition(b":")[0].lower() for line in top.split(b"\n") if b":" in line}
    return len(named & _KNOWN) >= _LEAST_KNOWN


def extract(source: Source, work: Work) -> Iterator[str]:
    """Give headers that people wrote, then every part by its own format."""
    if source.size > work.limits.part_mib * MIB:
        work.note("reason.too-large-part")
        yield from pieces(source, work)
        return
    from agentguard.scan.extract._mail import parsed  # noqa: PLC0415 - slow to load, seldom used

    try:
        mail = parsed(source.read(source.size))
    except RecursionError:  # parts within parts without end
        work.note("reason.too-deep")
        yield from pieces(source, work)
        return
    for number, part in enumerate(mail.walk()):
        if number >= _MOST_PARTS:
            work.note("reason.partial")
            return
        yield from _headers(part)
        yield from _packed_message(part, work)
        if not part.is_multipart():
            yield from _body(part, work)
            yield "\n"


def _headers(part: Message) -> Iterator[str]:
    for name in _SAID:
        for value in part.get_all(name, []):
            yield f"{name}: {_header(str(value))}\n"


def _header(value: str) -> str:
    """Decode the words of a header that are written in another charset (RFC 2047).

    The library's own decoder takes the square of their number.
    """
    value = " ".join(value.splitlines())
    end = value.rfind(_END) + len(_END)  # behind it no more words may end, however many begin
    out, place, held, charset = [], 0, bytearray(), ""
    for word in _WORD.finditer(value, 0, max(end, 0)):
        between, told = value[place : word.start()], word[1].partition("*")[0]
        is_next = not between or between.isspace()
        if held and not (is_next and told == charset):
            out.append(_in_charset(bytes(held), charset))
            held.clear()
        if not (is_next and place):
            out.append(between)
        held += _word(word[2], word[3])
        place, charset = word.end(), told
    return "".join((*out, _in_charset(bytes(held), charset) if held else "", value[place:]))


def _word(kind: str, data: str) -> bytes:
    plain = data.encode("utf-8", "replace")
    try:
        if kind in "qQ":
            return a2b_qp(plain, header=True)
        return a2b_base64(plain + b"==")
    except BinasciiError:
        return plain


def _in_charset(data: bytes, charset: str | None) -> str:
    """Decode by the charset that is told, unless it is plainly another."""
    name = (charset or "utf-8").lower()
    try:
        told = data.decode(name if codecs.lookup(name).name not in _SLOW else "utf-8")
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return decoded(data)
    is_narrow = name.startswith(_WIDE) and b"\0" not in data
    return decoded(data) if is_narrow or "\0" in told else told


def _packed_message(part: Message, work: Work) -> Iterator[str]:
    """Give a message within a message that was packed as a file is, against RFC 2046 (5.2.1)."""
    if part.get_content_type() != "message/rfc822" or not part.is_multipart():
        return
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        inner = part.get_payload(0)
        text = inner.get_payload() if isinstance(inner, type(part)) else ""
        if isinstance(text, str):
            yield from work.within(_from_base_64(text))


def _from_base_64(text: str) -> bytes:
    try:
        return b64decode(text.encode("ascii", "ignore"), validate=False)
    except ValueError:
        return b""


def _body(part: Message, work: Work) -> Iterator[str]:
    if name := part.get_filename():
        yield f"{_header(str(name))}\n"
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return
    work.spend(len(data))
    charset = part.get_content_charset()
    if part.get_content_maintype() == "text" and charset is not None:
        data = _in_charset(data, charset).encode("utf-8", "replace")
    yield from work.within(data)


EXTRACTOR = Extractor(name="eml", sniff=sniff, extract=extract, order=_ORDER)
