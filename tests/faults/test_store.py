from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
import textwrap
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.base.errors import StoreError
from agentguard.platforms.simulated import FakeClock
from agentguard.store import schema
from agentguard.store.agent_store import open_for_reading, open_store
from agentguard.store.sqlite_file import Database
from tests.faults.desk import record

ROOT = Path(__file__).parents[2]


def filled(folder: Path, count: int = 120, receipted: int = 50) -> bytes:
    store = open_store(folder)
    for number in range(count):
        store.journal.commit([record(number)], {f"finding/{number % 7}": number})
    store.outbox.advance(receipted, b"receipt")
    store.close()
    return (folder / "journal.db").read_bytes()


def subjects(folder: Path) -> list[str]:
    store = open_for_reading(folder)
    found = [str(e.record.payload.get("subject")) for e in store.journal.read(0, 10_000)]
    store.close()
    return [s for s in found if s != "None"]


class TestDamage:
    @pytest.fixture
    def healthy(self, tmp_path: Path) -> bytes:
        return filled(tmp_path)

    def test_a_damaged_page_costs_its_own_entries_only(
        self, tmp_path: Path, healthy: bytes
    ) -> None:
        before = set(subjects(tmp_path))
        damaged = bytearray(healthy)
        at = healthy.index(b"/home/a/Documents/90.csv") // 4096 * 4096
        damaged[at : at + 4096] = b"\x55" * 4096
        (tmp_path / "journal.db").write_bytes(damaged)

        store = open_store(tmp_path, FakeClock())
        assert store.journal.verify()[1]
        assert store.outbox.cursor() == 50
        after = subjects(tmp_path)
        assert len(after) == len(set(after)), "nothing is doubled"
        assert set(after) <= before
        assert len(before - set(after)) < 40
        begun = [e for e in store.journal.read(0, 1000) if e.record.kind == "journal.epoch"]
        assert [e.record.payload["reason"] for e in begun] == ["damaged"]
        assert store.journal.head()[0] == 2
        assert begun[0].seq > 120, "no number is used twice"
        store.close()
        aside = list(tmp_path.glob("journal.db.corrupt-*"))
        assert len(aside) == 1
        assert open_store(tmp_path).journal.head()[0] == 2, "once is enough"

    @pytest.mark.parametrize(
        "content",
        [b"", b"not a database" * 1000, b"\x00" * 40_960, b"SQLite format 3\x00" + b"\xff" * 9000],
        ids=["emptied", "text", "zeroed", "header only"],
    )
    def test_what_is_no_database_is_set_aside_and_a_new_epoch_begun(
        self, content: bytes, tmp_path: Path, healthy: bytes
    ) -> None:
        (tmp_path / "journal.db").write_bytes(content)
        store = open_store(tmp_path)
        store.journal.commit([record(1)], {"a": 1})
        assert store.journal.verify()[1]
        assert store.journal.head()[0] == 2
        store.close()

    def test_a_missing_file_begins_a_new_epoch(self, tmp_path: Path, healthy: bytes) -> None:
        (tmp_path / "journal.db").unlink()
        store = open_store(tmp_path)
        assert store.journal.head()[:2] == (2, 0)
        assert store.journal.epochs()[2].reason == "lost"
        store.close()

    def test_only_two_damaged_files_are_kept(self, tmp_path: Path, healthy: bytes) -> None:
        clock = FakeClock()
        for _ in range(4):
            clock.advance(10)
            (tmp_path / "journal.db").write_bytes(b"no database" * 999)
            open_store(tmp_path, clock).close()
        assert len(list(tmp_path.glob("journal.db.corrupt-*"))) == 2

    def test_ended_between_the_two_renames_the_salvaged_one_is_taken(
        self, tmp_path: Path, healthy: bytes
    ) -> None:
        (tmp_path / "journal.db").rename(tmp_path / "journal.db.new")
        assert len(subjects_after_open(tmp_path)) == 120


def subjects_after_open(folder: Path) -> list[str]:
    open_store(folder).close()
    return subjects(folder)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    filled(folder, 40, 20)
    return folder


@settings(deadline=None, max_examples=120)
@given(data=st.data())
def test_any_damage_is_survived_and_never_taken_for_the_truth(
    template: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    for file in template.iterdir():
        shutil.copy(file, folder)
    path = folder / "journal.db"
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(raw[: data.draw(st.integers(len(raw) // 2, len(raw)))])
    known = set(subjects(template))
    try:
        store = open_store(folder, FakeClock())
    except StoreError:
        return  # left alone, such as a schema that seems to be newer
    try:
        store.journal.commit([record(9999)], {"a": 1})
        _, whole = store.journal.verify()
        if whole:
            assert set(subjects(folder)) <= known | {"/home/a/Documents/9999.csv"}
    except StoreError:
        pass  # a damage that SQLite met only now; the next start salvages
    finally:
        store.close()


def test_without_its_wal_the_journal_is_a_whole_beginning(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.journal.commit([record(n) for n in range(10)], {})
    store.database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    store.journal.commit([record(n) for n in range(10, 20)], {})
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(tmp_path / "journal.db", copy)
    shutil.copy(tmp_path / "journal.epoch", copy)
    store.close()
    again = open_store(copy)
    assert again.journal.verify() == (10, True)
    again.journal.commit([record(99)], {})
    assert again.journal.verify() == (11, True)
    again.close()


def test_a_lock_held_by_another_program_is_named_and_costs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentguard.store.sqlite_file.BUSY_MILLISECONDS", 50)
    store = open_store(tmp_path)
    store.journal.commit([record(1)], {"a": 1})
    other = apsw.Connection(str(tmp_path / "journal.db"))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="held by another program"):
        store.journal.commit([record(2)], {"a": 2})
    assert len(store.journal.read(0, 10)) == 1, "reading goes on"
    other.execute("ROLLBACK")
    other.close()
    store.journal.commit([record(2)], {"a": 2})
    assert store.journal.verify() == (2, True)
    assert store.journal.memory("") == {"a": 2}
    store.close()


class TestSchema:
    def test_a_newer_file_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        open_store(tmp_path).close()
        database = Database(tmp_path / "journal.db")
        database.rows("PRAGMA user_version=999")
        database.close()
        raw = (tmp_path / "journal.db").read_bytes()
        for door in (open_store, open_for_reading):
            with pytest.raises(StoreError, match="newer AgentGuard"):
                door(tmp_path)
        assert (tmp_path / "journal.db").read_bytes() == raw
        assert not list(tmp_path.glob("*.corrupt-*"))

    def test_an_older_file_is_copied_before_it_is_changed(self, tmp_path: Path) -> None:
        filled(tmp_path, 5, 1)
        database = Database(tmp_path / "journal.db")
        added = (*schema.MIGRATIONS, ("ALTER TABLE entries ADD COLUMN later TEXT",))
        schema.migrate(database, added)
        assert schema.version(database) == len(added)
        assert database.rows("SELECT count(later), count(*) FROM entries") == [(0, 5)]
        database.close()
        copy = Database(tmp_path / f"journal.db.v{len(schema.MIGRATIONS)}")
        assert schema.version(copy) == len(schema.MIGRATIONS)
        assert copy.rows("SELECT count(*) FROM entries") == [(5,)]
        copy.close()

    def test_a_migration_that_fails_changes_nothing(self, tmp_path: Path) -> None:
        filled(tmp_path, 5, 1)
        database = Database(tmp_path / "journal.db")
        broken = (*schema.MIGRATIONS, ("DELETE FROM entries", "no such statement"))
        with pytest.raises(StoreError):
            schema.migrate(database, broken)
        assert database.rows("SELECT count(*) FROM entries") == [(5,)]
        assert schema.version(database) == len(schema.MIGRATIONS)
        database.close()


def test_there_is_nothing_to_read_before_the_first_start(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no journal"):
        open_for_reading(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_files_are_for_the_user_only(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store = open_store(tmp_path)
        store.journal.commit([record(1)], {})
        modes = {stat.S_IMODE(p.stat().st_mode) for p in tmp_path.iterdir()}
        store.close()
    finally:
        os.umask(old)
    assert modes == {0o600}


FULL = """
import sys
from pathlib import Path
from agentguard.base.errors import StoreError
from agentguard.store.agent_store import open_store
from tests.faults.desk import record
folder = Path(sys.argv[1])
store = open_store(folder)
kept = 0
try:
    for number in range(100_000):
        store.journal.commit([record(number, filler="x" * 2000)], {"count": number + 1})
        kept = number + 1
except StoreError as error:
    assert "full" in error.title, error.title
    assert "Free some space" in error.advice
assert store.journal.verify() == (kept, True), store.journal.verify()
assert store.journal.memory("") == {"count": kept}
filler.unlink() if (filler := folder / "filler").exists() else None
store.journal.commit([record(kept)], {"count": kept + 1})
assert store.journal.verify() == (kept + 1, True)
store.close()
assert open_store(folder).journal.verify() == (kept + 1, True)
print(kept)
"""


@pytest.mark.heavy
def test_a_full_disk_refuses_whole_commits_and_goes_on_when_there_is_space(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    script = textwrap.dedent(f"""
        mount -t tmpfs -o size=4m tmpfs {mount} && head -c 1000000 /dev/zero > {mount}/filler &&
        {sys.executable} -c '{FULL}' {mount}
    """)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert int(done.stdout) > 100


BALLAST = """
import sys
from pathlib import Path
from agentguard.base.errors import StoreError
from agentguard.store.ballast import FILE, PAUSE, SIZE, Ballast, Spare
from agentguard.store.agent_store import open_store
from tests.faults.desk import record
folder = Path(sys.argv[1])
store = open_store(folder, spare=Spare(Ballast(folder)))
assert (folder / FILE).stat().st_size == SIZE
with (folder / "filler").open("wb") as filler:
    try:
        while True:
            filler.write(bytes(1 << 16))
            filler.flush()
    except OSError:
        pass
kept = 0
try:
    for number in range(100_000):
        store.journal.commit([record(0, filler="x" * 2000, count=number)], {"count": number + 1})
        kept = number + 1
except StoreError as error:
    assert "full" in error.title, error.title
assert not (folder / FILE).exists()
kinds = [entry.record.kind for entry in store.journal.read(0, 100_000)]
assert kinds.count("journal.ballast") == 1, "it says that it was used"
assert kept > 1000, kept
assert store.journal.verify() == (kept + 1, True)
(folder / "filler").unlink()
store.journal.commit([record(int(PAUSE) + 1)], {})
assert (folder / FILE).stat().st_size == SIZE, "it is laid again"
assert store.journal.verify() == (kept + 3, True)
print(kept)
"""


@pytest.mark.heavy
def test_row_06_a_full_disk_has_eight_mebibytes_more_for_the_journal(tmp_path: Path) -> None:
    mount = tmp_path / "small"
    mount.mkdir()
    script = textwrap.dedent(f"""
        mount -t tmpfs -o size=44m tmpfs {mount} && {sys.executable} -c '{BALLAST}' {mount}
    """)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 1000


READ_ONLY = """
import sys
from pathlib import Path
from agentguard.base.errors import StoreError
from agentguard.store.agent_store import open_store
try:
    open_store(Path(sys.argv[1]))
except StoreError as error:
    print(error)
"""


@pytest.mark.heavy
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    filled(tmp_path, 3, 1)
    script = (
        f"mount --bind {tmp_path} {tmp_path} && mount -o remount,ro,bind {tmp_path} &&"
        f" {sys.executable} -c '{READ_ONLY}' {tmp_path}"
    )
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert "write access" in done.stdout
