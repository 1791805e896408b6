"""Passwords as Argon2id hashes (the library's defaults: 64 MiB, three passes)."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()


def hashed(password: str) -> str:
    """Hash a password; takes a quarter of a second on purpose."""
    return _HASHER.hash(password)


def right(stored: str, password: str) -> bool:
    """Tell whether it is the password; an empty hash costs the same time and is never right."""
    try:
        _HASHER.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


@cache
def _nobody() -> str:
    return hashed("a password that nobody has")
