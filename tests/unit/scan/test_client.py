"""The parent's side: whatever a file or a parser does, there is an answer and no hanging."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agentguard import texts
from agentguard.model.events import FileOutcome
from agentguard.model.hits import Hit
from agentguard.platforms.simulated import FakeClock
from agentguard.scan.client import Limits, ScanClient, Scanned
from tests.unit.scan import hostile

CARD = Hit(kind="PAN", count=1, masked=("...6467",))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def client(clock: FakeClock) -> Iterator[ScanClient]:
    limits = Limits(seconds=1.5, memory_mib=256)
    with ScanClient(limits, clock, hostile.extractors) as client:
        yield client


def write(folder: Path, name: str, content: str | bytes) -> str:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(file)


def test_a_file_is_read_by_a_child_that_starts_with_it(client: ScanClient, tmp_path: Path) -> None:
    assert client.child_pid is None
    path = write(tmp_path, "a.txt", f"card {hostile.CARD}")
    assert client.scan(path) == Scanned(path=path, outcome=FileOutcome.READ, hits=(CARD,))
    assert client.child_pid not in {None, os.getpid()}


def test_the_child_is_modest_and_bounded(client: ScanClient, tmp_path: Path) -> None:
    client.scan(write(tmp_path, "a.txt", "x"))
    child = psutil.Process(client.child_pid)
    assert child.nice() == 19
    assert child.rlimit(psutil.RLIMIT_AS)[0] < 2 << 30


def test_a_text_is_judged_without_a_file(client: ScanClient) -> None:
    assert client.scan_text(f"card {hostile.CARD} \udcff").hits == (CARD,)


def test_a_parser_without_end_is_killed_and_the_next_file_is_read(
    client: ScanClient, tmp_path: Path
) -> None:
    client.scan(write(tmp_path, "warm.txt", "x"))
    first = client.child_pid
    began = time.monotonic()
    assert client.scan(write(tmp_path, "a", "LOOP")).reason == "reason.timeout"
    assert time.monotonic() - began < 6
    assert not psutil.pid_exists(first or 0)
    assert client.scan(write(tmp_path, "b", f"card {hostile.CARD}")).hits == (CARD,)


@pytest.mark.parametrize(
    ("content", "reason"),
    [("DIE", "reason.crashed"), ("EAT", "reason.memory"), ("RAISE", "reason.corrupt")],
)
def test_a_parser_that_fails_is_a_reason(
    client: ScanClient, tmp_path: Path, content: str, reason: str
) -> None:
    scanned = client.scan(write(tmp_path, "a", content))
    assert (scanned.outcome, scanned.hits, scanned.reason) == (FileOutcome.UNREADABLE, (), reason)
    assert texts.load().has(reason)
    assert client.scan(write(tmp_path, "b", f"card {hostile.CARD}")).hits == (CARD,)


def test_a_long_file_tells_what_was_found_before_the_deadline(
    client: ScanClient, tmp_path: Path
) -> None:
    scanned = client.scan(write(tmp_path, "a", "DAWDLE"))
    assert (scanned.outcome, scanned.reason) == (FileOutcome.READ, "reason.partial-time")
    assert scanned.hits == (CARD,)


def test_a_child_killed_from_outside_is_replaced(client: ScanClient, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", f"card {hostile.CARD}")
    client.scan(path)
    psutil.Process(client.child_pid).kill()
    psutil.wait_procs([psutil.Process(client.child_pid)], timeout=5)
    assert client.scan(path).hits == (CARD,)


def test_three_strikes_set_a_file_aside_for_a_day_or_until_it_changes(
    client: ScanClient, clock: FakeClock, tmp_path: Path
) -> None:
    path = write(tmp_path, "a", "DIE")
    assert [client.scan(path).reason for _ in range(4)] == ["reason.crashed"] * 3 + [
        "reason.set-aside"
    ]
    clock.advance(86_401)
    assert client.scan(path).reason == "reason.crashed"
    assert [client.scan(path).reason for _ in range(3)][-1] == "reason.set-aside"
    write(tmp_path, "a", f"card {hostile.CARD} and no more of it")
    assert client.scan(path).hits == (CARD,)


def test_an_idle_child_is_retired_and_comes_back(
    client: ScanClient, clock: FakeClock, tmp_path: Path
) -> None:
    path = write(tmp_path, "a.txt", "x")
    client.scan(path)
    pid = client.child_pid
    assert not client.retire_if_idle()
    clock.advance(61)
    assert client.retire_if_idle()
    assert client.child_pid is None
    assert not psutil.pid_exists(pid or 0)
    assert client.scan(path).outcome is FileOutcome.READ


def test_closing_ends_the_child(clock: FakeClock, tmp_path: Path) -> None:
    with ScanClient(Limits(), clock) as client:
        client.scan(write(tmp_path, "a.txt", "x"))
        pid = client.child_pid
    assert not psutil.pid_exists(pid or 0)


def test_a_broken_installation_is_not_the_files_fault(clock: FakeClock, tmp_path: Path) -> None:
    path = write(tmp_path, "a.txt", "x")
    with ScanClient(Limits(), clock, hostile.no_extractors) as client:
        assert {client.scan(path).reason for _ in range(4)} == {"reason.not-started"}


def test_threads_share_one_client(client: ScanClient, tmp_path: Path) -> None:
    paths = [write(tmp_path, f"{n}.txt", f"card {hostile.CARD}" * (n % 2)) for n in range(12)]
    results: list[Scanned] = []
    threads = [
        threading.Thread(target=lambda path=path: results.append(client.scan(path)))
        for path in paths
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(result.path for result in results if result.hits) == sorted(paths[1::2])


def test_what_is_no_file_is_told_and_never_blocks(client: ScanClient, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket"))
    reasons = {
        "fifo": "reason.not-regular",
        "socket": "reason.not-regular",
        "loop": "reason.link",
        "": "reason.not-regular",
        "no\0name": "reason.name",
        "x" * 5000: "reason.name",
    }
    for name, reason in reasons.items():
        scanned = client.scan(f"{tmp_path}/{name}")
        assert (scanned.outcome, scanned.reason) == (FileOutcome.UNREADABLE, reason), name
    assert client.scan("/dev/zero").reason == "reason.not-regular"


def test_a_vanished_file_is_gone(client: ScanClient, tmp_path: Path) -> None:
    scanned = client.scan(str(tmp_path / "never"))
    assert (scanned.outcome, scanned.reason) == (FileOutcome.GONE, "reason.gone")


def test_a_name_of_any_bytes_is_read(client: ScanClient, tmp_path: Path) -> None:
    name = os.fsdecode(b"caf\xe9\n\xff.txt")
    assert client.scan(write(tmp_path, name, f"card {hostile.CARD}")).hits == (CARD,)


def test_a_sparse_file_of_ten_gigabytes_is_sampled(client: ScanClient, tmp_path: Path) -> None:
    path = write(tmp_path, "big", f"card {hostile.CARD}\n")
    os.truncate(path, 10 << 30)
    scanned = client.scan(path)
    assert (scanned.outcome, scanned.reason) == (FileOutcome.READ, "reason.partial")
    assert scanned.hits == (CARD,)
