"""A file that ends the scan child three times is set aside for a day, over any restart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.detect.sandbox.strikes import MemoryStrikes
from agentguard.platforms.simulated import FakeClock
from agentguard.store.file_memory import SeenDatabase
from tests.unit.detect.files import hostile

DAY = 86_400.0


@contextmanager
def agent(folder: Path, clock: FakeClock) -> Iterator[ScanClient]:
    """As one run of the agent: a client of its own over the memory on the disk."""
    memory = SeenDatabase(folder, clock)
    limits = Limits(seconds=1.5, memory_mib=256)
    try:
        with ScanClient(limits, clock, hostile.extractors, strikes=memory) as client:
            yield client
    finally:
        memory.close()


@pytest.fixture
def bad(tmp_path: Path) -> str:
    file = tmp_path / "bad.pdf"
    file.write_text("DIE")
    return str(file)


def test_three_strikes_count_over_restarts_and_a_day_ends_them(tmp_path: Path, bad: str) -> None:
    clock = FakeClock()
    for _ in range(3):
        with agent(tmp_path, clock) as client:
            assert client.scan(bad).reason == "reason.crashed"
    with agent(tmp_path, clock) as client:
        assert client.scan(bad).reason == "reason.set-aside"
        assert client.child_pid is None
    clock.advance(DAY)
    with agent(tmp_path, clock) as client:
        assert client.scan(bad).reason == "reason.crashed"


def test_a_repaired_file_is_read_at_once(tmp_path: Path, bad: str) -> None:
    clock = FakeClock()
    with agent(tmp_path, clock) as client:
        for _ in range(3):
            client.scan(bad)
    Path(bad).write_text(f"card {hostile.CARD}")
    with agent(tmp_path, clock) as client:
        assert client.scan(bad).hits


def test_strikes_in_memory_are_counted_for_a_file_as_it_is() -> None:
    clock = FakeClock()
    strikes = MemoryStrikes(clock)
    for _ in range(2):
        strikes.add("/a", 1, 1)
    strikes.add("/b", 1, 1)
    assert strikes.count("/a", 1, 1, DAY) == 2
    assert strikes.count("/a", 2, 1, DAY) == 0
    clock.advance(DAY)
    assert strikes.count("/a", 1, 1, DAY) == 0
    assert strikes.count("/a", 1, 1, 2 * DAY) == 0


def test_strikes_in_memory_are_bounded() -> None:
    strikes = MemoryStrikes(FakeClock(), most=10)
    for number in range(100):
        strikes.add(f"/{number}", 1, 1)
    assert sum(strikes.count(f"/{number}", 1, 1, DAY) for number in range(100)) == 10
    assert strikes.count("/99", 1, 1, DAY) == 1
