"""The proof that a file was removed: a salted hash of what it held.

Whoever still has the file can show that it is the one: the hash is SHA-256 over the salt and the
SHA-256 of the content. Whoever has only the journal cannot look the content up in a table.
"""

from __future__ import annotations

import hashlib
import secrets

from agentguard.model.records import Json

SALT = 16


def proof(sha256: str) -> dict[str, Json]:
    """Return the salt and the salted hash, in hex, for a content's SHA-256 in hex."""
    salt = secrets.token_bytes(SALT)
    return {"salt": salt.hex(), "hash": _salted(salt, sha256)}


def proves(said: dict[str, Json], content: bytes) -> bool:
    """Check whether a proof is about this content."""
    try:
        salt = bytes.fromhex(str(said["salt"]))
    except (KeyError, ValueError):
        return False
    return said.get("hash") == _salted(salt, hashlib.sha256(content).hexdigest())


def _salted(salt: bytes, sha256: str) -> str:
    return hashlib.sha256(salt + bytes.fromhex(sha256)).hexdigest()
