"""Names and states of files: every change is a new state, and a name tells nothing by itself."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.model.outcomes import FileOutcome
from agentguard.ports.file_memory import Kept, Looked
from agentguard.sensors.file_memory import Mark, MemorySeen, mark_of, name_of, state_of

KEYS = st.sets(st.integers(-(2**63), 2**63 - 1), max_size=50)
SECRET = b"a secret of tests"
MARK = Mark(1, 2, 3, 4, 5)
CLEAN = Looked(outcome=FileOutcome.READ)
PATHS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).map(
    lambda text: f"/home/{text}"
)


def kept(state: int = 1) -> Kept:
    return Kept(state=state, day=0, looked=CLEAN)


def state(path: str = "/a", mark: Mark = MARK, links: int = 1, rules: str = "") -> int:
    return state_of(path, mark, links, rules, SECRET)


def test_every_change_of_a_file_or_of_the_rules_is_another_state() -> None:
    others = [
        Mark(9, 2, 3, 4, 5),
        Mark(1, 9, 3, 4, 5),
        Mark(1, 2, 9, 4, 5),
        Mark(1, 2, 3, 9, 5),
        Mark(1, 2, 3, 4, 9),
    ]
    states = {
        state(),
        state("/b"),
        state(rules="2"),
        state_of("/a", MARK, 1, "", b"another secret"),
        *(state(mark=other) for other in others),
    }
    assert len(states) == 9


@pytest.mark.posix
def test_a_file_that_is_set_back_in_size_and_time_is_in_another_state(tmp_path: Path) -> None:
    """As `touch -d` does: only the time of the entry's change tells."""
    path = tmp_path / "a"
    path.write_text("one")
    before = path.stat()
    path.write_text("two")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = path.stat()
    assert (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    assert state(mark=mark_of(before)) != state(mark=mark_of(after))


@pytest.mark.posix
def test_the_files_of_a_folder_lie_side_by_side() -> None:
    names = {name_of(f"/home/ada/{n}.txt", MARK, 1, SECRET) >> 32 for n in range(50)}
    assert len(names) == 1
    assert name_of("/home/bob/1.txt", MARK, 1, SECRET) >> 32 not in names


@given(PATHS, PATHS)
def test_names_differ_as_paths_do_and_fit_a_column(one: str, other: str) -> None:
    first, second = name_of(one, MARK, 1, SECRET), name_of(other, MARK, 1, SECRET)
    assert (first == second) == (one == other)
    assert -(2**63) <= first < 2**63


def test_a_file_with_several_names_is_one() -> None:
    assert name_of("/a", MARK, 2, SECRET) == name_of("/b", MARK, 2, SECRET)
    assert state("/a", links=2) == state("/b", links=2)
    other = Mark(1, 2, 3, 9, 5)
    assert name_of("/a", MARK, 2, SECRET) != name_of("/a", other, 2, SECRET)


def test_a_file_without_a_number_is_named_by_its_path() -> None:
    nothing = Mark(1, 2, 3, 0, 0)
    assert name_of("/a", nothing, 2, SECRET) != name_of("/b", nothing, 2, SECRET)
    assert state("/a", nothing, 2) != state("/b", nothing, 2)


@pytest.mark.posix
def test_names_in_any_bytes_have_a_name() -> None:
    path = os.fsdecode(b"/home/caf\xe9/\xff\xfe.txt")
    assert name_of(path, MARK, 1, SECRET) != name_of(path + "x", MARK, 1, SECRET)
    assert state(path) != state(path + "x")


@given(KEYS, KEYS)
def test_what_was_remembered_is_known_and_nothing_else(known: set[int], others: set[int]) -> None:
    memory = MemorySeen()
    for key in known:
        memory.remember(key, kept())
    assert all(memory.last(key) == kept() for key in known)
    assert not any(memory.last(key) for key in others - known)


@given(KEYS, KEYS, KEYS)
def test_a_whole_sweep_keeps_what_it_met(before: set[int], met: set[int], fresh: set[int]) -> None:
    memory = MemorySeen()
    for key in before:
        memory.remember(key, kept())
    memory.sweep_begins()
    for key in met:
        memory.last(key)
    for key in fresh:
        memory.remember(key, kept())
    memory.sweep_ended()
    assert len(memory) == len((before & met) | fresh)
    assert all(memory.last(key) for key in (before & met) | fresh)


def test_a_sweep_that_is_given_up_forgets_nothing() -> None:
    memory = MemorySeen()
    memory.remember(1, kept())
    memory.sweep_begins()
    memory.remember(2, kept())
    memory.sweep_begins()
    assert memory.last(1)
    assert memory.last(2)


def test_a_full_memory_lets_the_oldest_go() -> None:
    memory = MemorySeen(limit=2)
    for key in (1, 2, 3):
        memory.remember(key, kept())
    assert [bool(memory.last(key)) for key in (1, 2, 3)] == [False, True, True]


def test_what_is_forgotten_is_not_known() -> None:
    memory = MemorySeen()
    memory.remember(1, kept())
    memory.forget(1)
    memory.forget(2)
    assert memory.last(1) is None
