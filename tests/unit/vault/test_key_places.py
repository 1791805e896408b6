"""The vault's key in a place that is locked, wiped or changed: no file and no key is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from agentguard.base.errors import VaultError
from agentguard.platforms.simulated import FakeClock
from agentguard.platforms.simulated_secrets import SimulatedPlace
from agentguard.store.agent_store import Store
from agentguard.vault.keys import KEY
from agentguard.vault.vault import Vault

CONTENT = b"made-up content"


@pytest.fixture
def place() -> SimulatedPlace:
    return SimulatedPlace("secret-service")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "vault"


def opened(folder: Path, store: Store, *places: SimulatedPlace) -> Vault:
    """Give the vault as a new process has it."""
    return Vault(folder, store.journal, FakeClock(), places=places)


def put(vault: Vault, home: Path) -> str:
    file = home / "cards.csv"
    file.write_bytes(CONTENT)
    return vault.put(file).id


def test_a_new_vault_has_its_key_in_the_place_alone(
    folder: Path, store: Store, place: SimulatedPlace, home: Path
) -> None:
    item = put(opened(folder, store, place), home)
    assert len(place.kept) == 1
    assert not (folder / KEY).exists()
    vault = opened(folder, store, place)
    assert vault.restore(item).read_bytes() == CONTENT
    assert vault.settle_key() == "secret-service"


def test_the_key_of_an_older_version_moves_and_opens_what_it_sealed(
    folder: Path, store: Store, place: SimulatedPlace, home: Path
) -> None:
    item = put(opened(folder, store), home)
    assert (folder / KEY).exists()
    vault = opened(folder, store, place)
    assert vault.settle_key() == "secret-service"
    assert not (folder / KEY).exists()
    assert opened(folder, store, place).restore(item).read_bytes() == CONTENT


def test_an_empty_vault_has_no_key_to_settle(
    folder: Path, store: Store, place: SimulatedPlace
) -> None:
    assert opened(folder, store, place).settle_key() == ""
    assert place.asked == 0


def test_a_key_that_stays_in_its_file_moves_when_the_place_opens(
    folder: Path, store: Store, place: SimulatedPlace, home: Path
) -> None:
    place.closed = "locked"
    vault = opened(folder, store, place)
    put(vault, home)
    assert vault.settle_key() == "file"
    place.closed = ""
    assert vault.settle_key() == "secret-service"
    asked = place.asked
    assert vault.settle_key() == "secret-service"
    assert place.asked == asked, "a key that is settled is left in peace"


@pytest.mark.parametrize("closed", ["locked", "silent", "absent", "denied"])
def test_a_closed_place_is_told_and_nothing_is_lost(
    closed: str, folder: Path, store: Store, place: SimulatedPlace, home: Path
) -> None:
    item = put(opened(folder, store, place), home)
    place.closed = closed
    vault = opened(folder, store, place)
    for attempt in (lambda: vault.restore(item), lambda: put(vault, home), vault.items):
        with pytest.raises(VaultError, match="the desktop's keyring, which is locked"):
            attempt()
    assert (home / "cards.csv").read_bytes() == CONTENT
    place.closed = ""
    (home / "cards.csv").unlink()
    assert vault.restore(item).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("wiped", "words"), [(True, "is gone"), (False, "cannot be read")], ids=["wiped", "changed"]
)
def test_over_a_lost_key_no_other_one_is_made(
    wiped: bool, words: str, folder: Path, store: Store, place: SimulatedPlace, home: Path
) -> None:
    item = put(opened(folder, store, place), home)
    kept = dict(place.kept)
    place.kept = {} if wiped else dict.fromkeys(kept, b"x")
    vault = opened(folder, store, place)
    for attempt in (lambda: vault.restore(item), lambda: put(vault, home), vault.settle_key):
        with pytest.raises(VaultError, match=words):
            attempt()
    place.kept = kept
    (home / "cards.csv").unlink()
    assert vault.restore(item).read_bytes() == CONTENT


def test_an_empty_vault_whose_key_is_lost_gets_a_new_one(
    folder: Path, store: Store, place: SimulatedPlace, home: Path
) -> None:
    vault = opened(folder, store, place)
    vault.purge(put(vault, home), "asked")
    place.kept.clear()
    vault = opened(folder, store, place)
    assert vault.restore(put(vault, home)).read_bytes() == CONTENT


def test_a_damaged_note_is_told(
    folder: Path, store: Store, place: SimulatedPlace, home: Path
) -> None:
    put(opened(folder, store, place), home)
    (folder / f"{KEY}.place").write_bytes(b"x")
    with pytest.raises(VaultError, match="cannot be read"):
        opened(folder, store, place).settle_key()
