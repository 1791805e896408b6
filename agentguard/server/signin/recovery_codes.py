"""Recovery codes: ten of 50 random bits, hashed with Argon2id under one salt, each good once."""

from __future__ import annotations

import secrets

from argon2.low_level import Type, hash_secret_raw

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is read as another."""
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
LENGTH = 10
COUNT = 10
SALT = 16  # bytes
COST = (2, 19 * 1024)
"""Passes and KiB of Argon2id: OWASP's least, since 50 bits cannot be guessed online."""


def new_code() -> str:
    """Make a code of 50 bits."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def show_code(code: str) -> str:
    """Return a code as a person reads it."""
    return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"


def normal(typed: str) -> str:
    """Return the code that was meant; empty when it has no code's shape."""
    kept = "".join(c for c in typed.upper() if not c.isspace() and c != "-").translate(ALIKE)
    return kept if len(kept) == LENGTH and set(kept) <= set(ALPHABET) else ""


def hash_code(code: str, salt: bytes) -> bytes:
    """Hash a code by `COST`."""
    passes, kib = COST
    return hash_secret_raw(
        code.encode(),
        salt,
        time_cost=passes,
        memory_cost=kib,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )


def new_salt() -> bytes:
    """Make a set's salt."""
    return secrets.token_bytes(SALT)
