"""What entries say is sealed on the disk, can be written without a secret, and is never lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentguard.base.errors import StoreError
from agentguard.platforms.simulated import FakeClock
from agentguard.store import schema
from agentguard.store.agent_store import open_for_reading, open_store
from agentguard.store.entry_box import Box
from agentguard.store.export import export
from agentguard.store.outbox import BATCH, SqliteOutbox
from agentguard.store.sqlite_file import Database
from tests.unit.store.exported import exported, record
from tests.unit.store.sealed_desk import (
    ENTRIES,
    NEEDLE,
    Place,
    check,
    needles,
    numbers,
    old_database,
    opened,
    write,
)
from tests.unit.store.second_verifier import whole


@pytest.fixture
def place() -> Place:
    return Place()


def test_nothing_that_entries_say_stands_clear_and_all_of_it_is_read_again(
    tmp_path: Path, place: Place
) -> None:
    for start in (0, 10):
        store = opened(tmp_path, place)
        write(store, *range(start, start + 10))
        store.close()
    assert needles(tmp_path) == 0
    store = opened(tmp_path, place)
    assert numbers(store) == list(range(20))
    assert store.journal.verify() == (20, True)
    store.close()


def test_it_is_exported_as_if_it_had_never_been_sealed(tmp_path: Path, place: Place) -> None:
    store = opened(tmp_path, place)
    write(store, 1, 2)
    store.close()
    reading = open_for_reading(tmp_path, Box(place))
    raw = exported(reading, tmp_path / "out.jsonl").raw
    reading.close()
    assert whole(raw)
    assert raw.count(NEEDLE.encode()) == 2


def test_while_the_place_is_closed_writing_goes_on_and_nothing_is_lost(
    tmp_path: Path, place: Place
) -> None:
    store = opened(tmp_path, place)
    write(store, 0)
    store.close()
    place.closed = True
    store = opened(tmp_path, place)
    write(store, 1, 2)
    assert needles(tmp_path) == 0, "what is written meanwhile is sealed too"
    assert store.journal.verify() == (3, True)
    asked = place.asked
    with pytest.raises(StoreError, match="is sealed"):
        store.journal.read(0, 10)
    assert place.asked == asked + 1, "a place that takes long to say no is asked once"
    place.closed = False
    assert numbers(store) == [0, 1, 2], "the running agent sends it once the place opens"
    store.close()


def test_a_closed_journal_is_never_exported_as_if_it_were_erased(
    tmp_path: Path, place: Place
) -> None:
    store = opened(tmp_path, place)
    write(store, 0)
    store.close()
    reading = open_for_reading(tmp_path)
    with pytest.raises(StoreError, match="is sealed"):
        exported(reading, tmp_path / "out.jsonl")
    reading.close()
    assert not (tmp_path / "out.jsonl").exists()


def test_before_the_place_was_ever_open_it_is_clear_and_sealed_later(
    tmp_path: Path, place: Place
) -> None:
    place.closed = True
    store = opened(tmp_path, place)
    write(store, 0, 1)
    assert numbers(store) == [0, 1]
    store.close()
    place.closed = False
    store = opened(tmp_path, place)
    store.close()
    assert needles(tmp_path) == 0
    store = opened(tmp_path, place)
    assert numbers(store) == [0, 1]
    store.close()


def test_a_lost_key_costs_what_it_sealed_and_the_agent_goes_on(
    tmp_path: Path, place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    store = opened(tmp_path, place)
    write(store, 0)
    store.close()
    place.secret = None
    store = opened(tmp_path, place)
    assert numbers(store) == [None]
    write(store, 1)
    store.close()
    store = opened(tmp_path, place)
    assert numbers(store) == [None, 1]
    assert store.journal.verify() == (2, True), "the chain stays whole"
    store.close()
    assert "the journal's key is lost" in caplog.text


@pytest.mark.parametrize("change", ["flip", "swap", "move"])
def test_a_changed_or_moved_seal_is_found(change: str, tmp_path: Path, place: Place) -> None:
    store = opened(tmp_path, place)
    write(store, 0, 1)
    database = store.database
    if change == "flip":
        database.rows("UPDATE entries SET sealed = CAST(sealed || x'00' AS BLOB) WHERE seq = 1")
    elif change == "swap":
        database.rows(
            "UPDATE entries SET sealed = "
            "(SELECT sealed FROM entries other WHERE other.seq = 3 - entries.seq)"
        )
    else:
        database.rows(
            "UPDATE entries SET sealed = (SELECT sealed FROM entries WHERE seq = 2) WHERE seq = 1"
        )
    assert store.journal.verify() == (2, False)
    assert numbers(store)[0] is None, "what was changed is not believed"
    store.close()


def test_a_damaged_database_is_salvaged_with_its_seals(tmp_path: Path, place: Place) -> None:
    store = opened(tmp_path, place)
    write(store, *range(120))
    store.close()
    path = tmp_path / "journal.db"
    database = Database(path)
    ((page,),) = database.rows(
        "SELECT pageno FROM dbstat WHERE name = 'entries' AND pagetype = 'leaf' LIMIT 1 OFFSET 5"
    )
    database.close()
    raw = bytearray(path.read_bytes())
    at = (int(page or 0) - 1) * 4096
    raw[at : at + 4096] = b"\x55" * 4096
    path.write_bytes(raw)
    store = opened(tmp_path, place)
    kept = [n for n in numbers(store) if n is not None]
    assert len(kept) == len(set(kept)) > 90
    assert store.journal.verify()[1]
    assert [e.reason for e in store.journal.epochs().values()] == ["first", "damaged"]
    store.close()
    assert needles(tmp_path) == 0


def test_an_old_database_is_brought_over_without_loss(tmp_path: Path, place: Place) -> None:
    old = old_database(tmp_path / "old")
    assert needles(old) >= ENTRIES
    check(old, place)


def test_an_old_database_without_a_box_stays_clear_and_whole(tmp_path: Path) -> None:
    store = open_store(old_database(tmp_path / "old"))
    assert schema.version(store.database) == len(schema.MIGRATIONS)
    assert store.journal.verify() == (ENTRIES, True)
    store.close()


class TestRetention:
    def at(self, seq: int, day: str) -> bytes:
        text = json.dumps({"at": day, "seq": seq})
        return json.dumps({"receipt": text, "signature": ""}).encode()

    def test_what_is_old_by_the_receipts_clock_is_erased_and_the_journal_says_so(
        self, tmp_path: Path, place: Place
    ) -> None:
        store = opened(tmp_path, place)
        write(store, *range(5))
        store.journal.begin_epoch("conflict", FakeClock().now())
        write(store, 5, 6)
        store.outbox.advance(2, self.at(2, "2026-10-01T23:00:00.000+00:00"))
        store.outbox.advance(6, self.at(6, "2026-10-20T00:00:00.000+00:00"))
        store.outbox.advance(7, self.at(7, "2027-11-04T23:59:00.000+00:00"))
        assert numbers(store) == list(range(7)), "not before 400 days after it was confirmed"
        store.outbox.advance(8, self.at(8, "2027-11-05T00:00:01.000+00:00"))
        assert numbers(store) == [None, None, 2, 3, 4, 5, 6], "not what was confirmed later"
        word = store.journal.read(8, 1)[0].record
        assert (word.kind, word.payload) == ("journal.erased", {"count": 2, "last": 2})
        store.outbox.advance(9, self.at(9, "2027-11-30T00:00:00.000+00:00"))
        assert numbers(store) == [None] * 5 + [5, 6]
        assert store.journal.read(5, 1)[0].record.payload["reason"] == "conflict"
        store.outbox.advance(10, self.at(10, "2027-11-30T01:00:00.000+00:00"))
        assert store.journal.verify() == (10, True)
        export(store.journal, tmp_path / "out.jsonl")
        assert whole((tmp_path / "out.jsonl").read_bytes())
        store.close()

    def test_a_whole_fleet_of_old_entries_is_erased_a_batch_at_a_time(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        store.journal.commit([record(n) for n in range(2 * BATCH + 1)], {})
        store.outbox.advance(2 * BATCH + 1, self.at(2 * BATCH + 1, "2026-10-01T10:00:00Z"))
        for left, hour in ((BATCH + 1, 1), (1, 2), (0, 3)):
            store.journal.commit([record(0)], {})
            last = store.journal.head()[1]
            store.outbox.advance(last, self.at(last, f"2027-12-01T0{hour}:00:00Z"))
            rows = store.journal.rows(0, 2 * BATCH + 1)
            assert sum(row.payload is not None for row in rows) == left
        store.close()

    def test_of_older_receipts_the_first_of_each_day_stays(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        store.journal.commit([record(n) for n in range(9)], {})
        outbox = SqliteOutbox(store.database, store.journal, kept=2)
        for seq in range(1, 10):
            day, hour = divmod(seq - 1, 3)
            outbox.advance(seq, self.at(seq, f"2026-10-0{day + 1}T0{hour}:00:00Z"))
        rows = store.database.rows("SELECT seq FROM receipts ORDER BY seq")
        assert [seq for (seq,) in rows] == [1, 4, 7, 8, 9]
        store.close()

    @pytest.mark.parametrize("receipt", [b"", b"{}", b'{"receipt":"{}"}', b'{"receipt":3}', b"x"])
    def test_a_receipt_without_a_time_erases_nothing(self, receipt: bytes, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        write(store, 1)
        store.outbox.advance(1, receipt)
        assert numbers(store) == [1]
        store.close()
