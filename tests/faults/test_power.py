"""What a disk may do to the journal: a power cut, a sync that fails, files that are gone or old."""

from __future__ import annotations

import random
import shutil
from contextlib import suppress
from pathlib import Path

import apsw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentguard.base.errors import StoreError
from agentguard.engine.loop import BACKLOG, Ledger
from agentguard.model.events import EventsLost, SensorState, Watching
from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import EPOCH_FILE, Store, open_store
from agentguard.store.name_sealing import FILE as KEY_FILE
from tests.faults.blocklog import Log, logged
from tests.faults.certificates import Authority
from tests.faults.desk import Desk, enrolled, record
from tests.faults.endpoint import Endpoint


def numbers(store: Store) -> list[int]:
    entries = store.journal.read(0, 100_000)
    return [int(str(e.record.payload["n"])) for e in entries if "n" in e.record.payload]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Log:
    """Give all changes of a store's life: 120 commits, receipts, and a close in the middle."""
    folder = tmp_path_factory.mktemp("power")
    with logged() as log:
        for start in (0, 60):
            store = open_store(folder, FakeClock())
            for number in range(start, start + 60):
                store.journal.commit([record(number)], {"last": number})
                log.mark(str(number))
                if number % 20 == 19:
                    store.outbox.advance(store.journal.head()[1], b"receipt")
            store.close()
    log.before[KEY_FILE] = (folder / KEY_FILE).read_bytes()
    return log


def after_cut(log: Log, end: int, seed: int, folder: Path) -> None:
    """Cut the power behind a change, start again, and hold the journal to what was promised."""
    for name, content in log.cut(end, random.Random(seed)).items():
        if not name.endswith("-shm"):
            (folder / name).write_bytes(content)
    for name, forced in {EPOCH_FILE: b"1\n", **log.before}.items():
        (folder / name).write_bytes(forced)  # is forced to the disk before the database
    promised = [int(mark) for mark in log.marks(end)]
    store = open_store(folder, FakeClock())
    try:
        count, whole = store.journal.verify()
        assert whole
        found = numbers(store)
        assert found[: len(promised)] == promised, "what was promised is there"
        assert found == list(range(len(found))), "and nothing that was never written"
        assert len(found) <= len(promised) + 1
        if found:
            assert store.journal.memory("last") == {"last": found[-1]}, "whole commits only"
        store.journal.commit([record(999)], {})
        assert store.journal.verify() == (count + 1, True)
    finally:
        store.close()


def ends(log: Log) -> list[int]:
    """Give the places at which power may be cut, once the tables are there."""
    first = next(n for n, change in enumerate(log.changes) if change.kind == "mark")
    return list(range(first, len(log.changes) + 1))


@pytest.mark.parametrize(
    "stride",
    [
        pytest.param(41, id="some"),
        pytest.param(1, id="all", marks=[pytest.mark.heavy, pytest.mark.timeout(900)]),
    ],
)
def test_row_04_a_power_cut_between_any_two_writes_costs_nothing_that_was_promised(
    stride: int, written: Log, tmp_path: Path
) -> None:
    for end in ends(written)[::stride]:
        folder = tmp_path / str(end)
        folder.mkdir()
        after_cut(written, end, end, folder)
        shutil.rmtree(folder)


@settings(deadline=None, max_examples=30)
@given(place=st.floats(0, 1), seed=st.integers(0, 2**32))
def test_row_04_whatever_part_of_the_last_writes_reached_the_disk(
    place: float, seed: int, written: Log, tmp_path_factory: pytest.TempPathFactory
) -> None:
    possible = ends(written)
    end = possible[int(place * (len(possible) - 1))]
    after_cut(written, end, seed, tmp_path_factory.mktemp("cut"))


def test_row_05_a_sync_that_fails_is_never_taken_for_success(tmp_path: Path) -> None:
    with logged() as log:
        store = open_store(tmp_path, FakeClock())
        ledger = Ledger(journal=store.journal)
        assert ledger.write((record(0),), {"n": 0}, FakeClock().now()) == ()
        log.failing = True
        (told,) = ledger.write((record(1),), {"n": 1}, FakeClock().now())
        assert isinstance(told, SensorState)
        assert told.state is Watching.FAILED, "the store is told to be degraded"
        assert ledger.waiting, "nothing counts as written"
        log.failing = False
        (told,) = ledger.write((record(2),), {"n": 2}, FakeClock().now())
        assert isinstance(told, SensorState)
        assert told.state is Watching.WATCHING
        assert numbers(store) == [0, 1, 2], "each once"
        assert store.journal.verify() == (3, True)
        store.close()


class Refusing:
    """A journal on a disk that takes nothing, as a full or read-only one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.refuses = True

    def commit(self, records, memory) -> None:  # type: ignore[no-untyped-def] # as the port's
        if self.refuses:
            raise StoreError("The disk is full.")
        self._store.journal.commit(records, memory)


def test_row_07_a_disk_that_is_full_for_days_costs_what_is_more_than_the_ring_holds(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path, FakeClock())
    disk = Refusing(store)
    ledger = Ledger(journal=disk)  # type: ignore[arg-type] # only commit is asked of it
    told = []
    for number in range(BACKLOG + 10):
        told += ledger.write((record(number),), {"last": number}, FakeClock().now())
    assert [type(t) for t in told] == [SensorState, *[EventsLost] * 10], "told once, losses counted"
    disk.refuses = False
    ledger.write((), {}, FakeClock().now())
    assert numbers(store) == list(range(10, BACKLOG + 10))
    assert store.journal.memory("last") == {"last": BACKLOG + 9}
    store.close()


def test_row_10_a_file_that_another_program_holds_costs_a_wait_and_no_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentguard.store.sqlite_file.BUSY_MILLISECONDS", 50)
    store = open_store(tmp_path, FakeClock())
    ledger = Ledger(journal=store.journal)
    other = apsw.Connection(str(tmp_path / "journal.db"))
    other.execute("BEGIN IMMEDIATE")
    assert len(ledger.write((record(0),), {}, FakeClock().now())) == 1
    assert ledger.write((record(1),), {}, FakeClock().now()) == (), "it is told once"
    other.execute("ROLLBACK")
    other.close()
    ledger.write((record(2),), {}, FakeClock().now())
    assert numbers(store) == [0, 1, 2]
    store.close()


def test_row_11_a_database_of_last_week_shows_as_a_break_and_loses_nothing_there(
    tmp_path: Path, endpoint: Endpoint, authority: Authority
) -> None:
    desk = enrolled(tmp_path, endpoint, authority.ca_file)
    desk.write(*range(10))
    while desk.store.outbox.waiting():
        desk.sender.report()
    desk.store.close()
    old = (tmp_path / "journal.db").read_bytes()
    desk = enrolled(tmp_path, endpoint, authority.ca_file)
    desk.write(*range(10, 20))
    while desk.store.outbox.waiting():
        desk.sender.report()
    desk.store.close()
    for name in ("journal.db-wal", "journal.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "journal.db").write_bytes(old)

    desk = enrolled(tmp_path, endpoint, authority.ca_file)
    desk.write(*range(100, 105))
    deliver(desk)
    reasons = [e.reason for e in desk.store.journal.epochs().values()]
    assert reasons == ["first", "conflict"], "the break shows"
    assert desk.store.journal.verify()[1]
    assert endpoint.contradictions == []
    delivered = {seq for _, seq in endpoint.events}
    assert delivered >= set(range(1, desk.store.journal.head()[1] + 1))
    desk.store.close()


def deliver(desk: Desk) -> None:
    for _ in range(20):
        desk.sender.report()
        if not desk.store.outbox.waiting():
            return
    raise AssertionError("not delivered in twenty tries")


@pytest.fixture(scope="module")
def left_open(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder as a killed agent leaves it: a database with a WAL that is not in it yet."""
    folder, copy = tmp_path_factory.mktemp("open"), tmp_path_factory.mktemp("left")
    store = open_store(folder, FakeClock())
    for number in range(40):
        store.journal.commit([record(number)], {"last": number})
    for file in folder.iterdir():
        shutil.copy(file, copy)
    store.close()
    assert (copy / "journal.db-wal").stat().st_size > 100_000
    return copy


@pytest.mark.parametrize("gone", ["-wal", "-shm", "both"])
def test_row_12_companions_that_were_deleted_cost_at_most_what_was_in_them(
    gone: str, left_open: Path, tmp_path: Path
) -> None:
    for file in left_open.iterdir():
        shutil.copy(file, tmp_path)
    for name in ("-wal", "-shm") if gone == "both" else (gone,):
        (tmp_path / f"journal.db{name}").unlink()
    store = open_store(tmp_path, FakeClock())
    found = numbers(store)
    assert found == list(range(len(found)))
    assert gone != "-shm" or len(found) == 40, "the index is made anew from the log"
    store.journal.commit([record(99)], {})
    assert store.journal.verify()[1]
    assert store.journal.head()[0] == (1 if found else 2), "a lost journal shows as a new epoch"
    store.close()


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_row_09_changed_bytes_of_the_log_and_its_index_are_never_taken_for_the_truth(
    data: st.DataObject, left_open: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for file in left_open.iterdir():
        shutil.copy(file, folder)
    for name in data.draw(st.sets(st.sampled_from(["", "-wal", "-shm"]), min_size=1)):
        path = folder / f"journal.db{name}"
        raw = bytearray(path.read_bytes())
        for _ in range(data.draw(st.integers(1, 8))):
            raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(raw[: data.draw(st.integers(len(raw) // 2, len(raw)))])
    try:
        store = open_store(folder, FakeClock())
    except StoreError:
        return  # left alone, such as a schema that seems to be newer
    with suppress(StoreError):  # a damage that SQLite met only now; the next start salvages
        found = numbers(store)
        if store.journal.verify()[1]:
            assert set(found) <= set(range(40))
            assert len(found) == len(set(found))
    store.close()
