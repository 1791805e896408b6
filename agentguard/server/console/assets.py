"""Style, scripts and pictures under names that hold the hash of what is in them.

What a hash names never changes, so a browser asks for it once. During an upgrade a page of one
release may ask a process of another: it is given what that one has, and asks again the next time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

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
