"""Gives the journal of an enrolled computer what seals it, and the key that opens it.

Both need a library that costs a fifth of the agent's memory: without an enrolment nobody pays.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.errors import SecretError
from agentguard.ports.secrets import Places
from agentguard.safe import Safe

if TYPE_CHECKING:
    from agentguard.store.box import Box
    from agentguard.store.sealing import Sealer

ENROLMENT = "enrolment.json"  # as agentguard.uplink.enrolment names it
LOST = frozenset({"gone", "damaged"})
"""Reasons for which there is no hope of a key."""


def sealer(folder: Path) -> Sealer | None:
    """Give what seals each commit; the device's key may come later. None without an enrolment."""
    if not (folder / ENROLMENT).exists():
        return None
    from agentguard.store.sealing import Sealer  # noqa: PLC0415 - see above

    return Sealer(folder)


def box(folder: Path, secrets: Places) -> Box | None:
    """Give what seals the entries, and reads them again. None without an enrolment."""
    if not (folder / ENROLMENT).exists():
        return None
    from agentguard.store.box import FILE, KEY_BYTES, Box  # noqa: PLC0415 - see above

    # As the vault's key: what it sealed must stay readable where the device is enrolled anew.
    safe = Safe(folder / FILE, secrets.vault, whole=lambda key: len(key) == KEY_BYTES)
    return Box(OpeningKey(safe))


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """The opening key of the journal, in the best place that is open."""

    safe: Safe

    def load(self) -> bytes | None:
        """Give the key; None when there is none, or no longer: what comes after needs another.

        Raises:
            SecretError: its place is closed, and may open.

        """
        try:
            kept = self.safe.load()
        except SecretError as error:
            if error.reason in LOST:
                return None
            raise
        return kept.secret if kept is not None else None

    def save(self, secret: bytes) -> None:
        """Keep a new key in place of the one before.

        Raises:
            SecretError: it could not be kept anywhere.

        """
        self.safe.save(secret)
