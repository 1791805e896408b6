"""Packs what is sent to browsers: zstd where it is taken, else gzip.

Nothing that a page must keep to itself stands in it the same way twice (`ServerKeys.form_token`),
so how long a packed page is tells nothing of it. Streams are left as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, MutableMapping
from typing import Any

import zstandard

from agentguard.server.http_messages import GZIP, Send

LEAST = 500  # bytes that are worth it
ZSTD_LEVEL, GZIP_LEVEL = 3, 6
KINDS = (b"text/html", b"text/css", b"text/javascript", b"image/svg+xml", b"application/json")


def coding(headers: Mapping[bytes, bytes]) -> str:
    """Return how a browser takes what is sent: `zstd`, `gzip`, or empty for as it is."""
    asked: dict[str, str] = {}
    for part in headers.get(b"accept-encoding", b"").decode("latin-1").lower().split(","):
        name, _, weight = part.partition(";")
        asked[name.strip()] = weight.replace(" ", "")
    refused = {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return next((one for one in ("zstd", "gzip") if asked.get(one, "q=0") not in refused), "")


def pack(body: bytes, how: str) -> bytes:
    """Return a body packed as a coding says."""
    if how == "zstd":
        return zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body)
    packer = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP)
    return packer.compress(body) + packer.flush()


def packed(send: Send, headers: Mapping[bytes, bytes]) -> Send:
    """Return what sends on; a body that is sent in one piece is packed as the browser takes it."""
    how = coding(headers)
    held: list[MutableMapping[str, Any]] = []

    async def sent(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start" and _fits(message["headers"]):
            message["headers"] = [*message["headers"], (b"vary", b"accept-encoding")]
            held.append(message)
            return
        if held:
            begin, body = held.pop(), message.get("body", b"")
            if how and not message.get("more_body", False) and len(body) >= LEAST:
                body = pack(body, how)
                kept = [one for one in begin["headers"] if one[0] != b"content-length"]
                length = (b"content-length", b"%d" % len(body))
                begin["headers"] = [*kept, length, (b"content-encoding", how.encode())]
                message = {**message, "body": body}
            await send(begin)
        await send(message)

    return sent


def _fits(headers: list[tuple[bytes, bytes]]) -> bool:
    names = {name.lower(): value for name, value in headers}
    kind = names.get(b"content-type", b"").partition(b";")[0].strip()
    return kind in KINDS and b"content-encoding" not in names
