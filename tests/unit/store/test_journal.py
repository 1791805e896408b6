from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.base.errors import StoreError
from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.ports.storage import Outbox
from agentguard.store.agent_store import Store, open_store
from agentguard.store.memory import InMemoryJournal, InMemoryOutbox
from agentguard.uplink.reports import Chain


class Pair(Protocol):
    journal: Chain
    outbox: Outbox


class InMemory:
    def __init__(self) -> None:
        self.journal = InMemoryJournal()
        self.outbox = InMemoryOutbox(self.journal)


def record(number: int = 0, **payload: Json) -> Record:
    at = Moment(boot=number + 0.25, wall=1_790_000_000.125 + number)
    return Record(kind="finding.opened", at=at, payload={"n": number, **payload})


@pytest.fixture(params=["sqlite", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pair]:
    if request.param == "memory":
        yield InMemory()
        return
    opened = open_store(tmp_path)
    yield opened  # type: ignore[misc] # read-only attributes serve
    opened.close()


class TestEveryJournal:
    def test_a_new_one_is_empty_and_whole(self, store: Pair) -> None:
        assert store.journal.read(0, 10) == []
        assert store.journal.verify() == (0, True)
        assert store.journal.memory("") == {}
        assert (store.outbox.cursor(), store.outbox.waiting()) == (0, 0)

    def test_records_come_back_in_order_with_what_they_held(self, store: Pair) -> None:
        records = [
            record(n, check="pii-files", hits=[{"kind": "PAN", "count": 2}]) for n in range(5)
        ]
        store.journal.commit(records[:2], {})
        store.journal.commit(records[2:], {})
        entries = store.journal.read(0, 100)
        assert [e.record for e in entries] == records
        assert [e.seq for e in entries] == [1, 2, 3, 4, 5]
        assert [e.previous for e in entries[1:]] == [e.hash for e in entries[:-1]]
        assert store.journal.verify() == (5, True)

    def test_reading_goes_on_after_a_place(self, store: Pair) -> None:
        store.journal.commit([record(n) for n in range(10)], {})
        assert [e.seq for e in store.journal.read(3, 4)] == [4, 5, 6, 7]
        assert store.journal.read(10, 5) == []

    def test_memory_is_kept_replaced_and_forgotten_by_key(self, store: Pair) -> None:
        store.journal.commit([], {"finding/a": {"x": 1}, "finding/b": [2], "notice/a": True})
        store.journal.commit([], {"finding/a": 3, "finding/b": None, "finding/zz": None})
        assert store.journal.memory("finding/") == {"finding/a": 3}
        assert store.journal.memory("") == {"finding/a": 3, "notice/a": True}

    @pytest.mark.parametrize(
        "name", ["/home/\udce9t\udce9.csv", "ü/日本", "a%b_c*\x7f", '"\\"', "\U0001f600"]
    )
    def test_names_that_are_no_plain_text_are_kept_as_they_are(
        self, store: Pair, name: str
    ) -> None:
        store.journal.commit([record(subject=name)], {f"finding/{name}": name})
        assert store.journal.read(0, 1)[0].record.payload["subject"] == name
        assert store.journal.memory("finding/") == {f"finding/{name}": name}
        assert store.journal.verify() == (1, True)

    @pytest.mark.parametrize("bad", [math.nan, math.inf, object()], ids=["nan", "inf", "object"])
    def test_what_is_not_json_is_refused_whole(self, store: Pair, bad: Json) -> None:
        store.journal.commit([record(1)], {"a": 1})
        with pytest.raises(StoreError):
            store.journal.commit([record(2), record(3, bad=bad)], {"a": 2})
        assert len(store.journal.read(0, 10)) == 1
        assert store.journal.memory("") == {"a": 1}

    def test_the_cursor_moves_on_and_never_back(self, store: Pair) -> None:
        store.journal.commit([record(n) for n in range(5)], {})
        store.outbox.advance(3, b"r3")
        store.outbox.advance(2, b"r2")
        assert (store.outbox.cursor(), store.outbox.waiting()) == (3, 2)
        store.outbox.advance(5, b"r5")
        assert (store.outbox.cursor(), store.outbox.waiting()) == (5, 0)

    def test_a_receipt_for_what_is_not_there_is_refused(self, store: Pair) -> None:
        store.journal.commit([record()], {})
        with pytest.raises(StoreError, match="does not hold"):
            store.outbox.advance(2, b"r")
        assert store.outbox.cursor() == 0

    def test_a_new_epoch_goes_on_with_the_chain_and_says_why(self, store: Pair) -> None:
        store.journal.commit([record(1)], {})
        head = store.journal.head()[2].hex()
        assert store.journal.begin_epoch("conflict", Moment(boot=1.0, wall=2.0), above=7) == 8
        store.journal.commit([record(2)], {})
        entries = store.journal.read(0, 10)
        assert [(e.epoch, e.seq) for e in entries] == [(1, 1), (8, 2), (8, 3)]
        payload = {"reason": "conflict", "previous_epoch": 1, "previous_hash": head}
        assert entries[1].record.payload == payload
        assert store.journal.verify() == (3, True)
        assert store.journal.report_epoch(1) == 8
        assert store.journal.report_epoch(8) == 8


class TestSqlite:
    def test_everything_is_there_after_a_restart(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        store.journal.commit([record(1), record(2)], {"a": 1})
        store.outbox.advance(1, b"receipt")
        store.close()
        store = open_store(tmp_path)
        assert [e.record for e in store.journal.read(0, 5)] == [record(1), record(2)]
        assert store.journal.memory("") == {"a": 1}
        assert (store.outbox.cursor(), store.outbox.receipt()) == (1, b"receipt")
        store.journal.commit([record(3)], {})
        assert store.journal.verify() == (3, True)
        store.close()

    def test_equal_payloads_cannot_be_told_apart_by_their_commitment(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        store.journal.commit([record(1), record(1)], {})
        first, second = store.journal.rows(0, 2)
        assert first.commitment != second.commitment
        store.close()

    def test_an_erased_payload_is_gone_from_the_file_and_is_told_unless_it_was_time(
        self, tmp_path: Path
    ) -> None:
        store = open_store(tmp_path)
        store.journal.commit([record(n, note=f"needle-{n}") for n in range(3)], {})
        store.journal.erase([2])
        assert store.journal.verify() == (3, False)
        assert store.journal.read(1, 1)[0].record.payload == {}
        store.close()
        raw = b"".join(p.read_bytes() for p in tmp_path.glob("journal.db*"))
        assert b"needle-0" in raw
        assert b"needle-1" not in raw

    def test_a_reader_in_another_thread_sees_whole_commits_only(self, tmp_path: Path) -> None:
        store = open_store(tmp_path)
        done = threading.Event()
        seen: list[int] = []

        def read() -> None:
            while not done.is_set():
                seen.append(len(store.journal.read(0, 10_000)) % 3)

        reader = threading.Thread(target=read)
        reader.start()
        for n in range(60):
            store.journal.commit([record(n), record(n), record(n)], {})
        done.set()
        reader.join()
        assert set(seen) == {0}
        assert store.journal.verify() == (180, True)
        store.close()

    def test_many_writers_keep_one_chain(self, tmp_path: Path) -> None:
        stores = [open_store(tmp_path) for _ in range(3)]

        def write(store: Store) -> None:
            for n in range(20):
                store.journal.commit([record(n)], {})

        threads = [threading.Thread(target=write, args=(s,)) for s in stores]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert stores[0].journal.verify() == (60, True)
        for store in stores:
            store.close()


values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.lists(st.dictionaries(st.text(), values, max_size=4), min_size=1, max_size=5))
def test_any_payload_is_chained_and_read_back(payloads: list[dict[str, Json]]) -> None:
    journal = InMemoryJournal()
    at = Moment(boot=0.1, wall=0.2)
    journal.commit([Record(kind="x", at=at, payload=p) for p in payloads], {})
    assert [e.record.payload for e in journal.read(0, 10)] == payloads
    assert journal.verify() == (len(payloads), True)
