"""EML: the people and the subject of a mail, its bodies and its attachments."""

from __future__ import annotations

import binascii
import codecs
import re
from base64 import b64decode
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING

from agentguard.detect.extractor import HEAD, Extractor, Source, Work
from agentguard.detect.formats._text_openings import BOM
from agentguard.detect.formats.text import decoded, pieces
from agentguard.detect.lexicon.lazy_pattern import later
from agentguard.detect.lexicon.words import words
from agentguard.detect.limits import MIB

if TYPE_CHECKING:
    from email.message import Message

_ORDER = 30
_KNOWN = frozenset(
    b"from to subject date sent message-id mime-version received return-path delivered-to"
    b" content-type reply-to".split()
)
_LEAST_KNOWN = 3
_SENT = frozenset(
    b"mime-version content-type content-transfer-encoding message-id received".split()
)
"""Headers that programs write: a mail as it was sent, and not one that somebody pasted."""

_HEADER = later(rb"([A-Za-z][A-Za-z0-9-]{0,63}):.*\n?")
# Message-ID, References and the like look as addresses do and are none; what programs write about
# a part and its way is not what people wrote. Everything else is.
_SAID = ("From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Comments")
_UNSAID = words(
    "date sent message-id references in-reply-to received return-path delivered-to sender"
    " mime-version dkim-signature domainkey-signature authentication-results feedback-id"
    " thread-index thread-topic importance priority precedence errors-to user-agent"
)
_UNSAID_KINDS = ("arc-", "content-", "list-", "resent-", "received-", "x-")
_MOST_PARTS = 1000
_BASE_64 = later(rb"[A-Za-z0-9+/=\s]*+")
_WORD, _END = later(r"=\?([^?\s]{1,75})\?([bBqQ])\?(.*?)\?="), "?="
_SLOW = frozenset(("idna", "punycode"))  # they take the square of the length
_WIDE = ("utf-16", "utf-32", "ucs-2")


def sniff(source: Source) -> bool:
    """Tell a mail by its first line, which is a header, and the names of the headers below."""
    head = source.head.removeprefix(BOM)
    return len(_names(head) & _KNOWN) >= _LEAST_KNOWN


def _names(data: bytes) -> set[bytes]:
    return {match[1].lower() for match in _top(data)}


def _top(data: bytes) -> Iterator[re.Match[bytes]]:
    """Yield the headers from the first line on; lines that go on with one stand between."""
    place = 0
    while header := _HEADER.match(data, place):
        yield header
        place = _folded(data, header.end())


def _folded(data: bytes, place: int) -> int:
    """Return the place behind the lines that go on with a header (RFC 5322, 2.2.3)."""
    while data[place : place + 1] in (b" ", b"\t"):
        place = data.find(b"\n", place) + 1 or len(data)
    return place


def extract(source: Source, work: Work) -> Iterator[str]:
    """Yield headers that people wrote, then every part by its own format."""
    if source.size > work.limits.part_mib * MIB:
        work.note("reason.too-large-part")
        yield from pieces(source, work)
        return
    yield from _mail(source.read(source.size).removeprefix(BOM), work)


def _mail(data: bytes, work: Work) -> Iterator[str]:
    """Yield a mail; of one that was only forwarded as text the headers, then what it says.

    Mails that people forward to and fro stand in each other as text, and this is no depth.
    """
    from agentguard.detect.formats._mail_parser import parsed  # noqa: PLC0415 - slow to load, seldom used

    while len((names := _names(data[:HEAD])) & _KNOWN) >= _LEAST_KNOWN:
        end = _end(data)
        if names & _SENT:
            break
        yield f"{decoded(data[:end])}\n"
        data = data[end:].lstrip(b"\r\n")
    else:
        yield from work.within(data)
        return
    try:
        mail = parsed(data[:end] + b"\n" + data[end:])
    except RecursionError:  # parts within parts without end
        work.note("reason.too-deep")
        yield from pieces(Source.of_bytes(data), work)
        return
    yield from _parts(mail, work)


def _end(data: bytes) -> int:
    """Return where the headers end: at a blank line, or at the first that is none."""
    last = None
    for last in _top(data):  # noqa: B007 - only the last one counts
        pass
    return _folded(data, last.end()) if last else 0


def _parts(mail: Message, work: Work) -> Iterator[str]:
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
    """Yield what people wrote above: who to whom about what, then whatever else they named."""
    for name in _SAID:
        for value in part.get_all(name, []):
            yield f"{name}: {_header(str(value))}\n"
    said = {name.lower() for name in _SAID} | _UNSAID
    for name, value in part.items():
        low = name.lower()
        if low not in said and not low.startswith(_UNSAID_KINDS):
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
    except binascii.Error:
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
    """Yield a message within a message that was packed as a file is, against RFC 2046 (5.2.1)."""
    if part.get_content_type() != "message/rfc822" or not part.is_multipart():
        return
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() == "base64":
        inner = part.get_payload(0)
        if isinstance(inner, type(part)):
            yield from work.within(_from_base_64(_written(inner)))


def _written(part: Message) -> bytes:
    """Return a body as it is written; the library would decode by any name of a charset."""
    plain = copy(part)
    del plain["Content-Transfer-Encoding"]
    data = plain.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _from_base_64(data: bytes) -> bytes:
    try:
        return b64decode(data, validate=False)
    except ValueError:
        return b""


def _body(part: Message, work: Work) -> Iterator[str]:
    if name := part.get_filename():
        yield f"{_header(str(name))}\n"
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return
    work.spend(len(data))
    yield from _as_it_stands(part, work)
    charset = part.get_content_charset()
    if part.get_content_maintype() == "text" and charset is not None:
        data = _in_charset(data, charset).encode("utf-8", "replace")
    yield from work.within(data)


def _as_it_stands(part: Message, work: Work) -> Iterator[str]:
    """Yield a body that is told to be base64 and is not, or not all of it: a list's last lines."""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return
    body = _written(part)
    if not _BASE_64.fullmatch(body):
        yield from work.within(body)
        yield "\n"


EXTRACTOR = Extractor(name="eml", sniff=sniff, extract=extract, order=_ORDER)
