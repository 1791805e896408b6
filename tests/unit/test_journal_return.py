"""A journal that had to begin in memory comes back to the disk, whole and in its order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from agentguard.engine.memory import FINDING
from agentguard.model.records import Record
from agentguard.platforms.simulated import FakeClock
from agentguard.runtime.journal_return import CARRIED_KIND, EACH, JournalReturn
from agentguard.store.agent_store import FILE, Store, open_in_memory, open_store

KIND = "call.state"


def write(store: Store, clock: FakeClock, *numbers: int) -> None:
    for number in numbers:
        clock.advance(1.0)
        one = Record(kind=KIND, at=clock.now(), payload={"count": number})
        store.journal.commit([one], {f"{FINDING}journal/{number}": {"n": number}})


def numbers(store: Store) -> list[object]:
    read = [entry.record for entry in store.journal.read(0, 10_000)]
    return [r.payload["count"] if r.kind == KIND else r.kind for r in read]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(boot=1000.0)


@pytest.fixture
def folder(tmp_path: Path, clock: FakeClock) -> Path:
    """Give a folder with a journal of two entries, in whose place something else lies now."""
    with closing(open_store(tmp_path, clock)) as before:
        write(before, clock, 1, 2)
    (tmp_path / FILE).rename(tmp_path / "aside.db")
    (tmp_path / FILE).mkdir()
    return tmp_path


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(open_in_memory(folder)) as made:
        yield made


def mend(folder: Path) -> None:
    (folder / FILE).rmdir()
    (folder / "aside.db").rename(folder / FILE)


def test_row_110_what_was_in_memory_stands_on_the_disk_in_its_order(
    folder: Path, store: Store, clock: FakeClock
) -> None:
    back = JournalReturn(store, partial(open_store, folder, clock), clock)
    write(store, clock, 3, 4)
    assert not back.carry()
    mend(folder)
    assert back.carry()
    write(store, clock, 5)
    assert back.carry()
    assert back.carry(), "there is nothing more to carry"
    with closing(open_store(folder, clock)) as kept:
        assert numbers(kept) == [1, 2, CARRIED_KIND, 3, 4, CARRIED_KIND, 5]
        notes = [
            e.record.payload for e in kept.journal.read(0, 99) if e.record.kind == CARRIED_KIND
        ]
        assert notes == [{"entries": 2, "lost": 0}, {"entries": 1, "lost": 0}]
        assert kept.journal.verify() == (7, True)
        assert len(kept.journal.memory(FINDING)) == 5


def test_row_110_what_was_reported_meanwhile_is_not_reported_as_another_history(
    folder: Path, store: Store, clock: FakeClock
) -> None:
    write(store, clock, 3)
    store.outbox.advance(store.journal.head()[1], b"{}")
    memory_epoch = store.journal.head()[0]
    mend(folder)
    assert JournalReturn(store, partial(open_store, folder, clock), clock).carry()
    with closing(open_store(folder, clock)) as kept:
        assert kept.journal.head()[0] > memory_epoch
        assert kept.journal.verify()[1]


def test_row_110_it_tries_by_itself_and_wants_the_agent_to_begin_anew(
    folder: Path, store: Store, clock: FakeClock
) -> None:
    write(store, clock, 3)
    place = threading.Lock()  # the place is mended between two tries, and not while one is made

    def opened() -> Store:
        with place:
            return open_store(folder, clock)

    back, stop = JournalReturn(store, opened, clock), threading.Event()
    ran = threading.Thread(target=back.run, args=(stop,))
    ran.start()
    try:
        clock.advance(EACH)
        assert not back.anew.is_set()
        with place:
            mend(folder)
        for _ in range(600):
            clock.advance(EACH)
            if back.anew.wait(0.05):
                break
        assert back.anew.is_set()
    finally:
        stop.set()
        clock.advance(EACH)
        ran.join(10)
    with closing(open_store(folder, clock)) as kept:
        assert numbers(kept) == [1, 2, CARRIED_KIND, 3]
