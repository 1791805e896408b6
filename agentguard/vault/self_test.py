"""Seals a made-up text in the vault's folder and opens it again, to see that the vault works."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pyrage

from agentguard.base import atomic_files
from agentguard.base.errors import SecretError, VaultError
from agentguard.model.moments import Moment
from agentguard.vault.sealed_file import BrokenSeal, Header, Nothing, seal, unseal
from agentguard.vault.sealed_files import NEW, Shelf

if TYPE_CHECKING:
    from pyrage import x25519

LENGTH = 100_000
"""Bytes: more than one chunk of the format."""


def works(shelf: Shelf, at: Moment, recovery: tuple[x25519.Recipient, ...]) -> bool | None:
    """Return whether it does; None while its key lies in a place that is locked.

    Raises:
        VaultError: the vault or its key cannot be read.
        OSError: nothing can be written there.

    """
    with shelf.held():
        try:
            key = _key(shelf)
        except VaultError as error:
            if isinstance(error.__cause__, SecretError) and error.__cause__.passing:
                return None
            raise
        item = shelf.new_id()
        text = secrets.token_bytes(LENGTH)
        head = Header(
            item=item,
            path="",
            mode=atomic_files.OWNER_ONLY,
            mtime_ns=0,
            size=LENGTH,
            sha256=hashlib.sha256(text).hexdigest(),
            put=at,
            hits=(),
        )
        return _comes_back(head, text, shelf.temporary(item), (key, recovery))


def _key(shelf: Shelf) -> x25519.Identity:
    """Return the vault's key; one for the moment where nothing was ever put."""
    return shelf.key() if shelf.vault_key.where() else pyrage.x25519.Identity.generate()


def _comes_back(
    head: Header,
    text: bytes,
    place: Path,
    keys: tuple[x25519.Identity, tuple[x25519.Recipient, ...]],
) -> bool:
    """Seal it to disk and read it back; a probe that a crash leaves is swept at the next start."""
    own, recovery = keys
    try:
        with os.fdopen(os.open(place, NEW, atomic_files.OWNER_ONLY), "w+b") as file:
            seal(head, io.BytesIO(text), file, [own.to_public(), *recovery])
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            return unseal(file, Nothing(), own) == head
    except BrokenSeal:
        return False
    finally:
        place.unlink(missing_ok=True)
