"""Pre-issued one-time codes for when the endpoint is away; the disk holds only their hashes.

A code is 50 random bits. All of a set are hashed with Argon2id (RFC 9106: 64 MiB, 3 passes, about a
tenth of a second) under the set's one salt, so that a check costs one hash: at 2^46 guesses for
one of ten codes that is 200,000 years of one core, hence no lockout that a stranger could
trigger. A code is used by making a file of its own, forced to the disk, before it is accepted: of
two at once one wins, and a kill in between loses the code, never the rule.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.base.errors import CannotError
from agentguard.base.translations import load
from agentguard.model.messages import Message, say
from agentguard.ports.clock import Clock
from agentguard.ports.people import Proof

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no letter that is read as another."""
ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
LENGTH = 10
GROUP = 5
FILE = "offline-codes.json"
FORMAT = 2
HOURS = 72
COST = (3, 64 * 1024)
SALT_BYTES = 16
"""Passes and KiB: the second choice of RFC 9106, 4, with one lane."""
MOST = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issued:
    """A set as it is kept; `expires` is wall time, the only one that outlives a restart."""

    name: str
    salt: bytes
    expires: float
    hashes: tuple[bytes, ...]


class OfflineCodes:
    """The offline codes in `folder`; any thread or process may verify."""

    factor = "offline-code"

    def __init__(self, folder: Path, clock: Clock, *, hours: int = HOURS) -> None:
        self._folder = folder
        self._clock = clock
        self._hours = hours

    def issue(self, count: int = 10) -> tuple[str, ...]:
        """Make a new set, which ends the old one; the codes are seen here and never again.

        Raises:
            CannotError: it could not be kept; the old set still holds.

        """
        words = load()
        codes = tuple(_new_code() for _ in range(min(max(count, 1), MOST)))
        salt = secrets.token_bytes(SALT_BYTES)
        issued = _Issued(
            name=secrets.token_hex(8),
            salt=salt,
            expires=self._clock.now().wall + self._hours * 3600,
            hashes=tuple(_hash(code, salt) for code in codes),
        )
        try:
            atomic_files.make_folder(self._folder)
            atomic_files.write(self._folder / FILE, _written(issued))
            self._forget_marks(issued.name)
        except OSError as error:
            raise CannotError(
                words.say("mfa.offline.not-kept"), words.say("mfa.offline.not-kept-advice")
            ) from error
        return tuple(f"{code[:GROUP]}-{code[GROUP:]}" for code in codes)

    def left(self) -> int:
        """Return how many codes can still be used."""
        issued = self._read()
        if not isinstance(issued, _Issued) or self._over(issued):
            return 0
        used = sum(self._mark(issued, index).exists() for index in range(len(issued.hashes)))
        return len(issued.hashes) - used

    def takes(self, answer: str) -> bool:
        """Check whether the answer has the length and letters of an offline code."""
        typed = plain(answer)
        return len(typed) == LENGTH and set(typed) <= set(ALPHABET)

    def verify(self, group: str, answer: str) -> Proof:
        """Accept a code once; `group` does not matter to it."""
        del group
        if not self.takes(answer):
            return self._closed(say("mfa.offline.shape"))
        issued = self._read()
        if isinstance(issued, Message):
            return self._closed(issued)
        if self._over(issued):
            return self._closed(say("mfa.offline.expired"))
        index = _place(issued, plain(answer))
        if index is None:
            return self._closed(say("mfa.offline.wrong"))
        return self._used(issued, index)

    def _used(self, issued: _Issued, index: int) -> Proof:
        try:
            handle = os.open(self._mark(issued, index), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            atomic_files.sync_folder(self._folder)
        except FileExistsError:
            return self._closed(say("mfa.offline.used"))
        except OSError:
            return self._closed(say("mfa.offline.not-marked"))
        message = say("mfa.offline.accepted", left=self.left())
        return Proof(accepted=True, factor=self.factor, message=message)

    def _closed(self, message: Message) -> Proof:
        return Proof(accepted=False, factor=self.factor, message=message)

    def _over(self, issued: _Issued) -> bool:
        return self._clock.now().wall >= issued.expires

    def _mark(self, issued: _Issued, index: int) -> Path:
        return self._folder / f"{issued.name}.{index}.used"

    def _forget_marks(self, but: str) -> None:
        for mark in self._folder.glob("*.used"):
            if not mark.name.startswith(f"{but}."):
                mark.unlink(missing_ok=True)

    def _read(self) -> _Issued | Message:
        try:
            values = json.loads((self._folder / FILE).read_bytes())
            if values["format"] != FORMAT:
                return say("mfa.offline.damaged")
            return _Issued(
                name=str(values["name"]),
                salt=salt_of(values["salt"]),
                expires=float(values["expires"]),
                hashes=tuple(bytes.fromhex(text) for text in values["hashes"]),
            )
        except FileNotFoundError:
            return say("mfa.offline.none")
        except (OSError, ValueError, KeyError, TypeError):
            return say("mfa.offline.damaged")


def _new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def plain(answer: str) -> str:
    """Return what was typed as codes are written: capitals, no gaps, no letter read as another."""
    kept = "".join(c for c in answer.upper() if not c.isspace() and c != "-")
    return kept.translate(ALIKE)


def salt_of(text: str) -> bytes:
    """Read a salt as it is kept, in hexadecimal.

    Raises:
        ValueError: it is none.

    """
    salt = bytes.fromhex(text)
    if len(salt) != SALT_BYTES:
        raise ValueError
    return salt


def _hash(code: str, salt: bytes) -> bytes:
    from agentguard.trust import curves  # noqa: PLC0415 - costs memory

    passes, kib = COST
    return curves.stretched(code.encode("utf-8"), salt, passes=passes, kib=kib)


def _place(issued: _Issued, code: str) -> int | None:
    """Return the code's index, in the same time wherever it stands."""
    found = _hash(code, issued.salt)
    same = [hmac.compare_digest(found, known) for known in issued.hashes]
    return same.index(True) if True in same else None


def _written(issued: _Issued) -> bytes:
    values = {
        "format": FORMAT,
        "name": issued.name,
        "salt": issued.salt.hex(),
        "expires": issued.expires,
        "hashes": [known.hex() for known in issued.hashes],
    }
    return json.dumps(values).encode("ascii")
