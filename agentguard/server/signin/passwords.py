"""Passwords as Argon2id hashes (the library's defaults: 64 MiB, three passes)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

P = ParamSpec("P")
T = TypeVar("T")
_HASHER = PasswordHasher()
# Two at a time: four would stop everything else for seconds on a small machine.
_WORKERS = ThreadPoolExecutor(2, thread_name_prefix="server-password")


async def slowly(job: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Run a job that costs much on purpose beside the serving loop."""
    return await asyncio.get_running_loop().run_in_executor(_WORKERS, lambda: job(*given, **named))


def hash_password(password: str) -> str:
    """Hash a password; takes a quarter of a second on purpose."""
    return _HASHER.hash(password)


def right(stored: str, password: str) -> bool:
    """Check whether it is the password; an empty hash costs the same time and is never right."""
    try:
        _HASHER.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


@cache
def _nobody() -> str:
    return hash_password("a password that nobody has")
