"""Opens the store, and gives an enrolled computer's what seals it and the key that opens it.

Both need a library that costs a fifth of the agent's memory: without an enrolment nobody pays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agentguard.base.errors import NewerStore, SecretError, StoreError
from agentguard.base.startup import JOURNAL, Starting, why_of
from agentguard.engine import memory
from agentguard.model.events import EpochBegun, SensorState, Watching
from agentguard.model.held_data import HeldThere
from agentguard.model.messages import Message, say
from agentguard.model.moments import Moment
from agentguard.platforms import network
from agentguard.ports.clock import Clock
from agentguard.ports.secrets import Places
from agentguard.store.agent_store import FILE, Store, open_in_memory, open_store
from agentguard.store.ballast import Ballast, Spare
from agentguard.store.sqlite_file import full
from agentguard.trust.secret_store import Safe

if TYPE_CHECKING:
    from agentguard.store.commit_seals import Sealer
    from agentguard.store.entry_box import Box

ENROLMENT = "enrolment.json"  # as agentguard.uplink.enrolment names it
FIRST_EPOCH = 1
LOST = frozenset({"gone", "damaged"})
"""Reasons for which there is no hope of a key."""


def sealer(folder: Path) -> Sealer | None:
    """Return what seals each commit; the device's key may come later. None without an enrolment."""
    if not (folder / ENROLMENT).exists():
        return None
    from agentguard.store.commit_seals import Sealer  # noqa: PLC0415 - see above

    return Sealer(folder)


def box(folder: Path, secrets: Places) -> Box | None:
    """Return what seals the entries, and reads them again. None without an enrolment."""
    if not (folder / ENROLMENT).exists():
        return None
    from agentguard.store import entry_box  # noqa: PLC0415 - see above

    # As the vault's key: what it sealed must stay readable where the device is enrolled anew.
    whole = entry_box.KEY_BYTES
    safe = Safe(folder / entry_box.FILE, secrets.vault, whole=lambda key: len(key) == whole)
    return entry_box.Box(OpeningKey(safe))


def on_disk(
    folder: Path, clock: Clock, secrets: Places, seals: Sealer | None
) -> Callable[[], Store]:
    """Return what opens the store on the disk; on a full one the ballast is given up for it."""
    spare = Spare(Ballast(folder))

    def opened() -> Store:
        found = open_store(
            folder, clock, sealer=seals, box=box(folder, secrets), spare=spare, headed=True
        )
        try:
            found.journal.memory("")  # an agent that cannot read what it remembers cannot begin
        except BaseException:
            found.close()
            raise
        return found

    def with_room() -> Store:
        try:
            return opened()
        except StoreError as error:
            if not full(error) or not spare.give(clock.now().boot):
                raise
            return opened()

    return with_room


def store(folder: Path, disk: Callable[[], Store], starting: Starting) -> Store:
    """Open the store; where that cannot be it is in memory, and `lasting` tells so.

    What kept it from the `disk` is noted.
    """
    why = partial(_why_not, folder / FILE)
    found = starting.first_of(JOURNAL, disk, why=why, last=None)
    return found or open_in_memory(folder)


def _why_not(file: Path, error: Exception) -> Message:
    """Say why the journal is not on the disk."""
    if isinstance(error, NewerStore):
        return say("starting.journal-newer", file=str(file))
    if isinstance(error, StoreError) and full(error):
        return say("starting.journal-full", file=str(file))
    return say("starting.journal", file=str(file), why=why_of(error))


def held(folder: Path, clock: Clock, secrets: Places) -> HeldThere:
    """Ask the endpoint for all that it holds on this computer.

    Raises:
        AgentGuardError: it could not be asked, or did not answer as it must.

    """
    from agentguard.uplink import endpoint  # noqa: PLC0415 - TLS costs memory

    return endpoint.held(folder, clock, secrets.device, network(folder))


def in_memory(at: Moment) -> SensorState:
    """Say that the journal is gone with the program."""
    message = say("engine.journal-in-memory")
    return SensorState(at=at, sensor="journal", state=Watching.FAILED, message=message)


def begun_epoch(store: Store, at: Moment) -> tuple[EpochBegun, ...]:
    """Return that the journal is in an epoch in which no open finding was written down yet.

    One is begun where a journal was damaged, was put back, or could not be written for a while.
    """
    try:
        epoch = store.journal.head()[0]
        told = store.journal.memory(memory.EPOCH).get(memory.EPOCH, FIRST_EPOCH)
    except StoreError:
        return ()
    return () if told == epoch else (EpochBegun(at=at, epoch=epoch),)


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """The opening key of the journal, in the best place that is open."""

    safe: Safe

    def load(self) -> bytes | None:
        """Return the key; None when there is none, or no longer: what comes after needs another.

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
