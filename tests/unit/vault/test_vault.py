"""Files go into the vault and come back, byte for byte, never over another file."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path
from typing import IO

import pyrage
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agentguard.base.errors import VaultError
from agentguard.model.hits import Hit
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import Store
from agentguard.vault import sealed_files
from agentguard.vault.keys import KEY
from agentguard.vault.sealed_file import peek
from agentguard.vault.vault import Vault

HITS = (Hit(kind="PAN", count=2, masked=("...1111",)), Hit(kind="DOB", count=1))


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def kinds(store: Store) -> list[str]:
    return [entry.record.kind for entry in store.journal.read(0, 1000)]


def test_a_file_goes_in_and_comes_back_as_it_was(vault: Vault, home: Path, store: Store) -> None:
    file = home / "cards.csv"
    content = os.urandom(300_000)
    file.write_bytes(content)
    file.chmod(0o640)
    os.utime(file, ns=(10**18, 10**18 + 700))
    item = vault.put(file, HITS)
    assert (item.path, item.size, item.hits) == (str(file), 300_000, HITS)
    assert vault.items() == (item,)
    assert files(home) == {"cards.csv was moved to the vault.txt"}
    note = (home / "cards.csv was moved to the vault.txt").read_text("utf-8")
    assert f"agentguard vault restore {item.id}" in note
    assert vault.restore(item.id) == file
    assert file.read_bytes() == content
    assert file.stat().st_mtime_ns == 10**18 + 700
    assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o640
    assert files(home) == {"cards.csv"}
    assert vault.items() == ()
    assert kinds(store)[-2:] == ["vault.restoring", "vault.restored"]
    assert set(store.journal.memory("vault.")) == set(store.journal.memory(sealed_files.BACK))
    assert vault.back_since(file) is not None


def _refused_open(vault: Vault, file: Path) -> None:
    with pytest.raises(VaultError) as refused:
        vault.put(file)
    assert file.name in str(refused.value)
    assert vault.items() == ()
    assert files(file.parent) == {file.name}


@pytest.mark.posix
def test_a_file_that_a_program_has_open_to_write_stays_though_it_rests(
    vault: Vault, home: Path
) -> None:
    file = home / "export.csv"
    file.write_bytes(b"one")
    with file.open("ab", buffering=0) as program:
        _refused_open(vault, file)
        program.write(b", two")
    assert file.read_bytes() == b"one, two", "what it wrote later is not lost"
    with file.open("rb"):
        assert vault.put(file).size == 8, "whoever only reads loses nothing"


@pytest.mark.posix
def test_a_program_that_opens_it_on_the_way_loses_nothing(
    tmp_path: Path, store: Store, clock: FakeClock, home: Path
) -> None:
    file = home / "export.csv"
    file.write_bytes(b"one")
    programs: list[IO[bytes]] = []

    def opening(step: str) -> None:
        if step == "aside":
            programs.append(file.open("ab", buffering=0))

    vault = Vault(tmp_path / "data" / "vault", store.journal, clock, at_step=opening)
    _refused_open(vault, file)
    programs[0].write(b", two")
    programs[0].close()
    assert file.read_bytes() == b"one, two"


def test_the_journal_tells_of_the_move_with_ids_and_counts(
    vault: Vault, home: Path, store: Store
) -> None:
    file = home / "cards.csv"
    file.write_text("x")
    item = vault.put(file, HITS)
    vault.purge(item.id, "card-data")
    entries = store.journal.read(0, 100)
    assert [e.record.kind for e in entries] == [
        "vault.intent",
        "vault.taking",
        "vault.put",
        "vault.purged",
    ]
    put, purged = entries[2].record.payload, entries[3].record.payload
    assert put["hits"] == [{"kind": "PAN", "count": 2}, {"kind": "DOB", "count": 1}]
    assert purged["reason"] == "card-data"
    for entry in entries:
        assert entry.record.payload["item"] == item.id
        plain = {k: v for k, v in entry.record.payload.items() if k != "subject"}
        assert "cards" not in str(plain)
        assert "1111" not in str(plain)


def test_nothing_readable_is_left_in_the_vault(vault: Vault, home: Path, tmp_path: Path) -> None:
    file = home / "holiday-list.txt"
    file.write_bytes(b"a very particular sentence " * 1000)
    vault.put(file, HITS)
    for path in (tmp_path / "data" / "vault").rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert b"particular" not in data
            assert b"holiday-list" not in data
            if os.name == "posix":
                assert path.stat().st_mode & 0o077 == 0


def test_any_age_program_opens_it_and_so_does_the_recovery_key(
    tmp_path: Path, store: Store, clock: FakeClock, home: Path
) -> None:
    rescue = pyrage.x25519.Identity.generate()
    folder = tmp_path / "data" / "vault"
    vault = Vault(folder, store.journal, clock, recovery_keys=lambda: (str(rescue.to_public()),))
    (home / "a.txt").write_bytes(b"first line\nsecond line\n")
    item = vault.put(home / "a.txt")
    device = pyrage.x25519.Identity.from_str((folder / KEY).read_text("ascii").strip())
    sealed = (folder / "items" / f"{item.id}.age").read_bytes()
    assert sealed.startswith(b"age-encryption.org/v1\n")
    for key in (rescue, device):
        _header, rest = pyrage.decrypt(sealed, [key]).split(b"\n", 1)
        assert rest == b"first line\nsecond line\n"


def test_a_wrong_recovery_key_is_told_before_anything_is_moved(
    tmp_path: Path, store: Store, clock: FakeClock, home: Path
) -> None:
    (home / "a").write_text("a")
    vault = Vault(tmp_path / "v", store.journal, clock, recovery_keys=lambda: ("age1nonsense",))
    with pytest.raises(VaultError, match="not an age key"):
        vault.put(home / "a")
    assert files(home) == {"a"}
    assert kinds(store) == []


def test_restoring_never_overwrites(vault: Vault, home: Path) -> None:
    file = home / "report.final.csv"
    ids = []
    for text in ("one", "two", "three"):
        file.write_text(text)
        ids.append(vault.put(file).id)
    file.write_text("mine")
    assert vault.restore(ids[0]).name == "report.final (restored).csv"
    assert vault.restore(ids[1]).name == "report.final (restored 2).csv"
    assert vault.restore(ids[2]).name == "report.final (restored 3).csv"
    assert file.read_text() == "mine"
    assert (home / "report.final (restored 2).csv").read_text() == "two"


def test_a_file_can_be_restored_elsewhere(vault: Vault, home: Path, tmp_path: Path) -> None:
    (home / "a").write_text("a")
    (home / "b").write_text("b")
    first, second = vault.put(home / "a"), vault.put(home / "b")
    (tmp_path / "other").mkdir()
    assert vault.restore(first.id, tmp_path / "other") == tmp_path / "other" / "a"
    assert vault.restore(second.id, tmp_path / "new" / "c") == tmp_path / "new" / "c"
    assert (tmp_path / "new" / "c").read_text() == "b"


def test_a_file_whose_folder_is_gone_comes_back_with_it(vault: Vault, home: Path) -> None:
    (home / "deep").mkdir()
    (home / "deep" / "a").write_text("a")
    item = vault.put(home / "deep" / "a")
    for left in (home / "deep").iterdir():
        left.unlink()
    (home / "deep").rmdir()
    assert vault.restore(item.id).read_text() == "a"


def test_a_file_that_cannot_be_put_back_stays_in_the_vault(vault: Vault, home: Path) -> None:
    (home / "a").write_text("a")
    item = vault.put(home / "a")
    (home / "wall").write_text("a file, not a folder")
    with pytest.raises(VaultError, match="still in the vault"):
        vault.restore(item.id, home / "wall" / "a")
    assert [i.id for i in vault.items()] == [item.id]
    assert vault.restore(item.id).read_text() == "a"


def test_a_purged_file_is_gone(vault: Vault, home: Path) -> None:
    (home / "a").write_text("a")
    item = vault.put(home / "a")
    vault.purge(item.id, "retention")
    assert vault.items() == ()
    with pytest.raises(VaultError, match="holds no file"):
        vault.restore(item.id)


@pytest.mark.parametrize("reason", ["", "because Mr Smith asked", "A", "x" * 200, "a--b"])
def test_a_reason_is_a_word_not_a_story(vault: Vault, home: Path, reason: str) -> None:
    (home / "a").write_text("a")
    item = vault.put(home / "a")
    with pytest.raises(VaultError, match="not a reason"):
        vault.purge(item.id, reason)
    assert len(vault.items()) == 1


@pytest.mark.parametrize("item", ["", "..", "../../etc/passwd", "0" * 16, "a\x00b", "é"])
def test_an_id_that_is_none_is_told(vault: Vault, item: str) -> None:
    with pytest.raises(VaultError, match="holds no file"):
        vault.restore(item)
    with pytest.raises(VaultError, match="holds no file"):
        vault.purge(item, "asked")


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 1_000_000])
def test_any_size_comes_back(vault: Vault, home: Path, size: int) -> None:
    content = os.urandom(size)
    (home / "f").write_bytes(content)
    assert vault.restore(vault.put(home / "f").id).read_bytes() == content


NAMES = st.binary(min_size=1, max_size=60).filter(
    lambda name: name not in {b".", b".."} and not {0, 47} & set(name)
)


@pytest.mark.posix
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=NAMES, content=st.binary(max_size=5000))
def test_any_name_comes_back(vault: Vault, home: Path, name: bytes, content: bytes) -> None:
    file = home / os.fsdecode(name)
    file.write_bytes(content)
    placed = vault.restore(vault.put(file).id)
    assert placed == file
    assert file.read_bytes() == content
    file.unlink()


@pytest.mark.parametrize("cut", ["flip", "cut", "empty", "grow", "other"])
def test_a_damaged_item_is_told_and_hurts_no_other(
    vault: Vault, home: Path, tmp_path: Path, cut: str
) -> None:
    for name in ("good", "bad"):
        (home / name).write_bytes(os.urandom(200_000))
    good, bad = vault.put(home / "good"), vault.put(home / "bad")
    sealed = tmp_path / "data" / "vault" / "items" / f"{bad.id}.age"
    data = bytearray(sealed.read_bytes())
    if cut == "flip":
        data[150_000] ^= 1
    elif cut == "other":
        stranger = pyrage.x25519.Identity.generate().to_public()
        data = bytearray(pyrage.encrypt(b"{}\n", [stranger]))
    else:
        data = {"cut": data[:-100], "empty": bytearray(), "grow": data + b"x"}[cut]
    sealed.write_bytes(data)
    with pytest.raises(VaultError, match="damaged, or sealed with another key"):
        vault.restore(bad.id)
    assert not [name for name in files(home) if name.startswith(".")]
    assert not (home / "bad").exists()
    assert {item.id for item in vault.items()} == {good.id, bad.id}
    assert vault.restore(good.id).exists()


def test_a_lost_key_is_told_and_never_made_anew_over_files(
    vault: Vault, home: Path, tmp_path: Path
) -> None:
    (home / "a").write_text("a")
    (home / "b").write_text("b")
    vault.put(home / "a")
    key = tmp_path / "data" / "vault" / KEY
    kept = key.read_bytes()
    for damage in (b"", b"AGE-SECRET-KEY-1QQQQ", b"\xff"):
        key.write_bytes(damage)
        with pytest.raises(VaultError, match="cannot be opened"):
            vault.put(home / "b")
    key.unlink()
    with pytest.raises(VaultError, match="key of the vault is gone"):
        vault.put(home / "b")
    assert (home / "b").read_text() == "b"
    assert not key.exists()
    key.write_bytes(kept)
    assert vault.items()[0].path == str(home / "a")


def test_without_notes_the_folder_stays_empty(
    tmp_path: Path, store: Store, clock: FakeClock, home: Path
) -> None:
    vault = Vault(tmp_path / "data" / "vault", store.journal, clock, notes=False)
    (home / "a").write_text("a")
    vault.put(home / "a")
    assert files(home) == set()


def test_a_note_that_a_person_has_changed_is_theirs(vault: Vault, home: Path) -> None:
    (home / "a").write_text("a")
    item = vault.put(home / "a")
    note = home / "a was moved to the vault.txt"
    note.write_text(note.read_text() + "asked Maria about it")
    vault.restore(item.id)
    assert "Maria" in note.read_text()


@pytest.mark.posix
def test_memory_stays_small_for_a_big_file(vault: Vault, home: Path) -> None:
    """The library streams; the guard here is that nothing of ours reads the file whole."""
    import resource  # noqa: PLC0415 - Windows has none

    file = home / "big"
    with file.open("wb") as out:
        for _ in range(64):
            out.write(os.urandom(1024 * 1024))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    placed = vault.restore(vault.put(file).id)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert placed.stat().st_size == 64 * 1024 * 1024
    assert grown < 32 * 1024


def test_a_header_is_read_without_reading_the_file(vault: Vault, home: Path) -> None:
    class Counting(io.BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            Counting.taken += len(data)
            return data

    file = home / "big"
    file.write_bytes(os.urandom(5_000_000))
    item = vault.put(file)
    folder = home.parent / "data" / "vault"
    key = pyrage.x25519.Identity.from_str((folder / KEY).read_text("ascii").strip())
    head = peek(Counting((folder / "items" / f"{item.id}.age").read_bytes()), key)
    assert head.path == str(file)
    assert Counting.taken < 300_000
