"""A kill at any moment: the plain file is whole, or the sealed one is proved to be the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.posix  # a forked child is killed at each system call
HARNESS = Path(__file__).with_name("killed.py")
ROOT = Path(__file__).parents[3]


def kills(what: str, folder: Path, every: int) -> int:
    ended = subprocess.run(
        [sys.executable, HARNESS, what, folder / "desk", str(every)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode == 0, ended.stderr
    return int(ended.stdout)


@pytest.mark.parametrize("what", ["put", "restore", "purge", "renew", "recover"])
def test_a_kill_never_loses_a_file(what: str, quick_path: Path) -> None:
    assert kills(what, quick_path, 6) > 10


@pytest.mark.heavy
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("what", "calls"),
    [("put", 250), ("restore", 200), ("purge", 100), ("renew", 130), ("recover", 80)],
    ids=["put", "restore", "purge", "renew", "recover"],
)
def test_a_kill_at_every_single_call_never_loses_a_file(
    what: str, calls: int, quick_path: Path
) -> None:
    """At every one that may change the disk: no state of it is passed over."""
    assert kills(what, quick_path, 1) > calls
