"""Bytes in and out: bounded bodies, bounded decompression, problems in the shape of RFC 9457."""

from __future__ import annotations

import re
import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from email.utils import formatdate
from functools import lru_cache
from typing import Any, Self

import msgspec
import zstandard

from agentguard.base.translations import Texts
from agentguard.wire import v1

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

GZIP = 31  # zlib's window bits for a gzip body
WINDOW = 8 * 1024 * 1024  # bytes that a zstd frame may look back; RFC 8878 asks for as much
_NUL = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
_JSON = msgspec.json.Encoder()


READINESS = "not-ready"


class Refused(Exception):
    """The request is answered with a problem; `kind` classes it and names its words.

    `why` is an id under `server.cause`, when the endpoint itself is why; `known` once it is proved
    which device asks.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        *,
        retry_after: int = 0,
        epoch: int = 0,
        seq: int = 0,
        why: str = "",
    ) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.retry_after = retry_after
        self.epoch = epoch
        self.seq = seq
        self.why = why
        self.known = False

    def of_known(self) -> Self:
        """Return it as one to a device that proved who it is."""
        self.known = True
        return self


class Gone(Exception):
    """The other side went away; nobody waits for an answer."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request whose body is `sent` as it came and `body` after decompression."""

    method: str
    path: str
    headers: dict[str, str]
    client: str
    sent: bytes
    body: bytes
    query: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back; `headers` come on top of the usual ones."""

    status: int
    body: bytes
    kind: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()


def answer(status: int, value: v1.Struct) -> Answer:
    """Answer with JSON."""
    return Answer(status=status, body=_JSON.encode(value))


def problem(refused: Refused, words: Texts) -> Answer:
    """Answer with a problem."""
    detail = words.say(f"server.problem.{refused.kind}.detail")
    if refused.kind == READINESS:  # whoever asks for it runs the endpoint
        detail = f"{words.say(f'server.cause.{refused.why}-advice')} {detail}"
    value = v1.Problem(
        title=words.say(f"server.problem.{refused.kind}.title"),
        detail=f"{words.say(f'server.cause.{refused.why}')} {detail}" if refused.why else detail,
        status=refused.status,
        kind=refused.kind,
        epoch=refused.epoch,
        seq=refused.seq,
    )
    again = refused.retry_after
    return Answer(
        status=refused.status,
        body=_JSON.encode(value),
        kind="application/problem+json",
        headers=(("retry-after", str(again)),) if again else (),
    )


async def read(scope: Scope, receive: Receive) -> Request:
    """Read a request in full.

    Raises:
        Refused: it is too long, or compressed in a way that is not understood.
        Gone: the other side went away.

    """
    headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > v1.MAX_BODY:
        raise Refused(413, "too-large")
    sent = await _body(receive)
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        client=client[0] if client else "",
        query=scope.get("query_string", b"").decode("latin-1"),
        sent=sent,
        body=storable(_plain(sent, headers.get("content-encoding", ""))),
    )


def storable(body: bytes) -> bytes:
    """Put U+FFFD for each escaped NUL, which no text of PostgreSQL can hold."""
    return _NUL.sub(rb"\1\\ufffd", body) if b"\\u0000" in body else body


async def _body(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > v1.MAX_BODY:
            raise Refused(413, "too-large")
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _plain(sent: bytes, encoding: str) -> bytes:
    if encoding in {"", "identity"}:
        return sent
    unpack = {"gzip": _gunzipped, "zstd": _unzstd}.get(encoding)
    if unpack is None:
        raise Refused(415, "encoding")
    return unpack(sent)


def _gunzipped(sent: bytes) -> bytes:
    unpack = zlib.decompressobj(GZIP)
    try:
        body = unpack.decompress(sent, v1.MAX_BODY)
    except zlib.error:
        raise Refused(400, "malformed") from None
    if unpack.unconsumed_tail:
        raise Refused(413, "too-large")
    if not unpack.eof or unpack.unused_data:
        raise Refused(400, "malformed")
    return body


def _unzstd(sent: bytes) -> bytes:
    """Unpack piece by piece: a frame's head may promise any size, and ask for any window."""
    unpack = zstandard.ZstdDecompressor(max_window_size=WINDOW)
    try:
        with unpack.stream_reader(sent, read_across_frames=True) as reader:
            body = reader.read(v1.MAX_BODY + 1)
    except zstandard.ZstdError:
        raise Refused(400, "malformed") from None
    if len(body) > v1.MAX_BODY:
        raise Refused(413, "too-large")
    return body


@lru_cache(maxsize=4)
def _date(now: int) -> tuple[bytes, bytes]:
    return b"date", formatdate(now, usegmt=True).encode()


async def reply(send: Send, given: Answer, now: float) -> None:
    """Send an answer; its `Date` lets a device with a wrong clock mend itself."""
    headers = [
        _date(int(now)),
        (b"content-type", given.kind.encode("latin-1")),
        (b"content-length", b"%d" % len(given.body)),
        (b"cache-control", b"no-store"),
    ]
    if given.headers:
        headers += [(k.encode("latin-1"), v.encode("latin-1")) for k, v in given.headers]
    await send({"type": "http.response.start", "status": given.status, "headers": headers})
    await send({"type": "http.response.body", "body": given.body})
