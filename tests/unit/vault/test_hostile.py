"""Files that must not be moved, and files that change while they are."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from agentguard.base.errors import StoreError, VaultError
from agentguard.model.records import Entry, Record
from agentguard.platforms.simulated import FakeClock
from agentguard.ports.storage import Memory
from agentguard.store.agent_store import Store
from agentguard.vault import file_names
from agentguard.vault.vault import Vault

MakeVault = Callable[[Callable[[str], None]], Vault]


@pytest.fixture
def make(tmp_path: Path, store: Store, clock: FakeClock) -> MakeVault:
    def made(at_step: Callable[[str], None]) -> Vault:
        return Vault(tmp_path / "data" / "vault", store.journal, clock, at_step=at_step)

    return made


class Full:
    """A journal on a disk that is full after a number of commits."""

    def __init__(self, commits: int) -> None:
        self._left = commits

    def commit(self, records: Sequence[Record], memory: Memory) -> None:
        if not self._left:
            raise StoreError("The disk is full.")
        self._left -= 1

    def memory(self, prefix: str) -> Memory:
        return {}

    def read(self, after: int, limit: int) -> Sequence[Entry]:
        return ()

    def verify(self) -> tuple[int, bool]:
        return (0, True)


def at(step: str, act: Callable[[], object]) -> Callable[[str], None]:
    """Act once, just before a step."""
    done: list[str] = []

    def at_step(now: str) -> None:
        if now == step and not done:
            done.append(now)
            act()

    return at_step


def refused(vault: Vault, path: Path, words: str) -> None:
    with pytest.raises(VaultError) as caught:
        vault.put(path)
    assert words in caught.value.title
    assert vault.items() == ()


@pytest.mark.posix
def test_a_link_is_not_followed(vault: Vault, home: Path) -> None:
    (home / "real").write_text("x")
    (home / "link").symlink_to(home / "real")
    (home / "loop").symlink_to(home / "loop")
    refused(vault, home / "link", "is a link to another file")
    refused(vault, home / "loop", "is a link to another file")
    assert (home / "link").is_symlink()
    assert (home / "real").read_text() == "x"


def test_a_file_with_several_names_stays(vault: Vault, home: Path) -> None:
    (home / "a").write_text("x")
    (home / "b").hardlink_to(home / "a")
    refused(vault, home / "a", "has several names")


@pytest.mark.posix
def test_what_is_no_file_stays_and_never_blocks(vault: Vault, home: Path) -> None:
    os.mkfifo(home / "pipe")
    refused(vault, home / "pipe", "not an ordinary file")
    refused(vault, home, "not an ordinary file")
    refused(vault, Path("/dev/null"), "not an ordinary file")
    refused(vault, home / "nothing", "is not there any more")
    refused(vault, home / "a\x00b", "could not be opened")


def test_the_vault_does_not_swallow_itself(vault: Vault, home: Path, tmp_path: Path) -> None:
    (home / "a").write_text("x")
    item = vault.put(home / "a")
    for path in (tmp_path / "data" / "vault").rglob("*"):
        if path.is_file():
            with pytest.raises(VaultError, match="belongs to the vault itself"):
                vault.put(path)
    assert vault.restore(item.id).read_text() == "x"


@pytest.mark.parametrize("step", ["seal", "read-back", "prove", "aside"])
def test_a_file_that_grows_meanwhile_stays(make: MakeVault, home: Path, step: str) -> None:
    file = home / "log.txt"
    file.write_text("one\n")

    def grow() -> None:
        with file.open("a") as out:
            out.write("two\n")

    vault = make(at(step, grow))
    refused(vault, file, "was being changed")
    assert file.read_text() == "one\ntwo\n"
    assert [path.name for path in home.iterdir()] == ["log.txt"]


@pytest.mark.posix  # on Windows a file that is being read cannot be replaced
def test_a_file_that_is_replaced_meanwhile_is_the_new_one(make: MakeVault, home: Path) -> None:
    """An editor saves by renaming over: the new text must not go with the old one."""
    file = home / "doc.txt"

    def save() -> None:
        (home / "doc.tmp").write_text("new")
        (home / "doc.tmp").replace(file)

    for step in ("seal", "prove", "aside"):
        file.write_text("old")
        refused(make(at(step, save)), file, "was being changed")
        assert file.read_text() == "new"
        assert [path.name for path in home.iterdir()] == ["doc.txt"]


def test_a_new_file_in_its_place_and_a_late_change_are_both_kept(
    make: MakeVault, home: Path
) -> None:
    file = home / "doc.txt"
    file.write_text("old")
    vault_now: list[Path] = []

    def interfere() -> None:
        aside = next(path for path in home.iterdir() if path.name.endswith(".leaving"))
        aside.write_text("old, and changed late")
        file.write_text("another file of the same name")
        vault_now.append(aside)

    with pytest.raises(VaultError, match=r"left in its folder as doc \(restored\)\.txt"):
        make(at("look-again", interfere)).put(file)
    assert file.read_text() == "another file of the same name"
    assert (home / "doc (restored).txt").read_text() == "old, and changed late"
    assert not vault_now[0].exists()


def test_a_file_that_vanishes_meanwhile_is_safe_in_the_vault_or_gone_by_will(
    make: MakeVault, home: Path
) -> None:
    file = home / "doc.txt"
    file.write_text("x")
    vault = make(at("aside", file.unlink))
    item = vault.put(file)
    assert vault.restore(item.id).read_text() == "x"


def test_a_sealed_copy_that_the_disk_spoils_is_noticed_in_time(
    make: MakeVault, home: Path, tmp_path: Path
) -> None:
    file = home / "doc.txt"
    file.write_text("x" * 1000)

    def spoil() -> None:
        sealed = next((tmp_path / "data" / "vault" / "items").glob("*.age"))
        data = bytearray(sealed.read_bytes())
        data[-1] ^= 1
        sealed.write_bytes(data)

    refused(make(at("prove", spoil)), file, "could not be moved to the vault (the encrypted copy")
    assert file.read_text() == "x" * 1000


def test_a_spoilt_copy_after_the_file_went_aside_brings_the_file_back(
    make: MakeVault, home: Path, tmp_path: Path
) -> None:
    file = home / "doc.txt"
    file.write_text("x" * 1000)

    def spoil_and_fail() -> None:
        next((tmp_path / "data" / "vault" / "items").glob("*.age")).write_bytes(b"spoilt")
        next(path for path in home.iterdir() if path.name.endswith(".leaving")).chmod(0o600)
        raise OSError(5, "Input/output error")

    vault = make(at("look-again", spoil_and_fail))
    refused(vault, file, "Input/output error")
    assert file.read_text() == "x" * 1000
    assert [path.name for path in home.iterdir()] == ["doc.txt"]


@pytest.mark.parametrize("step", ["seal", "read-back", "prove", "aside", "look-again", "note"])
def test_an_error_of_the_disk_leaves_the_file_or_finishes(
    make: MakeVault, home: Path, step: str
) -> None:
    file = home / "doc.txt"
    file.write_text("x")

    def fail() -> None:
        raise OSError(28, "No space left on device")

    vault = make(at(step, fail))
    if step in {"look-again", "note"}:  # the copy is proved by then: the move is finished
        assert vault.restore(vault.put(file).id).read_text() == "x"
    else:
        refused(vault, file, "No space left on device")
        assert file.read_text() == "x"
    assert not [path.name for path in home.iterdir() if path.name.startswith(".")]


def test_a_journal_that_cannot_be_written_moves_nothing(
    tmp_path: Path, clock: FakeClock, home: Path
) -> None:
    for after in range(3):
        (home / "a").write_text("x")
        vault = Vault(tmp_path / f"vault-{after}", Full(after), clock)
        with pytest.raises(StoreError):
            vault.put(home / "a")
        if after == 2:  # only the last word is missing: the file is safe in the vault
            assert vault.items()[0].path == str(home / "a")
        else:
            assert (home / "a").read_text() == "x"
            assert [path.name for path in home.iterdir()] == ["a"]


def test_a_vault_without_its_folder_says_so_and_recovery_never_raises(
    tmp_path: Path, store: Store, clock: FakeClock, home: Path
) -> None:
    (home / "a").write_text("x")
    vault = Vault(home / "a" / "vault", store.journal, clock)
    with pytest.raises(VaultError, match="The vault cannot be opened"):
        vault.put(home / "a")
    assert vault.recover() == 0
    assert (home / "a").read_text() == "x"


def test_two_threads_with_the_same_file_move_it_once(vault: Vault, home: Path) -> None:
    file = home / "a"
    file.write_bytes(os.urandom(100_000))
    content = file.read_bytes()
    problems: list[VaultError] = []

    def move() -> None:
        try:
            vault.put(file)
        except VaultError as error:
            problems.append(error)

    threads = [threading.Thread(target=move) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(vault.items()) == 1
    assert len(problems) == 3
    assert vault.restore(vault.items()[0].id).read_bytes() == content


def test_a_place_without_hard_links_still_never_overwrites(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAT and some network disks refuse a second name."""

    def no_links(*_names: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("os.link", no_links)
    (home / "arriving").write_text("new")
    (home / "a").write_text("mine")
    assert file_names.settle(home / "arriving", home / "a") == home / "a (restored)"
    assert (home / "a").read_text() == "mine"
    assert (home / "a (restored)").read_text() == "new"
    assert not (home / "arriving").exists()


@pytest.mark.parametrize("grown", [b"y", b"yy"], ids=["same size", "another size"])
def test_row_274_a_file_that_is_written_to_under_its_old_time_is_blamed_and_stays(
    make: MakeVault, home: Path, grown: bytes
) -> None:
    """Nothing that the system tells of it differs: only what was read back does."""
    file = home / "a"
    file.write_bytes(b"x")
    was = file.stat()

    def write() -> None:
        file.write_bytes(grown)
        os.utime(file, ns=(was.st_atime_ns, was.st_mtime_ns))

    refused(make(at("seal", write)), file, "changed")
    assert file.read_bytes() == grown
