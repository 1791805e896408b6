"""A scan child on Windows: held in a job object, modest, and gone with its parent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from agentguard.detect.sandbox.client import Limits, ScanClient
from agentguard.model.outcomes import FileOutcome
from agentguard.platforms import child_starter, leash
from agentguard.platforms.simulated import FakeClock
from tests.unit.detect.files import hostile
from tests.windows.keeping import until
from tests.windows.test_anchor import RIGHTS, asked

OF_OWNERS = (0x40000, 0x80000)
"""WRITE_DAC and WRITE_OWNER: an owner has them in Wine, which knows no line of owners' rights."""
ORPHAN = """
import sys
from agentguard.platforms import child_starter, leash
from agentguard.platforms.simulated import FakeClock
from agentguard.detect.sandbox.client import Limits, ScanClient
from tests.unit.detect.files import hostile
held = {"leash": leash, "start": child_starter()}
client = ScanClient(Limits(seconds=600.0), FakeClock(), hostile.extractors, **held)
client.scan(sys.argv[1])
print(client.child_pid, flush=True)
client.scan(sys.argv[2])
"""
STARTS = "import subprocess, sys; p = [sys.executable, '-c', 'input()']"
TWO = f"{STARTS}; print(subprocess.Popen(p).pid, flush=True); input()"


def write(folder: Path, name: str, content: str) -> str:
    (folder / name).write_text(content)
    return str(folder / name)


@pytest.fixture
def client() -> Iterator[ScanClient]:
    limits = Limits(seconds=20, memory_mib=64)
    with ScanClient(
        limits, FakeClock(), hostile.extractors, leash=leash, start=child_starter()
    ) as client:
        yield client


@pytest.mark.parametrize("mark", ["LOOP", "DAWDLE"])
def test_a_child_ends_with_a_killed_parent_even_within_a_parser(tmp_path: Path, mark: str) -> None:
    calm, busy = write(tmp_path, "a", "x"), write(tmp_path, "b", mark)
    command = [sys.executable, "-c", ORPHAN, calm, busy]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.kill()
    until(lambda: not psutil.pid_exists(child))


def test_what_a_held_process_started_ends_with_it() -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", f"input(); {TWO}"], **pipes) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        held = leash(process.pid, programs=True)
        assert held is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
        started = psutil.Process(int(process.stdout.readline()))
        held.close()
        held.close()
        process.wait(15)
    assert psutil.wait_procs([started], timeout=15)[1] == []


def test_what_is_gone_is_not_held() -> None:
    assert leash(1, programs=False) is None


def test_the_child_is_modest(client: ScanClient, tmp_path: Path) -> None:
    client.scan(write(tmp_path, "a.txt", "x"))
    assert psutil.Process(client.child_pid).nice() == psutil.IDLE_PRIORITY_CLASS


def test_row_133_no_program_of_the_person_has_a_right_that_could_harm_it(
    client: ScanClient, tmp_path: Path
) -> None:
    client.scan(write(tmp_path, "a.txt", "x"))
    assert client.child_pid
    harm = [right for right in RIGHTS.values() if right not in OF_OWNERS]
    assert asked(client.child_pid, *harm) == ["5"] * len(harm)


def test_row_133_it_inherits_its_line_and_nothing_else(client: ScanClient, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    try:
        os.set_inheritable(writing, True)
        client.scan(write(tmp_path, "a.txt", "x"))
        os.close(writing)
        assert os.read(reading, 1) == b"", "the child has no end of it"
    finally:
        os.close(reading)


def test_a_parser_that_takes_too_much_memory_is_ended(client: ScanClient, tmp_path: Path) -> None:
    assert client.scan(write(tmp_path, "warm.txt", "x")).outcome is FileOutcome.READ
    assert client.scan(write(tmp_path, "a", "SWELL")).reason == "reason.memory"
    assert client.scan(write(tmp_path, "b.txt", f"card {hostile.CARD}")).hits


def test_the_limits_of_the_scan_are_taken_by_windows() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        held = leash(process.pid, programs=False)
        assert held is not None
        assert held.bound(512 << 20)
        held.close()
        process.wait(15)
