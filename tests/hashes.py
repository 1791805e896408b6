"""Hashes that cost next to nothing, for tests of something else than their cost.

Argon2id is as slow as it was told to be: a tenth of a second for every password, and several for a
set of codes. What the product tells it is held by tests that compute the same hash by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

LEAST = (1, 8)
"""Passes and KiB."""


@contextmanager
def cheap_at_the_desk() -> Iterator[None]:
    """Offline codes, and the answers by phone that every desk takes from its endpoint."""
    from agentguard.mfa import by_phone, offline_codes  # noqa: PLC0415 - few tests have codes

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(offline_codes, "COST", LEAST)
        patch.setattr(by_phone.ByPhone.__init__, "__kwdefaults__", {"cost": LEAST})
        yield


@contextmanager
def cheap_at_the_endpoint() -> Iterator[None]:
    """Passwords and recovery codes; a hash that costs more is verified as it was made."""
    from argon2 import PasswordHasher  # noqa: PLC0415 - few tests have an endpoint

    from agentguard.server.signin import passwords, recovery_codes  # noqa: PLC0415

    passes, kib = LEAST
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(passes, kib, 1))
        patch.setattr(recovery_codes, "COST", LEAST)
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()
