"""One agent for each folder on Windows: by the named mutex, and by the folder's lock beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentguard.platforms import call, called, only_one
from agentguard.platforms._win32 import mutex

MANY = 20
HOLD = (
    "import sys; from pathlib import Path; from agentguard.platforms import only_one\n"
    "with only_one(Path(sys.argv[1])) as first:\n"
    "    print('first' if first else 'second', flush=True)\n"
    "    first and sys.stdin.read()"
)


@contextmanager
def holders(folder: Path, count: int) -> Iterator[list[subprocess.Popen[str]]]:
    """Start so many at once, each of which tells what it is and holds on while it is the first."""
    started = [
        subprocess.Popen(
            (sys.executable, "-c", HOLD, folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(count)
    ]
    try:
        yield started
    finally:
        for one in started:
            one.kill()
            one.communicate()


def said(one: subprocess.Popen[str]) -> str:
    return one.stdout.readline().strip()


def test_of_twenty_that_start_at_once_one_is_the_first(tmp_path: Path) -> None:
    with holders(tmp_path, MANY) as many:
        assert sorted(map(said, many)) == ["first", *["second"] * (MANY - 1)]


def test_a_killed_one_leaves_no_lock(tmp_path: Path) -> None:
    with holders(tmp_path, 1) as (one,):
        assert said(one) == "first"
        with only_one(tmp_path) as first:
            assert not first
        one.kill()
        one.wait(60)
        with only_one(tmp_path) as first:
            assert first


def test_another_folder_is_another_agents(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with only_one(tmp_path) as one, only_one(tmp_path / "other") as other:
        assert (one, other) == (True, True)


def test_the_mutex_holds_by_itself(tmp_path: Path) -> None:
    with mutex.first("AgentGuard-test") as one, mutex.first("AgentGuard-test") as other:
        assert (one, other) == (True, False)
    with mutex.first("AgentGuard-test") as again:
        assert again


def test_the_first_is_called_once(tmp_path: Path) -> None:
    with only_one(tmp_path):
        assert call(tmp_path)
        assert called(tmp_path)
        assert not called(tmp_path)
