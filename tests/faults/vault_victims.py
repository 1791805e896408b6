"""Vaults that seal, give back and seal anew all the time, until they are killed."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import open_store
from agentguard.vault.vault import Vault
from tests.faults.forking import Tell


def warm() -> None:
    """Move a file into a vault elsewhere and back: what that loads is loaded."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder), FakeClock())
        vault = Vault(Path(folder, "vault"), store.journal, FakeClock())
        vault.recover()
        file = Path(folder, "a.csv")
        file.write_bytes(b"a")
        vault.restore(vault.put(file).id)
        store.close()


def move(tell: Tell, data: str, file: str) -> None:
    """Move a file into the vault and back."""
    store = open_store(Path(data), FakeClock())
    vault = Vault(Path(data, "vault"), store.journal, FakeClock())
    vault.recover()
    tell("ready")
    while True:
        for item in vault.items():
            vault.restore(item.id)
        if Path(file).exists():
            vault.put(Path(file))


def renew(tell: Tell, data: str, *keys: str) -> None:
    """Seal what is behind anew, now for one recovery key, now for the other."""
    store, now = open_store(Path(data), FakeClock()), [""]
    vault = Vault(Path(data, "vault"), store.journal, FakeClock(), recovery_keys=lambda: tuple(now))
    vault.recover()
    tell("ready")
    for now[0] in itertools.cycle(keys):
        for item in vault.behind():
            vault.renew(item)
