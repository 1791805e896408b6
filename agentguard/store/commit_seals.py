"""Seals every commit with a key that is replaced at once, and lets the device sign now and then.

The seed of the next key stands in a file of its own, written over in place after each commit: in
the database's write-ahead log an old seed could be found again. Killed between the commit and the
writing, the file holds an older seed, from which the right one follows.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError
from agentguard.trust.chain import seals
from agentguard.trust.chain.links import Row
from agentguard.trust.chain.seals import SEED_BYTES, Seal
from agentguard.trust.curves import SigningKey

FILE = "journal.seal"
_BINARY = getattr(os, "O_BINARY", 0)
MOST_STEPS = 4096
"""Seals of other processes that this one may have to follow."""


class Signer(Protocol):
    """The device's key."""

    def sign(self, data: bytes) -> bytes:
        """Sign with Ed25519."""
        ...


@dataclass(slots=True)
class Sealer:
    """One process's hand on the sealing key of a folder; called within the journal's commit."""

    folder: Path
    _device: Signer | None = None
    _seed: bytes = field(default=b"", repr=False)
    _key: SigningKey | None = field(default=None, repr=False)
    """The key of the seed, with the next one: to make one of its seed is what costs most."""
    _next: tuple[bytes, SigningKey] | None = field(default=None, repr=False)
    _signed: tuple[int, float] | None = None
    """Entry and boot time of the last seal that the device signed."""

    def ready(self, expected: bytes) -> bytes:
        """Take up the key that is `expected`; give the public half of a new one if it is lost.

        Raises:
            StoreError: a new key could not be kept.

        """
        seed = self._known() if not expected else self._found(expected)
        if seed:
            self._take(seed)
            return b"" if expected else _public(seed)
        self._take(secrets.token_bytes(SEED_BYTES))
        try:
            atomic_files.write(self._file, self._seed)
        except OSError as error:
            raise StoreError(
                f"The folder {self.folder} cannot be written.",
                "Free some space and give the user write access to this folder.",
            ) from error
        return _public(self._seed)

    def sign_with(self, device: Signer | None) -> None:
        """Have this key sign now and then, once it can be read; None when it no longer can."""
        self._device = device

    def seal(self, row: Row) -> Seal:
        """Seal everything up to an entry; call `move_on` once that is written."""
        key = self._private()
        seed = seals.after(self._seed)
        after = SigningKey.of(seed)
        self._next = (seed, after)
        following = after.public
        said = seals.note(row.epoch, row.seq, row.hash, following)
        return Seal(
            epoch=row.epoch,
            seq=row.seq,
            hash=row.hash,
            public=key.public,
            following=following,
            signature=key.sign(said),
            device=self._by_device(row, said),
        )

    def move_on(self) -> None:
        """Replace the key that was used, in memory and on the disk; an error costs nothing now.

        Whatever an older seed in the file leads to is found again by `ready`.
        """
        known = self._next
        if known is not None and known[0] == seals.after(self._seed):
            self._seed, self._key, self._next = known[0], known[1], None
        else:
            self._take(seals.after(self._seed))
        with suppress(OSError):
            file = os.open(self._file, os.O_WRONLY | _BINARY)
            try:
                os.write(file, self._seed)
            finally:
                os.close(file)

    def _take(self, seed: bytes) -> None:
        """Have a seed from now on; its key is made when it is needed, once."""
        if seed != self._seed:
            self._seed, self._key, self._next = seed, None, None

    def _private(self) -> SigningKey:
        if self._key is None:
            self._key = SigningKey.of(self._seed)
        return self._key

    def _by_device(self, row: Row, said: bytes) -> bytes:
        last = self._signed
        if self._device is None or (
            last is not None
            and row.seq - last[0] < seals.CHECKPOINT_ENTRIES
            and 0 <= row.boot - last[1] < seals.CHECKPOINT_SECONDS
        ):
            return b""
        self._signed = (row.seq, row.boot)
        return self._device.sign(said)

    def _found(self, expected: bytes) -> bytes:
        if self._seed and self._private().public == expected:
            return self._seed
        seed = self._known()
        for _ in range(MOST_STEPS if seed else 0):
            if _public(seed) == expected:
                return seed
            seed = seals.after(seed)
        return b""

    def _known(self) -> bytes:
        try:
            seed = self._file.read_bytes()
        except OSError:
            return b""
        return seed if len(seed) == SEED_BYTES else b""

    @property
    def _file(self) -> Path:
        return self.folder / FILE


def _public(seed: bytes) -> bytes:
    return SigningKey.of(seed).public
