"""Opens the store, and gives an enrolled computer's what seals it and the key that opens it.

Both need a library that costs a fifth of the agent's memory: without an enrolment nobody pays.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.errors import SecretError, StoreError
from agentguard.model.events import SensorState, Watching
from agentguard.model.holding import HeldThere
from agentguard.model.messages import say
from agentguard.model.moments import Moment
from agentguard.ports.clock import Clock
from agentguard.ports.secrets import Places
from agentguard.safe import Safe
from agentguard.store.ballast import Ballast, Spare
from agentguard.store.database import unwritable
from agentguard.store.db import Store, open_in_memory, open_store

if TYPE_CHECKING:
    from agentguard.store.box import Box
    from agentguard.store.sealing import Sealer

LOG = logging.getLogger(__name__)

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


def store(folder: Path, clock: Clock, secrets: Places, seals: Sealer | None) -> Store:
    """Open the store; where nothing can be written it is in memory, and `lasting` tells so.

    Raises:
        StoreError: it cannot be opened for another reason, or a newer program wrote it.

    """
    spare = Spare(Ballast(folder))
    try:
        return open_store(folder, clock, sealer=seals, box=box(folder, secrets), spare=spare)
    except StoreError as error:
        if not unwritable(error):
            raise
        LOG.error("the journal is kept in memory: %s", error.title)  # noqa: TRY400 - no crash
    return open_in_memory(folder)


def held(folder: Path, clock: Clock, secrets: Places) -> HeldThere:
    """Ask the endpoint for all that it holds on this computer.

    Raises:
        AgentGuardError: it could not be asked, or did not answer as it must.

    """
    from agentguard.uplink import holding  # noqa: PLC0415 - TLS costs memory

    return holding.held(folder, clock, secrets.device)


def in_memory(at: Moment) -> SensorState:
    """Say that the journal is gone with the program."""
    message = say("engine.journal-in-memory")
    return SensorState(at=at, sensor="journal", state=Watching.FAILED, message=message)


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
