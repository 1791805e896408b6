"""What was copied and may not stay, as far as it must be known again in the clipboard's history.

Kept in memory is a digest with a key of this start, never a text.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from hashlib import blake2b

NEAR = 3.0
"""Seconds between the moment at which a copy was read and the one at which the history took it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A copy with findings: the digest of its text, None without one, and when it was read."""

    digest: bytes | None
    wall: float
    key: bytes = field(repr=False)
    limit: int

    def is_it(self, text: str | None, wall: float) -> bool:
        """Check whether an entry of a history is this copy; `wall` is when it came there.

        An entry without a text is known by its time.
        """
        if self.digest is None or text is None:
            return self.digest is None and text is None and abs(wall - self.wall) <= NEAR
        return secrets.compare_digest(self.digest, _digest(text, self.limit, self.key))


class Leaks:
    """Remembers of each selection the last copy that had findings."""

    def __init__(self, limit: int) -> None:
        """Make it for texts of which at most `limit` characters are read."""
        self._limit = limit
        self._key = secrets.token_bytes(32)
        self._last: dict[str, Leak] = {}

    def note(self, selection: str, text: str, wall: float) -> None:
        """Remember a copy that had findings."""
        digest = _digest(text, self._limit, self._key) if text else None
        leak = Leak(digest=digest, wall=wall, key=self._key, limit=self._limit)
        self._last[selection] = leak

    def forget(self, selection: str) -> None:
        """Remember nothing: what is there now had no findings."""
        self._last.pop(selection, None)

    def of(self, selection: str) -> Leak | None:
        """Return what is remembered."""
        return self._last.get(selection)


def _digest(text: str, limit: int, key: bytes) -> bytes:
    plain = text[:limit].replace("\r\n", "\n").encode("utf-8", "surrogatepass")
    return blake2b(plain, key=key, digest_size=32).digest()
