"""Bytes in and out: bounded bodies, bounded decompression, problems in the shape of RFC 9457."""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from typing import Any

import msgspec

from agentguard.texts import Texts
from agentguard.wire import v1

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

GZIP = 31  # zlib's window bits for a gzip body
_JSON = msgspec.json.Encoder()


class Refused(Exception):
    """The request is answered with a problem; `kind` classes it and names its words."""

    def __init__(self, status: int, kind: str, *, retry_after: int = 0, epoch: int = 0) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.retry_after = retry_after
        self.epoch = epoch


class Gone(Exception):
    """The other side went away; nobody waits for an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request whose body is `sent` as it came and `body` after decompression."""

    method: str
    path: str
    headers: dict[str, str]
    client: str
    sent: bytes
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
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
    value = v1.Problem(
        title=words.say(f"server.problem.{refused.kind}.title"),
        detail=words.say(f"server.problem.{refused.kind}.detail"),
        status=refused.status,
        kind=refused.kind,
        epoch=refused.epoch,
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
    if length.isdigit() and int(length) > v1.MAX_BODY:
        raise Refused(413, "too-large")
    sent = await _body(receive)
    client = scope.get("client")
    return Request(
        method=scope["method"],
        path=scope["path"],
        headers=headers,
        client=client[0] if client else "",
        sent=sent,
        body=_plain(sent, headers.get("content-encoding", "")),
    )


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
    if encoding != "gzip":
        raise Refused(415, "encoding")
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


@lru_cache(maxsize=4)
def _date(now: int) -> str:
    return formatdate(now, usegmt=True)


async def reply(send: Send, given: Answer, now: float) -> None:
    """Send an answer; its `Date` lets a device with a wrong clock mend itself."""
    headers = [
        ("date", _date(int(now))),
        ("content-type", given.kind),
        ("content-length", str(len(given.body))),
        ("cache-control", "no-store"),
        *given.headers,
    ]
    await send(
        {
            "type": "http.response.start",
            "status": given.status,
            "headers": [(k.encode("latin-1"), v.encode("latin-1")) for k, v in headers],
        }
    )
    await send({"type": "http.response.body", "body": given.body})
