"""The agent of a session is known by its number and start, whatever else guards beside it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentguard.platforms._linux.sessions import Agents

PROCESSES = st.dictionaries(st.integers(1, 6), st.integers(0, 9).map(float), max_size=5)
Look = dict[str, dict[int, float]]


def test_a_second_tray_changes_nothing_and_the_first_end_is_seen() -> None:
    agents = Agents()
    first = agents.chosen({"1": {40: 1.0}})
    assert agents.chosen({"1": {40: 1.0, 9: 7.0, 70: 8.0}}) == first
    assert agents.chosen({"1": {9: 7.0, 70: 8.0}}) != first


def test_a_number_that_comes_again_is_another_process() -> None:
    agents = Agents()
    first = agents.chosen({"1": {40: 1.0}})
    assert agents.chosen({"1": {40: 5.0}}) != first


def test_where_nothing_is_known_the_oldest_is_the_agent() -> None:
    assert Agents().chosen({"1": {40: 3.0, 50: 2.0}, "2": {}}) == {"1": "50 2.000"}


@given(st.lists(st.dictionaries(st.sampled_from("ab"), PROCESSES), max_size=6))
def test_one_that_lives_stays_the_agent_of_its_session(
    looks: list[Look],
) -> None:
    agents, before = Agents(), dict[str, str]()
    for found in looks:
        now = agents.chosen(found)
        assert now.keys() == {session for session, started in found.items() if started}
        for session, name in now.items():
            there = {f"{pid} {at:.3f}" for pid, at in found[session].items()}
            assert name in there
            if before.get(session) in there:
                assert name == before[session]
        before = now


@pytest.mark.posix
def test_linux_tells_a_process_by_its_start_as_well() -> None:
    from agentguard.platforms._linux.sessions import _started  # noqa: PLC0415 - of Linux alone

    mine = _started(os.getpid())
    with subprocess.Popen((sys.executable, "-c", "input()"), stdin=subprocess.PIPE) as child:
        later = _started(child.pid)
        child.communicate(b"\n")
    assert 0 < mine < later
    assert _started(child.pid) == -1.0
