"""Keeps names of files, and whatever else may hold a value, from standing clear in the store.

What the agent remembers so that it can act again after a restart needs the real name: it is sealed
(AES-256-GCM) with a key of the folder's own, and its key in the table is a keyed hash. What the
journal says of it needs no more than a name that tells it apart: values in it are masked, and a
short keyed hash stands behind. See docs/adr/0036-values-in-names.md.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import secrets
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, cast

from agentguard.base import atomic_files
from agentguard.detect.recognition.masked_names import masked
from agentguard.model.records import Json, Record

if TYPE_CHECKING:
    from agentguard.trust.curves import Box

LOG = logging.getLogger(__name__)

FILE = "memory.key"
KEY_BYTES = 32
_NONCE = 12
_FORM = "s1:"
_HASHED = "/~"
_TOLD_APART = frozenset({"subject", "path", "file", "folder", "document"})
"""Fields of a record that name a thing: a masked one gets a hash, so that it stays one thing."""

_EXTENSION = re.compile(r"(?<=[^/\\.])\.[A-Za-z0-9]{1,8}$")


_IDS = frozenset(
    {
        "item",
        "id",
        "action",
        "prompt",
        "digest",
        "hash",
        "sha256",
        "previous_hash",
        "root",
        "person",
    }
)
"""Fields of a record that programs write, to find things again: they hold no text of a person.

A person is a pseudonym (`p-` and hexadecimal digits), by which proofs are told apart.
"""


def key_of(folder: Path) -> bytes:
    """Return the folder's key, which is made when there is none.

    Where it cannot be kept it lasts as long as the program: what was sealed with it is forgotten
    then, and found anew.
    """
    known = known_key(folder)
    if known is not None:
        return known
    made = secrets.token_bytes(KEY_BYTES)
    try:
        atomic_files.write_once(folder / FILE, made)
    except OSError as error:
        LOG.warning("the key of the memory cannot be kept: %s", type(error).__name__)
    return known_key(folder) or made


def known_key(folder: Path) -> bytes | None:
    """Return the folder's key; None when there is none, or it is damaged."""
    try:
        found = (folder / FILE).read_bytes()
    except OSError:
        return None
    return found if len(found) == KEY_BYTES else None


class Names:
    """Seals what is remembered, and masks what is written down, with one key."""

    def __init__(self, key: bytes) -> None:
        self._secret = key

    @cached_property
    def _box(self) -> Box:
        """Return what seals; its library is loaded with the first thing that is remembered."""
        from agentguard.trust.curves import Box  # noqa: PLC0415 - see above

        return Box(blake2b(b"memory", digest_size=KEY_BYTES, key=self._secret).digest())

    def key(self, name: str) -> str:
        """Return the key in the table: what kind of thing it is, and a hash of its whole name."""
        kind, slash, _ = name.partition("/")
        return f"{kind}{_HASHED}{self._hash(name, 16)}" if slash else name

    def sealed(self, name: str, value: Json) -> str:
        """Return a name with its value, sealed; it is bound to its key in the table."""
        nonce = secrets.token_bytes(_NONCE)
        text = json.dumps([name, value], separators=(",", ":")).encode("ascii")
        closed = nonce + self._box.sealed(nonce, text, self.key(name).encode())
        return _FORM + base64.b64encode(closed).decode("ascii")

    def opened(self, key: str, text: str) -> tuple[str, Json] | None:
        """Return the name and value again; None when they were sealed with another key."""
        try:
            closed = base64.b64decode(text.removeprefix(_FORM), validate=True)
            plain = self._box.opened(closed[:_NONCE], closed[_NONCE:], key.encode())
            name, value = json.loads(plain)
        except (ValueError, TypeError):
            return None
        return str(name), cast("Json", value)

    def record(self, one: Record) -> Record:
        """Return a record without values in what it says."""
        payload = {name: self._said(name, value) for name, value in one.payload.items()}
        return one if payload == one.payload else replace(one, payload=payload)

    def _said(self, name: str, value: Json) -> Json:
        if name in _IDS:
            return value
        if isinstance(value, str):
            return self._text(value, apart=name in _TOLD_APART)
        if isinstance(value, Mapping):
            return {key: self._said(key, inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._said(name, inner) for inner in value]
        return value

    def _text(self, text: str, *, apart: bool) -> str:
        shown = masked(text)
        if not apart or shown == text:
            return shown
        end = found.start() if (found := _EXTENSION.search(shown)) else len(shown)
        return f"{shown[:end]}#{self._hash(text, 4)}{shown[end:]}"

    def _hash(self, text: str, size: int) -> str:
        data = text.encode("utf-8", "surrogatepass")
        return blake2b(data, digest_size=size, key=self._secret).hexdigest()


def is_sealed(text: str) -> bool:
    """Tell a sealed value from one that an older version wrote."""
    return text.startswith(_FORM)
