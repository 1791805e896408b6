"""A pack: a whole catalogue in one file, to be signed and handed on.

It is one JSON document with its keys in order, packed by xz. What comes out is bounded before it
is unpacked, and a pack is good only if every rule in it knows its own examples.
"""

from __future__ import annotations

import hashlib
import json
import lzma
from datetime import date, timedelta

from agentguard.base.errors import AgentGuardError
from agentguard.software.document import FORMAT, Contents, Document, contents
from agentguard.software.identify import Identifier, check
from agentguard.trust import strict_json
from agentguard.trust.refusal import pack_rejected

MOST_BYTES = 8 * 1024 * 1024
"""Bytes of an unpacked document; the shipped one has half a million."""
WINDOW = 2 * 1024 * 1024
"""Bytes on which xz looks back."""
MEMORY = 16 * 1024 * 1024
"""Bytes that unpacking may take for itself."""
SLACK = timedelta(days=1)
"""A day begins earlier in the east."""
NUMBERS = 100
"""Catalogues of one day."""


def written(document: Document) -> bytes:
    """Return a document as a pack; the same document always gives the same bytes."""
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    way = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "dict_size": WINDOW}
    return lzma.compress(text.encode(), lzma.FORMAT_XZ, lzma.CHECK_SHA256, filters=[way])


def opened(pack: bytes) -> Contents:
    """Return the catalogue in a pack whose signature was verified.

    Raises:
        PackRejected: it is damaged, too large, of another format, or does not hold what it says.

    """
    told = _document(_unpacked(pack))
    if told.get("format") != FORMAT:
        raise pack_rejected("format", format=str(told.get("format"))[:20], known=FORMAT)
    try:
        made = contents(told)
        day_of(made.seq)
        check(Identifier(made.catalogue), made.catalogue.rules)
    except AgentGuardError as error:
        raise pack_rejected("content", why=error.title) from error
    except ValueError as error:
        raise pack_rejected("content", why=str(error)) from error
    return made


def digest(pack: bytes) -> str:
    """Return the name by which a pack is known: its SHA-256, in hex."""
    return hashlib.sha256(pack).hexdigest()


def day_of(seq: int) -> date:
    """Return the day on which the catalogue of a number was made.

    Raises:
        ValueError: it is no such number.

    """
    try:
        return date.fromisoformat(str(seq // NUMBERS))
    except ValueError:
        raise ValueError(f"seq {seq}") from None


def from_the_future(made: Contents, today: date) -> date | None:
    """Return the day of a catalogue that has not come yet; None when all of them have."""
    days = (day_of(made.seq), made.compiled, *(one.day for one in made.sources))
    return max(days) if max(days) > today + SLACK else None


def _document(text: bytes) -> Document:
    try:
        told = strict_json.read(text, MOST_BYTES)
    except ValueError:
        raise pack_rejected("damaged") from None
    if not isinstance(told, dict):
        raise pack_rejected("damaged")
    return told


def _unpacked(pack: bytes) -> bytes:
    unpacking = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY)
    try:
        text = unpacking.decompress(pack, MOST_BYTES + 1)
    except (lzma.LZMAError, EOFError) as error:
        raise pack_rejected("damaged") from error
    if len(text) > MOST_BYTES:
        raise pack_rejected("bomb", most=MOST_BYTES // 1024 // 1024)
    if not unpacking.eof or unpacking.unused_data:
        raise pack_rejected("damaged")
    return text
