"""Row 99: a journal is read whole while it is written, so none is called broken that is not."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.base.errors import JournalBroken
from agentguard.model.moments import Moment
from agentguard.model.records import Record
from agentguard.store.agent_store import Store, open_for_reading, open_in_memory, open_store
from agentguard.store.export import export
from agentguard.store.outbox_lanes import Bounds
from agentguard.trust.chain.headers import Origin
from agentguard.trust.chain.verify import verify_file

LOOKS = 30
BETWEEN = 0.001
"""Seconds between two commits, so that who waits for the connection has its turn."""
NARROW = Bounds(entries=40)


def record(number: int) -> Record:
    at = Moment(boot=float(number), wall=1_790_000_000.0 + number)
    return Record(kind="finding.opened", at=at, payload={"n": number})


def headers(store: Store, number: int) -> None:
    """Have another first line with each commit."""
    store.journal.identify(Origin(device=f"d{number}"))
    store.journal.commit([record(number)], {})


def epochs(store: Store, number: int) -> None:
    """Begin an epoch each time."""
    store.journal.begin_epoch("conflict", Moment(boot=float(number), wall=1_790_000_000.0))


def gaps(store: Store, number: int) -> None:
    """Have more wait than may, so that the oldest is let go."""
    store.journal.commit([record(number)] * 8, {})


@contextmanager
def written(store: Store, write: Callable[[Store, int], None]) -> Iterator[None]:
    """Write all the time."""
    ended = threading.Event()

    def go_on() -> None:
        number = 1
        while not ended.wait(BETWEEN):
            write(store, number)
            number += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        yield
    finally:
        ended.set()
        writer.join()


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        opened = open_in_memory(tmp_path, NARROW)
    else:
        opened = open_store(tmp_path, bounds=NARROW, headed=True)
    yield opened
    opened.close()


@pytest.mark.parametrize("write", [headers, epochs, gaps])
def test_row_99_a_journal_that_is_written_meanwhile_is_whole(
    store: Store, write: Callable[[Store, int], None]
) -> None:
    with written(store, write):
        looks = [store.journal.verify()[1] for _ in range(LOOKS)]
    assert looks == [True] * LOOKS


@pytest.mark.parametrize("write", [headers, epochs, gaps])
def test_row_99_a_journal_that_is_exported_meanwhile_is_whole(
    tmp_path: Path, write: Callable[[Store, int], None]
) -> None:
    store = open_store(tmp_path, bounds=NARROW, headed=True)
    store.journal.commit([record(0)], {})
    broken = []
    with written(store, write):
        for look in range(LOOKS):
            reader = open_for_reading(tmp_path)
            file = tmp_path / f"{look}.jsonl"
            export(reader.journal, file, reader.outbox)
            reader.close()
            try:
                verify_file(file)
            except JournalBroken as error:
                broken.append(error.title)
    store.close()
    assert broken == []
