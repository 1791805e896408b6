"""While the place of the journal's key takes its time, the journal is written all the same."""

from __future__ import annotations

import threading
from pathlib import Path

from agentguard.platforms.simulated import FakeClock
from agentguard.store.agent_store import open_store
from agentguard.store.entry_box import Box
from tests.unit.store.exported import record

PATIENCE = 30.0


class SlowPlace:
    """A place that answers only once it may."""

    def __init__(self) -> None:
        self.secret: bytes | None = None
        self.asked, self.may = threading.Event(), threading.Event()

    def load(self) -> bytes | None:
        self.asked.set()
        assert self.may.wait(PATIENCE)
        return self.secret

    def save(self, secret: bytes) -> None:
        self.secret = secret


def test_a_place_that_does_not_answer_holds_no_commit_up(tmp_path: Path) -> None:
    place = SlowPlace()
    place.may.set()
    store = open_store(tmp_path, FakeClock(), box=Box(place))
    store.journal.commit([record(0)], {})
    store.close()
    for event in (place.asked, place.may):
        event.clear()
    store = open_store(tmp_path, FakeClock(), box=Box(place))
    walked: list[tuple[int, bool]] = []
    reader = threading.Thread(target=lambda: walked.append(store.journal.verify()), daemon=True)
    reader.start()
    assert place.asked.wait(PATIENCE)
    writer = threading.Thread(target=lambda: store.journal.commit([record(1)], {}), daemon=True)
    writer.start()
    writer.join(PATIENCE / 3)
    held_up = writer.is_alive()
    place.may.set()
    assert not held_up
    reader.join(PATIENCE)
    assert walked == [(2, True)]
    store.close()


def test_reading_what_another_process_sealed_beside_writing_ends(tmp_path: Path) -> None:
    """Reader and writer each need the database and the seal."""
    place = SlowPlace()
    place.may.set()
    store = open_store(tmp_path, FakeClock(), box=Box(place))
    store.journal.commit([record(0)], {})
    store.close()
    store = open_store(tmp_path, FakeClock(), box=Box(place))

    def read() -> None:
        for _ in range(200):
            store.journal.read(0, 1)
            store.journal._entries._box._known.clear()

    def write() -> None:
        for number in range(1, 100):
            store.journal.commit([record(number)], {})

    both = [threading.Thread(target=work, daemon=True) for work in (read, write)]
    for one in both:
        one.start()
    for one in both:
        one.join(PATIENCE)
    assert not any(one.is_alive() for one in both)
    store.close()
