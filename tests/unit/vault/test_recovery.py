"""What a crash leaves is finished or undone at the next start; doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agentguard.base import atomic_files
from agentguard.base.errors import StoreError, VaultError
from agentguard.model.records import Entry, Record
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.storage import Journal, Memory
from agentguard.store.agent_store import Store
from agentguard.vault.keys import KEY
from agentguard.vault.vault import Vault

CONTENT = b"content " * 1000


class Crash(BaseException):
    """Ends everything at a step, as a power cut does: nothing below catches it."""


@pytest.fixture
def cut(tmp_path: Path, store: Store, clock: FakeClock) -> Callable[[str], Vault]:
    """Give a vault whose power is cut at a step."""

    def made(step: str) -> Vault:
        def at_step(now: str) -> None:
            if now == step:
                raise Crash

        return Vault(tmp_path / "data" / "vault", store.journal, clock, at_step=at_step)

    return made


def kinds(store: Store) -> list[str]:
    return [entry.record.kind for entry in store.journal.read(0, 1000)]


@pytest.mark.parametrize(
    ("step", "plain", "last"),
    [
        ("seal", True, "vault.kept-plain"),
        ("read-back", True, "vault.kept-plain"),
        ("prove", True, "vault.kept-plain"),
        ("aside", True, "vault.kept-plain"),
        ("look-again", False, "vault.put"),
        ("note", False, "vault.put"),
        ("remove", False, "vault.put"),
        ("done", False, "vault.put"),
    ],
)
def test_a_cut_move_is_undone_or_finished(
    vault: Vault,
    cut: Callable[[str], Vault],
    home: Path,
    store: Store,
    step: str,
    last: str,
    *,
    plain: bool,
) -> None:
    file = home / "a"
    file.write_bytes(CONTENT)
    with pytest.raises(Crash):
        cut(step).put(file)
    assert vault.recover() == 1
    assert vault.recover() == 0
    assert file.exists() == plain
    assert len(vault.items()) == (not plain)
    assert kinds(store)[-1] == last
    if not plain:
        vault.restore(vault.items()[0].id)
    assert file.read_bytes() == CONTENT
    assert [path.name for path in home.iterdir()] == ["a"]


@pytest.mark.parametrize("step", ["unseal", "settle", "restored", "drop", "forget"])
def test_a_cut_restoring_keeps_the_file(
    vault: Vault, cut: Callable[[str], Vault], home: Path, step: str
) -> None:
    file = home / "a"
    file.write_bytes(CONTENT)
    item = vault.put(file)
    with pytest.raises(Crash):
        cut(step).restore(item.id)
    vault.recover()
    assert vault.recover() == 0
    if not file.exists():
        vault.restore(item.id)
    assert file.read_bytes() == CONTENT
    assert not [path for path in home.iterdir() if path.name.startswith(".")]


def test_a_cut_purge_is_finished(vault: Vault, cut: Callable[[str], Vault], home: Path) -> None:
    (home / "a").write_bytes(CONTENT)
    item = vault.put(home / "a")
    with pytest.raises(Crash):
        cut("drop").purge(item.id, "retention")
    assert [found.id for found in vault.items()] == [item.id]
    assert vault.recover() == 1
    assert vault.items() == ()


def test_a_file_aside_that_was_changed_comes_back_beside_a_new_one(
    vault: Vault, cut: Callable[[str], Vault], home: Path
) -> None:
    file = home / "a.txt"
    file.write_bytes(CONTENT)
    with pytest.raises(Crash):
        cut("remove").put(file)
    aside = next(path for path in home.iterdir() if path.name.startswith("."))
    aside.write_bytes(b"changed while the power was away")
    file.write_bytes(b"new")
    assert vault.recover() == 1
    assert file.read_bytes() == b"new"
    assert (home / "a (restored).txt").read_bytes() == b"changed while the power was away"
    assert vault.items() == ()
    assert not aside.exists()


def test_a_spoilt_copy_brings_the_file_aside_back(
    vault: Vault, cut: Callable[[str], Vault], home: Path, tmp_path: Path
) -> None:
    file = home / "a"
    file.write_bytes(CONTENT)
    with pytest.raises(Crash):
        cut("remove").put(file)
    next((tmp_path / "data" / "vault" / "items").glob("*.age")).write_bytes(b"spoilt")
    assert vault.recover() == 1
    assert file.read_bytes() == CONTENT


def test_a_lost_key_at_the_recovery_brings_the_file_aside_back(
    vault: Vault, cut: Callable[[str], Vault], home: Path, tmp_path: Path
) -> None:
    file = home / "a"
    file.write_bytes(CONTENT)
    with pytest.raises(Crash):
        cut("remove").put(file)
    (tmp_path / "data" / "vault" / KEY).unlink()
    assert vault.recover() == 1
    assert file.read_bytes() == CONTENT


def test_nothing_left_but_a_spoilt_copy_is_told_and_kept(
    vault: Vault, cut: Callable[[str], Vault], home: Path, tmp_path: Path, store: Store
) -> None:
    (home / "a").write_bytes(CONTENT)
    with pytest.raises(Crash):
        cut("done").put(home / "a")
    sealed = next((tmp_path / "data" / "vault" / "items").glob("*.age"))
    sealed.write_bytes(b"spoilt")
    assert vault.recover() == 1
    assert kinds(store)[-1] == "vault.damaged"
    assert sealed.exists()


class ReadOnly:
    """The journal of a full disk: it can be read and not written."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def commit(self, records: Sequence[Record], memory: Memory) -> None:
        raise StoreError("The disk is full.")

    def memory(self, prefix: str) -> Memory:
        return self._journal.memory(prefix)

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        return self._journal.read(after, limit)

    def verify(self) -> tuple[int, bool]:
        return self._journal.verify()


def test_what_cannot_be_mended_now_waits(
    cut: Callable[[str], Vault],
    home: Path,
    tmp_path: Path,
    store: Store,
    vault: Vault,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (home / "a").write_bytes(CONTENT)
    with pytest.raises(Crash):
        cut("remove").put(home / "a")
    full = Vault(tmp_path / "data" / "vault", ReadOnly(store.journal), FakeClock())
    assert full.recover() == 0
    assert "waits for the next start" in caplog.text
    assert str(home) not in caplog.text
    assert vault.recover() == 1
    assert vault.restore(vault.items()[0].id).read_bytes() == CONTENT


def test_temporary_files_that_nobody_knows_are_swept(vault: Vault, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "vault"
    (folder / "items").mkdir(parents=True)
    (folder / "items" / "0123456789abcdef.tmp").write_bytes(b"x")
    (folder / f".{KEY}.0badcafe").write_bytes(b"x")
    assert vault.recover() == 0
    assert sorted(path.name for path in folder.rglob("*")) == [".lock", "items"]


def test_a_key_that_cannot_be_kept_moves_nothing(vault: Vault, home: Path, tmp_path: Path) -> None:
    (home / "a").write_bytes(CONTENT)
    (tmp_path / "data" / "vault" / KEY).mkdir(parents=True)
    with pytest.raises(VaultError, match="cannot be read"):
        vault.put(home / "a")
    assert (home / "a").read_bytes() == CONTENT


def test_durable_writing_is_all_or_nothing(tmp_path: Path) -> None:
    atomic_files.write(tmp_path / "a", b"one")
    atomic_files.write(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    (tmp_path / "folder" / "full").mkdir(parents=True)
    with pytest.raises(OSError, match=r"directory|\.folder"):
        atomic_files.write(tmp_path / "folder", b"three")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]
