"""Whether an agent that holds its folder hangs: by its signs of life, whatever the clock says."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentguard.platforms import _silent_agent
from agentguard.platforms._instance import BEAT, beat, holder, only_one
from agentguard.platforms._silent_agent import end, runs, silent

SLEEPER = "import sys; sys.stdin.read()"


@pytest.fixture
def agent() -> Iterator[subprocess.Popen[bytes]]:
    """A process with the command line of an agent, once it runs.

    Linux lets go of who has started a process before that has its own command line.
    """
    says = f"print('runs', flush=True); {SLEEPER}"
    command = (sys.executable, "-c", says, "agentguard", "run")
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline().strip() == b"runs"
    yield process
    process.kill()
    process.communicate()


def held(folder: Path, process: int, sign: int) -> None:
    """Have a process hold a folder; its sign is in steps of 100 ns, the shortest of NTFS."""
    (folder / BEAT).write_text(str(process))
    os.utime(folder / BEAT, ns=(100 * sign, 100 * sign))


def test_who_takes_a_folder_says_so_and_then_gives_signs(tmp_path: Path) -> None:
    held(tmp_path, 1, 77)
    with only_one(tmp_path) as first:
        assert first
        assert holder(tmp_path) == (os.getpid(), 0)
        if os.name == "posix":  # Windows keeps rights in access lists
            assert (tmp_path / BEAT).stat().st_mode & 0o777 == 0o600
        beat(tmp_path)
        assert holder(tmp_path)[1] > 0


def test_row_517_who_holds_a_folder_is_known_by_the_system_whatever_stands_in_it(
    tmp_path: Path,
) -> None:
    """By the kernel's list of locks; on Windows by the mutex of the folder."""
    assert not runs(tmp_path)
    with only_one(tmp_path) as first:
        assert first
        (tmp_path / BEAT).unlink()
        assert runs(tmp_path)
        with only_one(tmp_path) as second:
            assert not second, "to ask took nothing, and gave nothing free"
    assert not runs(tmp_path)


def test_one_without_a_sign_hangs_and_is_ended(
    agent: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    held(tmp_path, agent.pid, 5)
    assert silent(tmp_path, seconds=0.3, begins=60) == agent.pid
    end(agent.pid)
    assert agent.wait(10) != 0
    assert silent(tmp_path, seconds=0.3, begins=60) == 0, "it is gone"


@pytest.mark.parametrize("to", [0, 1, 4, 6, 20_000_000_000_000_000])
def test_a_sign_by_any_clock_is_one(
    to: int, agent: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    held(tmp_path, agent.pid, 5)
    timer = threading.Timer(0.3, held, (tmp_path, agent.pid, to))
    timer.start()
    assert silent(tmp_path, seconds=30, begins=30) == 0
    timer.join()


def test_one_that_begins_is_given_longer(agent: subprocess.Popen[bytes], tmp_path: Path) -> None:
    held(tmp_path, agent.pid, 0)
    timer = threading.Timer(0.5, beat, (tmp_path,))
    timer.start()
    assert silent(tmp_path, seconds=0.1, begins=30) == 0
    timer.join()
    held(tmp_path, agent.pid, 0)
    assert silent(tmp_path, seconds=0.1, begins=0.3) == agent.pid


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "999999999", "\x00", "1 2"])
def test_of_whom_nothing_is_known_counts_as_well(text: str, tmp_path: Path) -> None:
    (tmp_path / BEAT).write_text(text)
    assert silent(tmp_path, seconds=0.1, begins=0.1) == 0
    (tmp_path / BEAT).unlink()
    assert silent(tmp_path, seconds=0.1, begins=0.1) == 0


def test_no_process_but_an_agent_is_ever_ended(tmp_path: Path) -> None:
    other = subprocess.Popen((sys.executable, "-c", SLEEPER), stdin=subprocess.PIPE)
    try:
        held(tmp_path, other.pid, 5)
        assert silent(tmp_path, seconds=0.1, begins=0.1) == 0
        end(other.pid)
        assert other.poll() is None
    finally:
        other.kill()
        other.communicate()


def test_a_start_waits_for_no_more_than_it_has_time_for() -> None:
    assert 3 * _silent_agent.BEATS < _silent_agent.SILENT < 10
