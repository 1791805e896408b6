"""Files are replaced on Windows even while another program reads the old one for a moment."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from agentguard.base import atomic_files


def test_a_file_that_is_read_for_a_moment_is_replaced_after_it(tmp_path: Path) -> None:
    path = tmp_path / "queue"
    atomic_files.write(path, b"old")
    held = path.open("rb")
    letting_go = threading.Timer(0.05, held.close)
    letting_go.start()
    atomic_files.write(path, b"new")
    letting_go.join()
    assert path.read_bytes() == b"new"


def test_a_file_that_stays_held_keeps_its_content_and_leaves_nothing_beside(tmp_path: Path) -> None:
    path = tmp_path / "queue"
    atomic_files.write(path, b"old")
    with path.open("rb"), pytest.raises(PermissionError):
        atomic_files.write(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
