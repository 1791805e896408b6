"""The memory of files: nothing is called known that was not, and a sweep forgets what is gone."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from agentguard.sensors import seen
from agentguard.sensors.seen import Mark, MemorySeen, key_of, mark_of

KEYS = st.sets(st.integers(0, 2**64 - 1), max_size=50)


def test_every_change_of_a_file_changes_its_key(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("one")
    first = mark_of(path.stat())
    path.chmod(0o640)
    second = mark_of(path.stat())
    mark = Mark(1, 2, 3, 4)
    keys = {
        key_of("a", mark, ""),
        key_of("b", mark, ""),
        key_of("a", mark, "2"),
        *(key_of("a", other, "") for other in (Mark(9, 2, 3, 4), Mark(1, 9, 3, 4))),
        *(key_of("a", other, "") for other in (Mark(1, 2, 9, 4), Mark(1, 2, 3, 9))),
        key_of("a", first, ""),
        key_of("a", second, ""),
    }
    assert len(keys) == 9


@given(KEYS, KEYS)
def test_what_was_remembered_is_known_and_nothing_else(known: set[int], others: set[int]) -> None:
    memory = MemorySeen()
    for key in known:
        memory.remember(key)
    assert all(memory.knows(key) for key in known)
    assert not any(memory.knows(key) for key in others - known)


@given(KEYS, KEYS, KEYS)
def test_a_whole_sweep_keeps_what_it_met(before: set[int], met: set[int], fresh: set[int]) -> None:
    memory = MemorySeen()
    for key in before:
        memory.remember(key)
    memory.sweep_begins()
    for key in met:
        memory.knows(key)
    for key in fresh:
        memory.remember(key)
    memory.sweep_ended()
    kept = (before & met) | fresh
    assert all(memory.knows(key) for key in kept)
    assert not any(memory.knows(key) for key in (before | met) - kept)


def test_a_sweep_that_is_given_up_forgets_nothing() -> None:
    memory = MemorySeen()
    memory.remember(1)
    memory.sweep_begins()
    memory.remember(2)
    memory.sweep_begins()
    assert memory.knows(1)
    assert memory.knows(2)


def test_a_full_memory_takes_no_more() -> None:
    memory = MemorySeen(limit=2)
    for key in (1, 2, 3):
        memory.remember(key)
    assert [memory.knows(key) for key in (1, 2, 3)] == [True, True, False]


def test_many_files_take_little_memory() -> None:
    memory = MemorySeen()
    for key in range(0, 3 * seen.COMPACT * 7, 7):
        memory.remember(key)
    assert len(memory) == 3 * seen.COMPACT
    assert memory._old.itemsize * len(memory._old) + 64 * len(memory._new) < 9 * len(memory)
    assert memory.knows(7 * seen.COMPACT)
    assert not memory.knows(7 * seen.COMPACT + 1)
