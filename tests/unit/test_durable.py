"""At any instant a file is the old or the new one, and its owner's alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agentguard.base import atomic_files

OLD, NEW = b"old" * 1000, b"new" * 90_000
WRITER = """
import sys
from pathlib import Path
from agentguard.base import atomic_files as durable
path, old, new = Path(sys.argv[1]), b"old" * 1000, b"new" * 90_000
print("ready", flush=True)
while True:
    durable.write(path, new)
    durable.write(path, old)
"""
LIMITED = """
import resource, signal, sys
from pathlib import Path
from agentguard.base import atomic_files as durable
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
try:
    durable.write(Path(sys.argv[1]), b"new" * 90_000)
except OSError as error:
    print(type(error).__name__)
"""


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a file"
    atomic_files.write(path, OLD)
    assert path.read_bytes() == OLD
    atomic_files.write(path, NEW)
    assert path.read_bytes() == NEW
    atomic_files.write(path, b"")
    assert path.read_bytes() == b""
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.posix
def test_only_the_owner_can_read_it_whatever_was_there_before(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(OLD)
    path.chmod(0o666)
    before = os.umask(0)
    try:
        atomic_files.write(path, NEW)
        atomic_files.write_new(tmp_path / "other", NEW)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == atomic_files.OWNER_ONLY
    assert (tmp_path / "other").stat().st_mode & 0o777 == atomic_files.OWNER_ONLY


@pytest.mark.posix
def test_a_link_is_replaced_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_bytes(OLD)
    (tmp_path / "ours").symlink_to("theirs")
    atomic_files.write(tmp_path / "ours", NEW)
    assert (tmp_path / "theirs").read_bytes() == OLD
    assert not (tmp_path / "ours").is_symlink()


@pytest.mark.posix
def test_a_new_file_never_replaces_or_follows(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(OLD)
    (tmp_path / "link").symlink_to("nowhere")
    for name in ("there", "link"):
        with pytest.raises(FileExistsError):
            atomic_files.write_new(tmp_path / name, NEW)
    assert (tmp_path / "there").read_bytes() == OLD
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("again", range(12))  # what one of them does at a bad moment is rare
def test_what_is_made_once_is_whole_and_the_same_for_all_who_make_it(
    tmp_path: Path, again: int
) -> None:
    """As the keys of an endpoint, whose processes begin at the same moment."""
    file, many = tmp_path / f"seed-{again}", 8
    together = threading.Barrier(many)

    def make(number: int) -> bytes:
        together.wait()
        atomic_files.write_once(file, bytes([number]) * 4096)
        return atomic_files.read(file)

    with ThreadPoolExecutor(many) as pool:
        read = set(pool.map(make, range(many)))
    assert read == {file.read_bytes()}
    assert len(set(file.read_bytes())) == 1
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "inside").write_bytes(OLD)
    with pytest.raises(OSError, match="folder"):
        atomic_files.write(folder, NEW)
    with pytest.raises(FileNotFoundError):
        atomic_files.write(tmp_path / "none" / "file", NEW)
    assert list(tmp_path.iterdir()) == [folder]


@pytest.mark.posix
def test_a_full_disk_leaves_the_old_one_and_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    ended = subprocess.run(
        (sys.executable, "-c", LIMITED, str(path)),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert ended.stdout.strip() == "OSError"
    assert path.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.posix
def test_a_kill_at_any_moment_leaves_the_old_or_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "file"
    atomic_files.write(path, OLD)
    seen: set[bytes] = set()
    for number in range(25):
        process = subprocess.Popen(
            (sys.executable, "-c", WRITER, str(path)), stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        end = time.monotonic() + 0.001 * number
        while time.monotonic() < end:
            seen.add(path.read_bytes())
        process.send_signal(signal.SIGKILL)
        process.wait(30)
        process.stdout.close()
        seen.add(path.read_bytes())
    assert seen <= {OLD, NEW}
