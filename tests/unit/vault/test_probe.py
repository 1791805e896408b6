"""The vault shows that it works, with a text of nobody's, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pyrage
import pytest
from pyrage import x25519

from agentguard.base.errors import VaultError
from agentguard.platforms.simulated import FakeClock
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.store.agent_store import Store
from agentguard.vault.keys import KEY
from agentguard.vault.vault import Vault


def left(folder: Path) -> list[Path]:
    return list((folder / "data" / "vault" / "items").iterdir())


def test_an_empty_vault_works_and_makes_no_key_for_it(vault: Vault, tmp_path: Path) -> None:
    assert vault.works()
    assert left(tmp_path) == []
    assert not (tmp_path / "data" / "vault" / KEY).exists()


def test_a_vault_with_files_works_with_its_own_key(
    vault: Vault, home: Path, tmp_path: Path
) -> None:
    (home / "a").write_text("made-up")
    item = vault.put(home / "a")
    assert vault.works()
    assert [file.stem for file in left(tmp_path)] == [item.id]
    assert vault.items() == (item,)


def test_a_damaged_key_is_no_vault_that_works(vault: Vault, home: Path, tmp_path: Path) -> None:
    (home / "a").write_text("made-up")
    vault.put(home / "a")
    (tmp_path / "data" / "vault" / KEY).write_bytes(b"spoilt")
    with pytest.raises(VaultError):
        vault.works()


def test_a_folder_that_cannot_be_used_is_no_vault_that_works(vault: Vault, tmp_path: Path) -> None:
    vault.works()
    (tmp_path / "data" / "vault" / "items").rmdir()
    (tmp_path / "data" / "vault" / "items").write_text("")
    with pytest.raises((VaultError, OSError)):
        vault.works()


def test_a_library_that_seals_something_else_is_found_out(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(_source: object, target: object, recipients: list[x25519.Recipient]) -> None:
        target.write(pyrage.encrypt(b"x", recipients))  # type: ignore[attr-defined]

    monkeypatch.setattr("agentguard.vault.sealed_file.pyrage.encrypt_io", other)
    assert vault.works() is False


def test_a_key_that_is_locked_away_says_nothing_of_the_vault(
    tmp_path: Path, store: Store, clock: FakeClock, home: Path
) -> None:
    place = SimulatedPlace()
    folder = tmp_path / "data" / "vault"
    vault = Vault(folder, store.journal, clock, places=(place,))
    (home / "a").write_text("made-up")
    vault.put(home / "a")
    assert vault.works()
    place.closed = "locked"
    assert Vault(folder, store.journal, clock, places=(place,)).works() is None
