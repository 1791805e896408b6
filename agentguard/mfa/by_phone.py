"""A supervisor opens this desk by phone, with no network: a challenge is shown, its answer typed.

The endpoint gave this desk challenges, each with a digest of its answer (`wire.openings`); the disk
holds an Argon2id hash of each digest, as of an offline code, so nothing here can answer for a
supervisor. A challenge is marked as shown before anybody sees it, and never shown again: an answer
lives in this process alone, for 15 minutes by the clock that no person sets, for five tries, once.
"""

from __future__ import annotations

import hmac
import json
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from agentguard.base import atomic_files
from agentguard.mfa.offline_codes import ALPHABET, COST, SALT_BYTES, plain, salt_of
from agentguard.model.messages import Message, say
from agentguard.ports.clock import Clock
from agentguard.ports.factors import Digest, PhoneSet, Spent
from agentguard.ports.people import Proof

FOLDER, FILE = "by-phone", "set.json"
FORMAT = 1
ANSWER = 12
SECONDS = 15 * 60.0
TRIES = 5
SHOWN, USED = b"shown", b"used"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """The set on the disk."""

    name: str
    salt: bytes
    hashes: dict[str, bytes]


@dataclass(slots=True, kw_only=True)
class _Open:
    """The challenge that is shown now; `until` is a boot time."""

    challenge: str
    kept: _Kept
    until: float
    tries: int = TRIES


class ByPhone:
    """The challenges in a folder of their own below `folder`; any thread may call."""

    factor = "break-glass-offline"

    def __init__(
        self, folder: Path, clock: Clock, digest: Digest, *, cost: tuple[int, int] = COST
    ) -> None:
        self._folder = folder / FOLDER
        self._clock, self._digest, self._cost = clock, digest, cost
        self._guard = threading.Lock()
        self._open: _Open | None = None

    def left(self) -> int:
        """Return how many challenges were never shown."""
        kept = self._read()
        return len(self._unseen(kept)) if kept is not None else 0

    def ready(self) -> bool:
        """Check whether letters can be shown.

        Some that were never shown, or those that hold now.
        """
        return self.holds() > 0 or self.left() > 0

    def begin(self) -> str | Message:
        """Return the challenge to read out, the same one while it holds; or why there is none."""
        with self._guard:
            if self._open is None or self._over(self._open):
                fresh = self._next()
                if isinstance(fresh, Message):
                    return fresh
                self._open = fresh
            return _grouped(self._open.challenge)

    def holds(self) -> float:
        """Return the seconds for which the letters that are shown still hold, 0 for none."""
        shown = self._open
        return max(0.0, shown.until - self._clock.now().boot) if shown is not None else 0.0

    def takes(self, answer: str) -> bool:
        """Check whether a challenge is open, and the answer has the shape of its answer."""
        typed = plain(answer)
        return self._open is not None and len(typed) == ANSWER and set(typed) <= set(ALPHABET)

    def verify(self, group: str, answer: str) -> Proof:
        """Accept the answer of the challenge that is open, once; `group` does not matter to it."""
        del group
        with self._guard:
            now, self._open = self._open, None
            if now is None or self._over(now):
                return self._closed(say("mfa.by-phone.over"))
            kept = now.kept
            digest = self._digest(kept.name, now.challenge, plain(answer))
            found = self._hash(digest, kept.salt)
            if not hmac.compare_digest(found, kept.hashes[now.challenge]):
                now.tries -= 1
                self._open = now if now.tries else None
                return self._closed(say("mfa.by-phone.wrong", left=now.tries))
            try:
                atomic_files.write(self._mark(kept.name, now.challenge), USED)
            except OSError:
                return self._closed(say("mfa.offline.not-marked"))
            return Proof(accepted=True, factor=self.factor)

    def wanted(self) -> bool:
        """Check whether the endpoint is to be asked for a fresh set, or told of what was used."""
        return self._read() is None or any(self._marks())

    def spent(self) -> Spent:
        """Return what the endpoint is told before it makes a fresh set."""
        kept = self._read()
        marks = {mark.name: _content(mark) for mark in self._marks()}
        shown = tuple(name.split(".")[1] for name in sorted(marks))
        used = tuple(name.split(".")[1] for name in sorted(marks) if marks[name] == USED)
        return Spent(holds=kept.name if kept is not None else "", shown=shown, used=used)

    def take(self, fresh: PhoneSet, told: Spent) -> None:
        """Keep a fresh set in place of the one before, and forget what the endpoint was told.

        Raises:
            OSError: it could not be kept; the one before still holds.

        """
        salt = secrets.token_bytes(SALT_BYTES)
        hashes = {one: self._hash(digest, salt).hex() for one, digest in fresh.digests.items()}
        values = {"format": FORMAT, "name": fresh.name, "salt": salt.hex(), "hashes": hashes}
        atomic_files.make_folder(self._folder)
        with self._guard:
            atomic_files.write(self._folder / FILE, json.dumps(values).encode("ascii"))
            for mark in self._marks():
                known = told.used if _content(mark) == USED else told.shown
                if mark.name.split(".")[1] in known:
                    mark.unlink(missing_ok=True)

    def _next(self) -> _Open | Message:
        kept = self._read()
        unseen = self._unseen(kept) if kept is not None else ()
        if kept is None or not unseen:
            return say("mfa.by-phone.none")
        challenge = secrets.choice(unseen)
        try:
            atomic_files.write_new(self._mark(kept.name, challenge), SHOWN)
            atomic_files.sync_folder(self._folder)
        except OSError:
            return say("mfa.by-phone.not-marked")
        until = self._clock.now().boot + SECONDS
        return _Open(challenge=challenge, kept=kept, until=until)

    def _over(self, one: _Open) -> bool:
        return self._clock.now().boot >= one.until

    def _closed(self, message: Message) -> Proof:
        return Proof(accepted=False, factor=self.factor, message=message)

    def _mark(self, name: str, challenge: str) -> Path:
        return self._folder / f"{name}.{challenge}.mark"

    def _marks(self) -> Iterable[Path]:
        return self._folder.glob("*.*.mark")

    def _unseen(self, kept: _Kept) -> tuple[str, ...]:
        return tuple(one for one in kept.hashes if not self._mark(kept.name, one).exists())

    def _read(self) -> _Kept | None:
        """Return the set; None when there is none that can be read."""
        try:
            values = json.loads((self._folder / FILE).read_bytes())
            if values["format"] != FORMAT:
                return None
            return _Kept(
                name=str(values["name"]),
                salt=salt_of(values["salt"]),
                hashes={str(k): bytes.fromhex(v) for k, v in values["hashes"].items()},
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def _hash(self, digest: str, salt: bytes) -> bytes:
        from agentguard.trust import curves  # noqa: PLC0415 - costs memory

        passes, kib = self._cost
        return curves.stretched(digest.encode("utf-8"), salt, passes=passes, kib=kib)


def _content(mark: Path) -> bytes:
    try:
        return mark.read_bytes()
    except OSError:
        return SHOWN


def _grouped(challenge: str) -> str:
    half = len(challenge) // 2
    return f"{challenge[:half]}-{challenge[half:]}"
