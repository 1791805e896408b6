"""What a browser is sent: packed, and style, scripts and pictures under names of their content.

A name holds the hash of what is in the file. Packed is with zstd where it is taken, else gzip.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import zstandard
from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from agentguard.server.http_messages import GZIP, Send

FOLDER = Path(__file__).parent / "static"
STATIC = "/static/"
FOREVER = b"public, max-age=31536000, immutable"
AGAIN, NEVER = b"no-cache", b"no-store"
LENGTH = 16
KINDS = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_NAMED = re.compile(rf"([a-z]+)(?:\.([0-9a-f]{{{LENGTH}}}))?\.([a-z]+)")
LEAST = 500  # bytes that are worth it
ZSTD_LEVEL, GZIP_LEVEL = 3, 6
PACKED = (b"text/html", b"text/css", b"text/javascript", b"image/svg+xml", b"application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file that browsers are given; `address` has its hash."""

    body: bytes
    kind: str
    address: str
    tag: str


@cache
def assets() -> dict[str, Asset]:
    """Return every file by its plain name, such as `console.css`; they stay as at the start."""
    found = {}
    for file in sorted(FOLDER.iterdir()):
        stem, _, ending = file.name.partition(".")
        if ending in KINDS:
            body = file.read_bytes()
            tag = hashlib.sha256(body).hexdigest()[:LENGTH]
            address = f"{STATIC}{stem}.{tag}.{ending}"
            found[file.name] = Asset(body=body, kind=KINDS[ending], address=address, tag=tag)
    return found


def address(name: str) -> str:
    """Return the address of a file, by its plain name.

    Raises:
        KeyError: there is no such file.

    """
    return assets()[name].address


def caching(path: str) -> bytes:
    """Return how long a browser keeps what it was given for an address under `STATIC`."""
    found = _meant(path.removeprefix(STATIC))
    if found is None:
        return NEVER
    return FOREVER if path == found.address else AGAIN


def _meant(name: str) -> Asset | None:
    named = _NAMED.fullmatch(name)
    return assets().get(f"{named[1]}.{named[3]}") if named else None


@get(STATIC + "{name:str}")
async def asset(name: FromPath[str]) -> Response[bytes]:
    """Return a file as it is here, whichever hash it is asked for by."""
    found = _meant(name)
    if found is None:
        raise NotFoundException
    return Response(found.body, media_type=found.kind)


HANDLERS = (asset,)


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
    return kind in PACKED and b"content-encoding" not in names
