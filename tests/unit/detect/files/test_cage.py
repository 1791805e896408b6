"""A parser that was taken over can read and compute, and nothing else."""

from __future__ import annotations

import os
import platform
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agentguard import platforms
from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.model.hits import Hit
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms._linux import cage
from agentguard.platforms.simulated import FakeClock
from tests.unit.detect.files import hostile

pytestmark = pytest.mark.posix  # a filter of Linux; tests/windows/test_leash.py proves Windows'
CARD = Hit(kind="PAN", count=1, masked=("...6467",))


@pytest.fixture(params=["locked", "locked with pictures"])
def client(request: pytest.FixtureRequest) -> Iterator[ScanClient]:
    limits = Limits(seconds=5, memory_mib=256, ocr=request.param != "locked")
    with ScanClient(limits, FakeClock(), hostile.extractors, cage=platforms.cage()) as client:
        yield client


@pytest.fixture
def reading() -> Iterator[ScanClient]:
    limits = Limits(seconds=5, memory_mib=256)
    with ScanClient(limits, FakeClock(), hostile.extractors, cage=platforms.cage()) as client:
        yield client


def read(client: ScanClient, folder: Path, content: str) -> FileOutcome:
    """Have a file read, and prove that the child works on after it."""
    (folder / "a").write_text(content)
    (folder / "b").write_text(f"card {hostile.CARD}")
    outcome = client.scan(str(folder / "a")).outcome
    assert client.scan(str(folder / "b")).hits == (CARD,)
    return outcome


def test_it_reads_as_ever(client: ScanClient, tmp_path: Path) -> None:
    read(client, tmp_path, "x")
    status = Path(f"/proc/{client.child_pid}/status").read_text()
    assert "Seccomp:\t2" in status
    assert "NoNewPrivs:\t1" in status


def test_it_tells_no_other_computer(client: ScanClient, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        assert read(client, tmp_path, f"CONNECT{port}") is FileOutcome.UNREADABLE
        with pytest.raises(BlockingIOError):
            server.accept()


def test_it_writes_and_removes_nothing(reading: ScanClient, tmp_path: Path) -> None:
    kept, new = tmp_path / "kept", tmp_path / "new"
    kept.write_text("kept")
    assert read(reading, tmp_path, f"REMOVE{kept}") is FileOutcome.UNREADABLE
    assert read(reading, tmp_path, f"WRITE{kept}") is FileOutcome.UNREADABLE
    assert read(reading, tmp_path, f"WRITE{new}") is FileOutcome.UNREADABLE
    assert kept.read_text() == "kept"
    assert not new.exists()


def test_it_starts_nothing(reading: ScanClient, tmp_path: Path) -> None:
    assert read(reading, tmp_path, f"START{tmp_path / 'new'}") is FileOutcome.UNREADABLE
    assert not (tmp_path / "new").exists()
    assert psutil.Process(reading.child_pid).children() == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [("LOOP", "reason.timeout"), ("DIE", "reason.crashed"), ("EAT", "reason.memory")],
)
def test_its_ends_are_told_as_ever(
    reading: ScanClient, tmp_path: Path, content: str, reason: str
) -> None:
    (tmp_path / "a").write_text(content)
    assert reading.scan(str(tmp_path / "a")).reason == reason


CALLS = """
import ctypes, errno, os, sys, threading
from agentguard.platforms._linux.cage import shut
assert shut(pictures=False)
for attempt in (
    lambda: os.fork(), lambda: os.kill(1, 0), lambda: os.mkdir("x"), lambda: os.rename("a", "b"),
    lambda: os.chmod("a", 0o777), lambda: os.truncate("a", 0), lambda: os.symlink("a", "b"),
    lambda: os.link("a", "b"), lambda: os.mkfifo("x"), lambda: os.utime("a"),
    lambda: os.setxattr("a", "user.x", b""), lambda: os.open("a", os.O_RDWR),
    lambda: os.open("x", os.O_CREAT), lambda: os.open("a", os.O_TRUNC),
    lambda: os.execv("/bin/true", ["true"]), lambda: os.memfd_create("x") and os.mkdir("y"),
):
    try:
        attempt()
    except OSError as error:
        assert error.errno == errno.EPERM, error
    else:
        sys.exit("allowed")
seen = []
thread = threading.Thread(target=seen.append, args=(1,))
thread.start(); thread.join()
assert seen == [1] and open("a").read() == "kept" and os.listdir(".") == ["a"]
"""


def test_every_way_to_change_something_is_shut(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("kept")
    path = os.pathsep.join(folder for folder in sys.path if folder)
    ended = subprocess.run(
        (sys.executable, "-c", CALLS),
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize("machine", sorted(cage._MACHINES))
@pytest.mark.parametrize("pictures", [True, False])
def test_a_program_of_the_filter_is_whole(machine: str, pictures: bool) -> None:
    """Every jump lands inside, every path ends with a verdict, and it is not too long."""
    code = b"".join(cage._code(cage._MACHINES[machine], pictures=pictures))
    steps = list(struct.iter_unpack("=HBBI", code))
    assert len(steps) < 4096
    for place, (step, then, otherwise, _) in enumerate(steps):
        if step in {cage._EQUAL, cage._NOT_BELOW, cage._ANY_BIT}:
            assert place + 1 + max(then, otherwise) < len(steps)
    assert steps[-1] == (cage._RETURN, 0, 0, cage._ALLOW)


def test_an_unknown_machine_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "vax")
    assert not cage.shut(pictures=False)
