"""No value stands clear in the store because a file was named after it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from agentguard.model.moments import Moment
from agentguard.model.records import Json, Record
from agentguard.platforms.simulated import FakeClock
from agentguard.store import name_sealing
from agentguard.store.agent_store import FILE, open_for_reading, open_in_memory, open_store
from agentguard.store.journal import SqliteJournal
from agentguard.store.name_sealing import Names
from agentguard.store.sqlite_file import Database
from tests.flow.canary import Corpus, drawn

AT = Moment(boot=1.0, wall=1_800_000_000.0)


@pytest.fixture
def corpus() -> Corpus:
    return drawn(36)


def paths(corpus: Corpus) -> list[str]:
    return [f"/home/ann/{value}.txt" for value in (*corpus.recognised, *corpus.names)]


def opened(path: str, **more: Json) -> Record:
    payload: dict[str, Json] = {"check": "pii-files", "subject": path, "params": {"file": path}}
    return Record(kind="finding.opened", at=AT, payload={**payload, **more})


def memory(corpus: Corpus) -> dict[str, Json]:
    return {f"finding/pii-files/{path}": {"subject": path} for path in paths(corpus)}


def test_what_is_remembered_comes_back_and_stands_nowhere_clear(
    tmp_path: Path, corpus: Corpus
) -> None:
    known = memory(corpus)
    with closing(open_store(tmp_path, FakeClock())) as store:
        store.journal.commit((), known)
        assert corpus.found_in_files([tmp_path]) == {}
    with closing(open_store(tmp_path, FakeClock())) as store:
        assert store.journal.memory("finding/") == known
        assert store.journal.memory("finding/pii-files/") == known
        assert store.journal.memory("") == known
        assert store.journal.memory("notice/") == {}
        gone = next(iter(known))
        store.journal.commit((), {gone: None})
        assert gone not in store.journal.memory("finding/")
    with closing(open_for_reading(tmp_path)) as reading:
        assert len(reading.journal.memory("finding/")) == len(known) - 1
    assert corpus.found_in_files([tmp_path]) == {}


def test_no_value_stands_in_what_is_written_down(tmp_path: Path, corpus: Corpus) -> None:
    with closing(open_store(tmp_path, FakeClock())) as store:
        store.journal.commit(
            [opened(path, note=corpus.letter(), rows=[path]) for path in paths(corpus)], {}
        )
        said = [entry.record.payload for entry in store.journal.read(0, 1000)]
        found = corpus.found_in_files([tmp_path])
        assert not {v for values in found.values() for v in values} & set(corpus.recognised)
    assert not corpus.found_in(repr(said).encode()) & set(corpus.recognised)


def test_two_files_stay_two_and_one_stays_one(tmp_path: Path) -> None:
    first, second = "/a/4539148803436467.txt", "/a/card 4539148803436467.txt"
    with closing(open_store(tmp_path, FakeClock())) as store:
        store.journal.commit([opened(path) for path in (first, second, first)], {})
        told = [str(e.record.payload["subject"]) for e in store.journal.read(0, 9)][-3:]
    assert told[0] == told[2] != told[1]
    assert told[0].startswith("/a/...6467#")
    assert told[1].startswith("/a/card ...6467#")
    assert all(one.endswith(".txt") for one in told)


def test_a_name_without_a_value_is_written_as_it_is(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, FakeClock())) as store:
        store.journal.commit([opened("/a/minutes 2025.txt", sha256="ab" * 32, n=3)], {})
        (*_, entry) = store.journal.read(0, 9)
    assert entry.record.payload["subject"] == "/a/minutes 2025.txt"
    assert (entry.record.payload["sha256"], entry.record.payload["n"]) == ("ab" * 32, 3)


def test_what_an_older_version_wrote_is_sealed_when_it_is_opened(
    tmp_path: Path, corpus: Corpus
) -> None:
    open_store(tmp_path, FakeClock()).close()
    with closing(Database(tmp_path / FILE)) as database:
        SqliteJournal(database).commit((), memory(corpus))
        assert corpus.found_in_files([tmp_path])
    with closing(open_store(tmp_path, FakeClock())) as store:
        assert store.journal.memory("finding/") == memory(corpus)
        assert corpus.found_in_files([tmp_path]) == {}


def test_a_lost_key_forgets_what_was_remembered_and_nothing_else(tmp_path: Path) -> None:
    with closing(open_store(tmp_path, FakeClock())) as store:
        store.journal.commit([opened("/a/b.txt")], {"finding/a": 1, "trial": True})
    (tmp_path / name_sealing.FILE).write_bytes(b"short")
    assert name_sealing.known_key(tmp_path) is None
    (tmp_path / name_sealing.FILE).unlink()
    with closing(open_for_reading(tmp_path)) as reading:
        assert reading.journal.memory("") == {}
    with closing(open_store(tmp_path, FakeClock())) as store:
        assert store.journal.memory("") == {}
        assert store.journal.verify()[1]
        store.journal.commit((), {"finding/a": 2})
        assert store.journal.memory("finding/") == {"finding/a": 2}


def test_an_entry_moved_to_another_key_is_not_believed() -> None:
    kept = Names(bytes(32))
    text = kept.sealed("finding/a", 1)
    assert kept.opened(kept.key("finding/a"), text) == ("finding/a", 1)
    assert kept.opened(kept.key("finding/b"), text) is None
    assert kept.opened(kept.key("finding/a"), "s1:!") is None


def test_where_the_key_cannot_be_kept_the_program_goes_on(tmp_path: Path) -> None:
    key = name_sealing.key_of(tmp_path / "away")
    assert len(key) == name_sealing.KEY_BYTES
    assert name_sealing.key_of(tmp_path) == name_sealing.key_of(tmp_path)


def test_a_store_in_memory_says_no_value_either(tmp_path: Path) -> None:
    with closing(open_in_memory(tmp_path)) as store:
        store.journal.commit([opened("/a/4539148803436467.txt")], {"finding/a": 1})
        assert "4539148803436467" not in repr(store.journal.read(0, 9))
        assert store.journal.memory("") == {"finding/a": 1}
